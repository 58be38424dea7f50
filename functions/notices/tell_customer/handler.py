"""Customers, or whoever else is concerned, hear by mail of orders, once for each cause."""

from __future__ import annotations

from oms_aws.notices.posting import post
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.queue import EventNotice, Unfinished, batch


@batch
def handler(signals: list[EventNotice], oms: NoticesWiring) -> Unfinished:
    """The mails of a delivery are claimed, sent and noted together."""
    return post(signals, oms)
