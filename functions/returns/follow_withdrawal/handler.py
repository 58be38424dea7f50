"""A withdrawal is followed: matched, stopped, refunded, and what is late of it is said."""

from __future__ import annotations

from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.returns.following import follow
from oms_aws.returns.wiring import ReturnsWiring


@queue
def handler(signal: EventNotice, oms: ReturnsWiring) -> None:
    """An event of an order is one of each withdrawal from it; other aggregates have none."""
    kind, _, id = signal.aggregate.partition("/")
    ids = {"withdrawal": lambda: [id], "order": lambda: oms.withdrawals.ids_of_order(id)}
    for each in ids[kind]() if kind in ids else ():
        follow(each, Saved("auftakt", signal.id), oms)
