"""Orders are found by what people know of them, newest first across shops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.world.opening import opened
from tests.world.shopping import ROUTE, Shopping


@pytest.fixture(scope="module")
def stocked() -> Iterator[Shopping]:
    """Twelve orders in two shops, of which some are cancelled; nothing is written any more."""
    with opened() as world:
        made = Shopping(world)
        for n in range(12):
            made.order(
                *(("RUCK-45",), ("ZELT-2",), ("RUCK-45", "SOCKE-42"))[n % 3],
                customer=f"C-{n % 2}",
                email=f"Kunde{n % 4}@example.com",
                other=n % 5 == 0,
            )
        world.settle()
        for id in [*made.orders][3:5]:
            made.merchant.do(
                "POST /v1/orders/{order}/cancellations",
                made.merchant.clerk,
                {},
                headers={"Idempotency-Key": id},
                order=id,
            )
        world.settle()
        yield made


def has(order: dict[str, Any], query: dict[str, str]) -> bool:
    """Whether an order's request is what a query asks for."""
    said = {
        "customer": order["customer"]["id"],
        "email": order["customer"]["email"].lower(),
    }
    if query.get("sku", "") not in ("", *(line["sku"] for line in order["lines"])):
        return False
    return all(query[name].lower() == said[name].lower() for name in said if name in query)


QUERIES = [
    dict(zip(names, values, strict=True))
    for names, values in (
        ((), ()),
        (("customer",), ("C-1",)),
        (("email",), ("kunde2@EXAMPLE.com",)),
        (("sku",), ("RUCK-45",)),
        (("sku",), ("NOTHING",)),
        (("customer", "sku"), ("C-0", "SOCKE-42")),
        (("email", "sku"), ("Kunde1@example.com", "RUCK-45")),
        (("email", "customer", "sku"), ("kunde3@example.com", "C-1", "ZELT-2")),
        (("email", "customer"), ("kunde3@example.com", "C-0")),
    )
]


@pytest.mark.parametrize("limit", ["1", "4", "100"])
@pytest.mark.parametrize("query", QUERIES, ids=lambda query: "+".join(query) or "all")
def test_what_is_asked_for_is_found_once_and_newest_first(
    stocked: Shopping, query: dict[str, str], limit: str
) -> None:
    wanted = [id for id, body in reversed(stocked.orders.items()) if has(body, query)]
    assert stocked.found(**query, limit=limit) == wanted


@pytest.mark.parametrize("limit", ["1", "100"])
@pytest.mark.parametrize("query", [{}, {"sku": "RUCK-45"}, {"customer": "C-1"}], ids=str)
def test_the_status_is_that_of_now(stocked: Shopping, query: dict[str, str], limit: str) -> None:
    cancelled = [*stocked.orders][3:5]
    wanted = [id for id in reversed(cancelled) if has(stocked.orders[id], query)]
    assert stocked.found(**query, status="cancelled", limit=limit) == wanted


def test_a_shop_finds_its_own(stocked: Shopping) -> None:
    for query in QUERIES:
        mine = stocked.found(stocked.merchant.other_shop, **query)
        assert mine == stocked.found(**query, shop="tal-tasche")
        wanted = [id for n, id in enumerate(stocked.orders) if n % 5 == 0]
        assert mine == [id for id in reversed(wanted) if has(stocked.orders[id], query)]


def test_days_are_those_of_the_shop(stocked: Shopping) -> None:
    placed = {id: datetime.fromisoformat(o["placed_at"]) for id, o in stocked.orders.items()}
    times = sorted(placed.values())
    until, since = times[7], times[2]
    for more in ({}, {"sku": "RUCK-45"}, {"status": "cancelled"}):
        for limit in ("2", "100"):
            found = stocked.found(
                placed_from=f"{since:%Y-%m-%dT%H:%M:%SZ}",
                placed_to=f"{until:%Y-%m-%dT%H:%M:%SZ}",
                limit=limit,
                **more,
            )
            assert found == [id for id in stocked.found(**more) if since <= placed[id] <= until]
            assert found
    midnight = datetime.fromisoformat("2026-11-24T00:00:00+01:00")
    assert times[0] < midnight
    first = stocked.found(placed_to="2026-11-23")
    assert first == [id for id in stocked.found() if placed[id] < midnight]
    assert stocked.found(placed_from="2026-11-24") + first == stocked.found()
    assert stocked.found(placed_from="2027-01-01") == []


def test_the_shops_own_number_goes_with_the_rest(stocked: Shopping) -> None:
    id, order = [*stocked.orders.items()][2]
    number = {"external_number": order["external_number"]}
    assert stocked.found(**number) == [id]
    assert stocked.found(**number, sku="SOCKE-42", email=order["customer"]["email"]) == [id]
    for other in ({"sku": "ZELT-2"}, {"email": "x@example.com"}, {"placed_to": "2026-11-01"}):
        assert stocked.found(**number, **other) == []


def test_dates_the_wrong_way_round_are_refused(stocked: Shopping) -> None:
    query = {"placed_from": "2026-11-24", "placed_to": "2026-11-23"}
    answer = stocked.world.call(ROUTE, stocked.merchant.clerk, query=query)
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "placed_to")
