"""Shipments on account that are billed together, as tests bring them about."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from oms.billing.invoice import Invoice
from oms_aws.records import verify
from tests.world.merchant import Merchant
from tests.world.world import Answered, World

CLOSE = "POST /v1/customers/{customer}/collective-invoices"
LIST = "GET /v1/customers/{customer}/collective-invoices"
AT_MONTH_END = datetime(2026, 11, 30, 23, 20, tzinfo=UTC)
BERLIN = {"shop": "berg-beutel"}


def delivered(merchant: Merchant, body: dict[str, Any] | None = None) -> str:
    """An order on account that has left and arrived."""
    id = merchant.place(body or merchant.on_account(SOCKE_42=2))
    merchant.whole_life(id)
    return id


def month_ends(merchant: Merchant) -> None:
    merchant.world.time = max(merchant.world.time, AT_MONTH_END)
    merchant.world.tick()


def bills(merchant: Merchant, customer: str = "C-9") -> list[Any]:
    found = merchant.do(LIST, merchant.clerk, query=BERLIN, customer=customer)
    return list(found["items"])


def close(merchant: Merchant, key: str = "", **body: Any) -> Answered:
    return merchant.world.call(
        CLOSE, key or merchant.accountant, body, query=BERLIN, customer="C-9"
    )


def reduce(merchant: Merchant, order: str, key: str = "r1", **wanted: Any) -> Answered:
    fulfilment = merchant.order(order)["fulfilments"][0]["id"]
    return merchant.world.call(
        "POST /v1/orders/{order}/reductions",
        merchant.clerk,
        {"fulfilment": fulfilment, "reason": "came back", **wanted},
        headers={"Idempotency-Key": key},
        order=order,
    )


def snapshot(merchant: Merchant, document: str) -> Invoice:
    return merchant.world.ports("billing/keep_bills").documents.snapshot(document, Invoice)


def credit_used(merchant: Merchant) -> Decimal:
    route = "GET /v1/customers/{customer}/credit"
    found = merchant.do(route, merchant.clerk, query=BERLIN, customer="C-9")
    return Decimal(found["used"])


def broken_without(world: World, items: list[dict[str, Any]], kind: str) -> set[str]:
    return broken_in(world, [item for item in items if item.get("kind") != kind])


def broken_in(world: World, items: list[dict[str, Any]]) -> set[str]:
    found = verify.check(items, at=world.time, archive=world.archive)["checks"]
    return {name for name, check in found.items() if check["broken"]}
