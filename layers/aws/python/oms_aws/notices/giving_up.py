"""Giving up: an event that an endpoint did not take in time, on its deliveries and its order."""

from __future__ import annotations

from msgspec import DecodeError
from msgspec.json import decode
from msgspec.structs import replace

from oms.orders.noting import note_exhausted
from oms_aws.notices.deliveries import Delivery
from oms_aws.notices.subscribers import ADDRESSED
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice


def given_up(body: str, reason: str, oms: NoticesWiring) -> None:
    """Note that an event was not taken in time: on its deliveries, and on its order."""
    try:
        signal = decode(body, type=EventNotice)
    except DecodeError:
        return
    to = signal.facts.get(ADDRESSED)
    for endpoint in oms.webhooks.endpoints():
        if to not in (None, endpoint.id):
            continue
        delivery = oms.deliveries.get(endpoint.id, signal.id)
        if delivery is None or delivery.state != "failed":
            continue
        oms.deliveries.change(delivery, _exhausted)
        if signal.aggregate.startswith("order/") and signal.type != "Webhook.Exhausted":
            _note_on_order(delivery, signal, reason, oms)


def _exhausted(seen: Delivery | None) -> Delivery | None:
    return replace(seen, state="exhausted") if seen and seen.state == "failed" else None


def _note_on_order(
    delivery: Delivery, signal: EventNotice, reason: str, oms: NoticesWiring
) -> None:
    oms.orders.change(
        signal.order_id,
        lambda order: note_exhausted(
            order, delivery.endpoint, delivery.id, reason[:200], oms.now()
        ),
        Saved("auftakt", signal.id),
    )
