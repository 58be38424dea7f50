"""The checkers find what somebody broke behind the system's back, and name where."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from oms_aws.records.verify import check, persisting
from tests.world.merchant import ADDRESS, SELLER, Merchant
from tests.world.opening import opened
from tests.world.world import World

Items = list[dict[str, Any]]


@pytest.fixture(scope="module")
def lived() -> Iterator[tuple[World, Items]]:
    """A world with one order done, one backordered and one released, and its items."""
    with opened() as world:
        world.strike("records/seal_day")
        merchant = Merchant(world)
        limited = {"name": "Lager A", "address": ADDRESS, "priority": 1, "capacity": 9}
        merchant.do("PUT /v1/warehouses/{warehouse}", merchant.clerk, limited, warehouse="A")
        merchant.count("A", RUCK_45=2, SOCKE_42=1)
        keep_books(merchant)
        done = merchant.place(merchant.request(RUCK_45=1))
        merchant.whole_life(done)
        invoice = merchant.order(done)["documents"][0]["id"]
        assert merchant.credit(done, invoice, shipping="1.00").status == 201
        told = {"amount": "134.80", "reference": "X-1"}
        merchant.do("POST /v1/orders/{order}/captures", merchant.shop, told, order=done)
        told = {"amount": "1.00", "reference": "R-1"}
        merchant.do("POST /v1/orders/{order}/refunds", merchant.shop, told, order=done)
        for kind in ("datev", "z3"):
            days = {"from": "2026-11-01", "to": "2026-11-30"}
            headers = {"Idempotency-Key": kind}
            route, query = "POST /v1/exports", {"shop": "berg-beutel"}
            body = {"kind": kind, **days}
            merchant.do(route, merchant.accountant, body, headers=headers, query=query)
        merchant.place(merchant.request(RUCK_45=1, ZELT_2=1, SOCKE_42=1))
        row = {"transaction_id": "T-1", "amount": "1.00", "currency": "EUR"}
        row |= {"reference": "BB-2", "value_date": "2026-11-23"}
        merchant.do("POST /v1/payments", merchant.accountant, {"items": [row]})
        merchant.business(credit_limit="1000.00")
        merchant.place(merchant.on_account(ZELT_2=1))
        said = {"name": "x", "contract": "BB-1", "email": "ayse@mueller.example"}
        merchant.do("POST /v1/withdrawals", merchant.shop, said)
        world.settle()
        world.pass_time(days=1)
        world.strike("records/seal_day")
        yield world, list(world.items())


def keep_books(merchant: Merchant) -> None:
    body = {
        "name": "Berg", "seller": SELLER, "support_email": "hilfe@berg.example",
        "bookkeeping": {"consultant": 29098, "client": 55003},
    }  # fmt: skip
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")


def of(items: Items, kind: str, **seen: Any) -> dict[str, Any]:
    return next(i for i in items if i.get("kind") == kind and seen.items() <= i.items())


def change(kind: str, name: str, value: Any, **seen: Any) -> Callable[[Items], None]:
    return lambda items: of(items, kind, **seen).update({name: value})


def remove(kind: str, **seen: Any) -> Callable[[Items], None]:
    return lambda items: items.remove(of(items, kind, **seen))


def swap_body(kind: str, old: str, new: str, **seen: Any) -> Callable[[Items], None]:
    def swap(items: Items) -> None:
        item = of(items, kind, **seen)
        (name,) = {"body", "state"} & item.keys()
        assert old in item[name]
        item[name] = item[name].replace(old, new)

    return swap


def swap_paper(kind: str, old: str, new: str) -> Callable[[Items], None]:
    """Something else in the record of a document of that kind."""

    def swap(items: Items) -> None:
        documents = (i for i in items if i.get("kind") == "document")
        (item,) = [i for i in documents if json.loads(i["body"])["kind"] == kind]
        assert old in item["body"]
        item["body"] = item["body"].replace(old, new)

    return swap


def swap_export(kind: str, old: str, new: str) -> Callable[[Items], None]:
    def swap(items: Items) -> None:
        (item,) = [i for i in items if i.get("kind") == "export" and f'"{kind}"' in i["state"]]
        assert old in item["state"]
        item["state"] = item["state"].replace(old, new)

    return swap


DONE = {"status": "completed"}
BROKEN: list[tuple[str, Callable[[Items], None]]] = [
    ("line_conservation", swap_body("order", '"delivered":1', '"delivered":2', **DONE)),
    ("stock", change("stock", "soft", 1, sku="RUCK-45")),
    ("stock", change("stock", "backordered", 0, sku="ZELT-2")),
    ("stock", change("stock", "hard:A", 0, sku="RUCK-45")),
    ("stock", change("stock", "on_hand:A", 9, sku="RUCK-45")),
    ("stock", change("stock", "promisable", 9, sku="RUCK-45")),
    ("stock", remove("stock", sku="ZELT-2")),
    ("reservations", remove("reservation", sku="ZELT-2")),
    ("reservations", change("reservation", "backordered", 2, sku="ZELT-2")),
    ("credit", change("credit", "unshipped", 0, customer="C-9")),
    ("payments", swap_body("payment", '"amount":"1.00","by"', '"amount":"2.00","by"')),
    ("payments", remove("payment")),
    ("captures", swap_body("order", '"amount":"1.00","at"', '"amount":"999.00","at"', **DONE)),
    (
        "captures",
        swap_body("order", 'ised","amount":"134', 'ised","amount":"34', **DONE),
    ),
    ("credit", remove("credit")),
    ("credit", change("exposure", "unshipped", 0, customer="C-9")),
    ("credit", remove("exposure")),
    ("documents", swap_paper("invoice", '"gross":"134.80"', '"gross":"134.81"')),
    ("documents", swap_paper("invoice", '"net":"113.28"', '"net":"113.27"')),
    ("documents", swap_paper("credit_note", '"kind":"credit_note"', '"kind":"invoice"')),
    ("documents", swap_paper("invoice", '"total":"129.90"', '"total":"129.91"')),
    ("documents", swap_body("order", '"gross":"134.80"', '"gross":"134.90"', **DONE)),
    ("documents", remove("document")),
    ("shipped_value", swap_paper("invoice", '"quantity":1', '"quantity":2')),
    ("shipped_value", swap_body("order", '"price":"4.90"', '"price":"4.80"', **DONE)),
    ("shipped_value", swap_body("order", '"unit_price":"129.90"', '"unit_price":"9.90"', **DONE)),
    ("credit_notes", swap_paper("credit_note", '"amount":"1.00"', '"amount":"9.00"')),
    ("credit_notes", swap_paper("credit_note", '"gross":"1.00"', '"gross":"999.00"')),
    ("bookings", swap_paper("invoice", '"gross":"134.80"', '"gross":"135.80"')),
    ("bookings", swap_export("datev", '"gross":"133.80"', '"gross":"133.90"')),
    ("bookings", swap_export("z3", '"gross":"133.80"', '"gross":"133.90"')),
    ("number_ranges", change("range", "last", 2)),
    ("number_ranges", change("range", "last", 0)),
    ("number_ranges", remove("number")),
    ("number_ranges", remove("range")),
    ("number_ranges", change("number", "document", "inv_none")),
    ("number_ranges", remove("document")),
    ("number_ranges", swap_body("document", "-000001", "-000007")),
    ("event_logs", remove("event", sequence=2)),
    ("event_logs", change("event", "actor", "somebody", sequence=2)),
    ("event_logs", change("event", "hash", "0" * 64, sequence=1)),
    ("event_logs", change("order", "hash", "0" * 64)),
    ("event_logs", change("order", "sequence", 3)),
    ("event_logs", change("stock", "sequence", 3, sku="RUCK-45")),
    ("event_logs", swap_body("order", "paypal", "invoice")),
    ("projections", change("order", "status", "held")),
    ("projections", change("order", "gsi2pk", "elsewhere")),
    ("projections", remove("fulfilment")),
    ("projections", change("fulfilment", "gsi1pk", "elsewhere")),
    ("projections", remove("order")),
    ("archive", swap_body("order", '"sha256":"', '"sha256":"0', **DONE)),
    ("archive", swap_body("order", '"key":"invoices/', '"key":"letters/', **DONE)),
    ("withdrawals", swap_body("withdrawal", '"verdict":"in_time"', '"verdict":"late"')),
    ("withdrawals", swap_body("withdrawal", '"quantity":1', '"quantity":2')),
    ("withdrawals", swap_body("withdrawal", '"decision":"accepted"', '"decision":"declined"')),
    ("withdrawals", remove("withdrawn")),
    ("withdrawals", remove("withdrawal")),
    ("event_logs", change("withdrawal", "sequence", 9)),
    ("departures", change("departures", "leaving", 7)),
    ("departures", remove("departures")),
    ("seals", change("event", "hash", "0" * 64, sequence=1)),
    ("seals", change("event", "id", "evt_other", sequence=1)),
    ("seals", remove("event", sequence=2)),
    ("seals", change("seal", "sha256", "0" * 64)),
    ("seals", change("seal", "key", "seals/none.json")),
]


def names() -> list[str]:
    return [f"{number}-{name}" for number, (name, _) in enumerate(BROKEN)]


def test_untouched_data_is_clean(lived: tuple[World, Items]) -> None:
    world, items = lived
    verdict = check(items, at=world.now(), archive=world.archive)
    assert verdict["ok"], verdict
    checked = {name: each["checked"] for name, each in verdict["checks"].items()}
    idle = ["bills", "returns"]  # nobody is billed together, and nothing comes back
    assert [name for name, n in checked.items() if not n] == idle


@pytest.mark.parametrize(("name", "tamper"), BROKEN, ids=names())
def test_tampering_is_found(
    lived: tuple[World, Items], name: str, tamper: Callable[[Items], None]
) -> None:
    world, items = lived
    copies = [dict(item) for item in items]
    tamper(copies)
    verdict = check(copies, at=world.now(), archive=world.archive)
    assert not verdict["ok"]
    assert all(b["where"] and b["what"] for b in verdict["checks"][name]["broken"])
    assert verdict["checks"][name]["broken"], verdict


def test_only_what_stays_broken_is_broken(lived: tuple[World, Items]) -> None:
    world, items = lived
    copies = [dict(item) for item in items]
    change("order", "status", "held")(copies)
    broken, clean = (
        check(copies, at=world.now(), archive=world.archive),
        check(items, at=world.now(), archive=world.archive),
    )
    assert persisting(broken, clean)["ok"]
    assert persisting(clean, broken)["ok"]
    assert not persisting(broken, broken)["ok"]
