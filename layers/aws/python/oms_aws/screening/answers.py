"""Answers of the routes of screening."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from oms_aws.orders.answers import CHANGED
from oms_aws.platform.answers import PAGES, Cursor, OrderId, Shop, Time, Told
from oms_aws.platform.models import Model


class QueuedHold(Model):
    """A hold that an order has right now."""

    order: OrderId
    external_number: Annotated[str, Field(examples=["BB-10001"])]
    shop: Shop
    hold: Annotated[str, Field(examples=["hold_1"])]
    reason: Annotated[str, Field(examples=["address_invalid"])]
    text: Annotated[str, Field(examples=["The shipping address cannot be served."])]
    text_de: Annotated[str, Field(examples=["Die Lieferadresse kann nicht beliefert werden."])]
    owner: Annotated[str, Field(examples=["customer"])]
    raised_at: Time
    deadline: Time
    escalated_at: Time | None
    overdue: bool


class QueuedHolds(Model):
    """A page of open holds, the next deadline first."""

    items: list[QueuedHold]
    cursor: Cursor


class GoldenCase(Model):
    """Facts that differ from an ordinary order's, and what they must come to."""

    facts: Annotated[dict[str, Any], Field(examples=[{"blocked": True}])]
    verdict: Literal["pass", "hold", "refuse"]


class RulesVersion(Model):
    """A version of rules; which one decides the history says."""

    name: Annotated[str, Field(examples=["fraud"])]
    version: Annotated[int, Field(examples=[3])]
    graph: Annotated[dict[str, Any], Field(description="JDM.", examples=[{"nodes": []}])]
    hold_from: Annotated[int, Field(description="In points.", examples=[50])]
    refuse_from: Annotated[int, Field(description="In points.", examples=[100])]
    reserve_most: Annotated[
        int | None,
        Field(description="Pieces of a SKU that a held order reserves; null: all.", examples=[5]),
    ]
    golden: list[GoldenCase]
    note: Annotated[str, Field(examples=["Fewer points for other countries."])]
    by: Annotated[str, Field(examples=["clerk:anna"])]
    at: Annotated[str, Field(examples=["2026-11-23T10:15:00+00:00"])]


class VersionNote(Model):
    """A version that was stored."""

    version: Annotated[int, Field(examples=[3])]
    note: Annotated[str, Field(examples=["Fewer points for other countries."])]
    by: Annotated[str, Field(examples=["clerk:anna"])]
    at: Time


class Switched(Model):
    """Switch to a version that decides from then on."""

    version: Annotated[int, Field(examples=[3])]
    by: Annotated[str, Field(examples=["clerk:anna"])]
    at: Time
    reason: Annotated[str, Field(examples=["It held the last hundred orders."])]


class RulesHistory(Model):
    """All versions, and who let which decide when."""

    active: Annotated[int, Field(description="The version that decides.", examples=[3])]
    versions: list[VersionNote]
    switched: list[Switched]


class ChangedVerdict(Model):
    """An order that would have been decided otherwise."""

    order: OrderId
    before: Literal["pass", "hold", "refuse"]
    after: Literal["pass", "hold", "refuse"]
    score: Annotated[int, Field(examples=[60])]
    indicators: list[dict[str, Any]]


class Trial(Model):
    """Verdicts of rules on past orders; those without stored facts are skipped."""

    version: Annotated[int, Field(examples=[3])]
    tried: Annotated[int, Field(examples=[50])]
    skipped: Annotated[int, Field(examples=[0])]
    before: Annotated[dict[str, int], Field(examples=[{"pass": 49, "hold": 1}])]
    after: Annotated[dict[str, int], Field(examples=[{"pass": 50}])]
    changed: list[ChangedVerdict]


class Entry(Model):
    """A value on a list."""

    type: Annotated[str, Field(examples=["email"])]
    value: Annotated[str, Field(examples=["mail@example.com"])]
    reason: Annotated[str, Field(examples=["Charged back twice."])]
    by: Annotated[str, Field(examples=["clerk:anna"])]
    at: Time
    removed_at: Time | None


class Entries(Model):
    """A page of a list."""

    items: list[Entry]
    cursor: Cursor


ANSWERS: dict[str, Told] = {
    "POST /v1/orders/{order}/address": Told(
        CHANGED.model,
        CHANGED.headers,
        "The address is not right yet (`address_invalid`: `errors` says where), a warehouse is "
        "packing already (`address_with_warehouse`), the order is over (`order_over`), or its "
        "country changes the taxes of net prices (`country_changes_taxes`).",
    ),
    "GET /v1/holds": Told(QueuedHolds),
    "PUT /v1/rules/{name}": Told(RulesVersion),
    "GET /v1/rules/{name}": Told(RulesVersion),
    "GET /v1/rules/{name}/history": Told(RulesHistory),
    "POST /v1/rules/{name}/activations": Told(
        RulesVersion,
        conflict="A golden case does not come out as it should (`rules_invalid`: `errors` says "
        "which).",
    ),
    "POST /v1/rules/{name}/trials": Told(
        Trial, conflict="A golden case does not come out as it should (`rules_invalid`)."
    ),
    "POST /v1/lists/{which}": Told(Entry),
    "POST /v1/lists/{which}/removals": Told(Entry),
    "GET /v1/lists/{which}": Told(Entries),
    "POST /v1/orders/{order}/approvals": Told(
        CHANGED.model,
        CHANGED.headers,
        "Somebody has decided it already (`already_decided`), or the order does not wait for an "
        "approval (`no_approval_pending`).",
    ),
    "GET /approve/{token}": Told(
        text="The order, or what was decided.", content_type="text/html", pages=PAGES
    ),
    "POST /approve/{token}": Told(
        headers=("Location",), text="Decided: the page says so.", pages=(*PAGES, 422)
    ),
    "GET /a/{token}": Told(
        text="The form, or what became of it.", content_type="text/html", pages=PAGES
    ),
    "POST /a/{token}": Told(
        headers=("Location",), text="Saved: the page says so.", pages=(*PAGES, 422)
    ),
    "POST /v1/orders/{order}/holds/{hold}/release": CHANGED,
}
