"""A return is followed: what came back is credited, and what does not come is said."""

from __future__ import annotations

from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.returns.goods_back import follow
from oms_aws.returns.wiring import ReturnsWiring


@queue
def handler(signal: EventNotice, oms: ReturnsWiring) -> None:
    follow(signal.aggregate.partition("/")[2], Saved("auftakt", signal.id), oms)
