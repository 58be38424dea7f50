"""Subscribers: one delivery of one event to one endpoint, and the record of it."""

from __future__ import annotations

from datetime import datetime

from msgspec import DecodeError
from msgspec.json import decode, encode
from msgspec.structs import replace

from oms_aws.edges.queue import Signal
from oms_aws.orders import Saved, read_event
from oms_aws.webhooks import Delivery, Endpoint, deliver
from oms_aws.wiring import Ports

ADDRESSED = "webhook_endpoint"
LATEST = 900
"""Seconds that a message can be put off at most."""


def tell(endpoint: Endpoint, signal: Signal, oms: Ports) -> str:
    """Deliver an event that the endpoint has not taken yet; answers what went wrong, or nothing.

    While the endpoint is paused the event waits, and costs no try.
    """
    at = oms.now()
    known = oms.webhooks.delivery(endpoint.id, signal.id)
    if known and known.state == "delivered" and not signal.redriven:
        return ""
    delivery = known or Delivery(
        id=f"{endpoint.id}.{signal.id}",
        endpoint=endpoint.id,
        event=signal.id,
        type=signal.type,
        aggregate=signal.aggregate,
        sequence=signal.sequence,
        first_at=at.isoformat(),
        last_at=at.isoformat(),
    )
    standing = oms.breakers.standing(endpoint.id)
    if not oms.breakers.may_call(endpoint.id, standing, at):
        if known is None:
            oms.webhooks.note(delivery)
        rest = oms.breakers.standing(endpoint.id).rest(at)
        address(endpoint, signal, oms, after=min(int(rest.total_seconds()) + 1, LATEST))
        return ""
    body = body_of(signal, oms)
    outcome = deliver(endpoint, signal.id, body, at=at, out=oms.outgoing)
    oms.webhooks.note(
        replace(
            delivery,
            state="delivered" if outcome.ok else "failed",
            attempts=delivery.attempts + 1,
            status=outcome.status,
            error=outcome.error,
            last_at=at.isoformat(),
        )
    )
    oms.breakers.heard(endpoint.id, standing, outcome, oms.now())
    return outcome.error


def address(endpoint: Endpoint, signal: Signal, oms: Ports, *, after: int = 0) -> None:
    """Send an event to the step once more, for this endpoint alone."""
    mine = replace(signal, facts={**signal.facts, ADDRESSED: endpoint.id})
    oms.queues.send("notices/tell_subscriber", encode(mine).decode(), after=after)


def wanting(signal: Signal, oms: Ports) -> list[Endpoint]:
    """The endpoints that want an event; of one that is addressed, that one alone.

    Whoever subscribed before it happened wants it.
    """
    since = datetime.fromisoformat(signal.at) if signal.at else oms.now()
    to = signal.facts.get(ADDRESSED)
    return [
        endpoint
        for endpoint in oms.webhooks.endpoints_since(since)
        if endpoint.wants(signal.type, signal.shop) and to in (None, endpoint.id)
    ]


def body_of(signal: Signal, oms: Ports) -> str:
    """The event as a CloudEvents 1.0 envelope in JSON, with its whole data from the log."""
    event = read_event(oms.table, signal.aggregate, signal.sequence)
    data = decode(event.data)
    data.pop("news", None)
    envelope = {
        "specversion": "1.0",
        "id": event.id,
        "type": event.type,
        "source": f"/v1/{_path(event.aggregate)}",
        "subject": event.aggregate.partition("/")[2],
        "time": event.at,
        "datacontenttype": "application/json",
        "sequence": event.sequence,
        "actor": event.actor,
        "cause": event.cause,
        "data": data,
    }
    return encode(envelope).decode()


def _path(aggregate: str) -> str:
    """Where the API shows an aggregate."""
    kind, _, id = aggregate.partition("/")
    paths = {"order": "orders", "purchase": "purchase-orders"}
    return f"{paths.get(kind, kind)}/{id}"


def given_up(body: str, reason: str, oms: Ports) -> None:
    """Note that an event was not taken in time: on its deliveries, and on its order."""
    try:
        signal = decode(body, type=Signal)
    except DecodeError:
        return
    to = signal.facts.get(ADDRESSED)
    for endpoint in oms.webhooks.endpoints():
        if to not in (None, endpoint.id):
            continue
        delivery = oms.webhooks.delivery(endpoint.id, signal.id)
        if delivery is None or delivery.state != "failed":
            continue
        oms.webhooks.note(replace(delivery, state="exhausted"))
        if signal.aggregate.startswith("order/") and signal.type != "Webhook.Exhausted":
            _note_on_order(delivery, signal, reason, oms)


def _note_on_order(delivery: Delivery, signal: Signal, reason: str, oms: Ports) -> None:
    oms.orders.change(
        signal.order_id,
        lambda order: order.note_exhausted(delivery.endpoint, delivery.id, reason[:200], oms.now()),
        Saved("auftakt", signal.id),
    )
