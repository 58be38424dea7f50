"""Webhooks: subscribers' endpoints, and signed deliveries after Standard Webhooks."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict
from standardwebhooks import Webhook

from oms.refusals import Unknown
from oms_aws import keys
from oms_aws.fresh import Fresh
from oms_aws.outgoing import Outcome, Poster
from oms_aws.table import Action, Table

FRESH_SECONDS = 5


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where a shop wants which events (`*` for all), and the secret that signs them."""

    id: str
    shop: str
    url: str
    events: tuple[str, ...]
    secret: str
    active: bool = True

    def wants(self, type: str, shop: str) -> bool:
        """Whether an event is for this endpoint; events without a shop are for every shop."""
        ours = not shop or shop == self.shop
        return self.active and ours and ("*" in self.events or type in self.events)


class Delivery(Struct, frozen=True, kw_only=True):
    """How the delivery of one event to one endpoint goes."""

    id: str
    endpoint: str
    event: str
    type: str
    aggregate: str
    sequence: int
    state: Literal["waiting", "delivered", "failed", "exhausted"] = "waiting"
    attempts: int = 0
    status: int = 0
    error: str = ""
    first_at: str = ""
    last_at: str = ""


class DynamoWebhooks:
    """The endpoints of all shops and their deliveries."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._fresh = Fresh(now, seconds=FRESH_SECONDS)

    def subscribe(self, id: str, shop: str, url: str, events: tuple[str, ...]) -> Endpoint:
        """Add an endpoint with a fresh secret."""
        secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
        endpoint = Endpoint(id=id, shop=shop, url=url, events=events, secret=secret)
        self._table.write([self._put(endpoint)])
        return endpoint

    def end(self, endpoint: Endpoint) -> None:
        """Deliver nothing to the endpoint any more."""
        self._table.write(
            [self._table.update(keys.endpoint(endpoint.id), "SET active = :no", {":no": False})]
        )

    def endpoints(self) -> list[Endpoint]:
        """All active endpoints."""
        items = self._table.query(keys.endpoint("").pk)
        return [endpoint for item in items if (endpoint := _endpoint(item)).active]

    def endpoints_since(self, at: datetime) -> list[Endpoint]:
        """All active endpoints, as they were at that time or later, seconds ago at most."""
        return self._fresh.get("endpoints", self.endpoints, since=at)

    def endpoint(self, id: str) -> Endpoint:
        """The endpoint; raises Unknown."""
        item = self._table.get(keys.endpoint(id))
        if item is None or not item["active"]:
            raise Unknown("endpoint_unknown", f"There is no endpoint {id}.")
        return _endpoint(item)

    def delivery(self, endpoint_id: str, event_id: str) -> Delivery | None:
        """How the delivery stands, or None before its first try."""
        item = self._table.get(keys.delivery(endpoint_id, event_id))
        return _delivery(item) if item else None

    def note(self, delivery: Delivery) -> None:
        """Keep how a delivery stands."""
        key = keys.delivery(delivery.endpoint, delivery.event)
        self._table.write([self._table.put(key, asdict(delivery))])

    def deliveries(
        self, endpoint_id: str, *, after: str = "", limit: int = 50
    ) -> Iterator[Delivery]:
        """The deliveries to an endpoint in order of their events, behind the event id `after`."""
        start = keys.delivery(endpoint_id, after)
        prefix = keys.delivery(endpoint_id, "")
        for item in self._table.query(
            start.pk, sk_prefix=prefix.sk, after=start.sk if after else "", limit=limit
        ):
            yield _delivery(item)

    def _put(self, endpoint: Endpoint) -> Action:
        return self._table.put(keys.endpoint(endpoint.id), asdict(endpoint))


def _endpoint(item: dict[str, Any]) -> Endpoint:
    values = {name: item[name] for name in Endpoint.__struct_fields__}
    return Endpoint(**{**values, "events": tuple(values["events"])})


def _delivery(item: dict[str, Any]) -> Delivery:
    return Delivery(**{name: item[name] for name in Delivery.__struct_fields__})


def deliver(endpoint: Endpoint, event_id: str, body: str, *, at: datetime, out: Poster) -> Outcome:
    """Send one signed event; the webhook id is the event's, so that a subscriber can drop repeats.

    Source: Standard Webhooks 1.0 (`webhook-id`, `webhook-timestamp`, `webhook-signature`).
    """
    headers = {
        "content-type": "application/json",
        "user-agent": "Auftakt-Webhooks/1",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(endpoint.secret).sign(event_id, at, body),
    }
    return out.post(endpoint.url, body.encode(), headers)
