"""What the players decide before they call: stock, cancellations, parcels, and what logs prove."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from local.player import merchant
from local.player.answers import Event, Fulfilment, Line, Order, Quantities, Share, Shelf, Stock
from local.player.cancelling import NotApplied, Purchases, pieces_meant
from local.player.crediting import Bills
from local.player.evidence import backlog, cycle, figures, percentile
from local.player.receiver import Receiver
from local.player.retail import Document, Row, Survey
from local.player.stock import opening
from local.player.translation import order_of, stock_of
from local.player.warehouse import by_weight, one_parcel, winding

NOON = datetime(2011, 10, 6, 12, tzinfo=UTC)


def row(document: str = "1", sku: str = "22809", quantity: int = 6, **others: Any) -> Row:
    values: dict[str, Any] = {
        "name": "T-LIGHTS",
        "at": NOON,
        "unit_price": Decimal("2.95"),
        "customer": "12662",
        "country": "DE",
    }
    return Row(document=document, sku=sku, quantity=quantity, **{**values, **others})


def order(id: str = "ord_1", **quantities: int) -> Order:
    ordered = sum(quantities.values())
    line = Line("1", "22809", Quantities(ordered=ordered, **quantities))
    return Order(id, "R-1", "backordered", [line])


def log(*types: str) -> list[Event]:
    return [
        Event(f"evt_{n}", kind, n, NOON + timedelta(seconds=n)) for n, kind in enumerate(types, 1)
    ]


# -- stock and orders ----------------------------------------------------------------------------


def test_shelves_hold_what_is_wanted_besides_what_is_promised_already() -> None:
    stock = Stock("22809", 0, soft=2, backordered=3, locations={"A": Shelf(9, 1, 4)})
    assert opening(stock, {"A": 10, "B": 5}) == {"A": 10 + 4 + 1 + 2 + 3, "B": 5}
    assert opening(None, {"A": 10, "B": 5}) == {"A": 10, "B": 5}


@pytest.mark.parametrize("factor", ["0", "0.8", "1", "2.5"])
def test_opening_stock_is_the_demand_times_the_factor_rounded_down(factor: str) -> None:
    demand = Counter({"a": 7, "b": 1, "c": 80_995})
    shelves = stock_of(Survey(demand=demand, times=Counter({"c": 99})), Decimal(factor))
    pieces = {sku: sum(shelf.values()) for sku, shelf in shelves.items()}
    assert pieces == {sku: int(ordered * Decimal(factor)) for sku, ordered in demand.items()}
    assert shelves["a"]["B"] == 0


def test_order_is_paid_to_the_cent_with_its_carriage() -> None:
    goods, carriage = row(quantity=3), row(sku="POST", quantity=2, unit_price=Decimal("18.00"))
    body = order_of(Document("1", (goods, carriage)), "R7", "GBP")
    assert body["external_number"] == "R7-1"
    assert body["payment"]["amount"] == "44.85"
    assert body["shipping"]["price"] == "36.00"
    assert [line["sku"] for line in body["lines"]] == ["22809"]


def test_guest_order_is_told_apart_by_its_document() -> None:
    body = order_of(Document("536", (row(customer=None),)), "R7", "EUR")
    assert body["customer"]["id"] == "guest-536"


def test_day_is_the_same_for_the_same_seed_and_has_all_stories() -> None:
    day = list(merchant.day("x", 60, random.Random(1)))
    again = list(merchant.day("x", 60, random.Random(1)))
    assert day == again
    stories = Counter(intent.story for intent in day)
    assert stories["refused"] == stories["left"] == 1
    assert stories["cleared"] > stories["withdrawn"] > 0
    assert stories["sent_back"] == stories["revoked"] == 3
    back = [intent for intent in day if intent.story in ("sent_back", "revoked")]
    assert {intent.body["customer"]["type"] for intent in back} == {"B2C"}
    assert len({intent.number for intent in day}) == 60


def test_assortment_has_sixty_products_and_some_are_scarce() -> None:
    assert len(merchant.assortment()) == 60
    assert 5 <= sum(product.scarce for product in merchant.assortment().values()) <= 10


def test_mail_address_is_plain_ascii_and_names_the_run() -> None:
    assert merchant.mailbox_of("Søren Brüggemann-Weiß", "r1") == (
        "soren.bruggemann.weiss+r1@post.example"
    )


# -- cancellations -------------------------------------------------------------------------------


def bought(*rows: tuple[str, Row]) -> Purchases:
    purchases = Purchases({("12662", "22809")})
    for id, one in rows:
        purchases.add(id, Document(one.document, (one,)))
    return purchases


def test_cancellation_means_the_latest_earlier_order() -> None:
    purchases = bought(
        ("ord_1", row(at=NOON - timedelta(2))),
        ("ord_2", row(at=NOON - timedelta(1))),
        ("ord_3", row(at=NOON + timedelta(1))),
    )
    assert purchases.before(row("C1")) == ["ord_2", "ord_1"]


@pytest.mark.parametrize(
    ("cancelling", "reason"),
    [
        (row("C1", customer=None), "no_customer"),
        (row("C1", customer="9"), "no_earlier_order"),
        (row("C1", at=NOON - timedelta(9)), "no_earlier_order"),
        (row("C1", quantity=7), "more_than_was_ordered"),
        (row("C1", sku="POST"), "carriage_cannot_be_cancelled"),
    ],
)
def test_unmatched_cancellation_says_why(cancelling: Row, reason: str) -> None:
    with pytest.raises(NotApplied, match=reason):
        bought(("ord_1", row())).before(cancelling)


def test_waiting_pieces_are_cancelled_over_several_orders() -> None:
    orders = {"ord_2": order("ord_2", backordered=2, released=9), "ord_1": order(backordered=5)}
    meant = pieces_meant(row("C1", quantity=6), ["ord_2", "ord_1"], orders.__getitem__)
    assert meant == {"ord_2": {"1": 2}, "ord_1": {"1": 4}}


def test_row_that_a_warehouse_has_in_part_cancels_nothing() -> None:
    orders = {"ord_1": order(backordered=2, shipped=4)}
    with pytest.raises(NotApplied, match="already_with_the_warehouse"):
        pieces_meant(row("C1", quantity=3), ["ord_1"], orders.__getitem__)


# -- credit notes --------------------------------------------------------------------------------


def billed(*rows: tuple[str, Row]) -> Bills:
    bills = Bills()
    for id, one in rows:
        bills.add(one, id, f"inv_{id}", "1", one.quantity)
        bills.add_carriage(one.customer, one.at, id, f"inv_{id}", Decimal("18.00"))
    return bills


def test_goods_come_back_from_the_latest_earlier_invoices_at_their_price() -> None:
    bills = billed(
        ("1", row(at=NOON - timedelta(2))),
        ("2", row(at=NOON - timedelta(1), quantity=2)),
        ("3", row(at=NOON - timedelta(0.5), unit_price=Decimal("2.55"))),
        ("4", row(at=NOON + timedelta(1))),
    )
    found, missing = bills.taken([row("C1", quantity=5)])
    assert [(taken.document, taken.lines) for taken in found] == [
        ("inv_2", {"1": 2}), ("inv_1", {"1": 3}),
    ]  # fmt: skip
    again, missing = bills.taken([row("C2", quantity=4)])
    assert [(each[1], each[0].document) for each in missing] == [("more_than_is_left", "C2")]
    assert not again
    carriage = row("C3", sku="POST", quantity=1, unit_price=Decimal("18.00"))
    found, missing = bills.taken([carriage, carriage])
    assert [(taken.document, taken.shipping) for taken in found] == [
        ("inv_3", Decimal(18)), ("inv_2", Decimal(18)),
    ]  # fmt: skip
    assert not missing


@pytest.mark.parametrize(
    ("back", "reason"),
    [
        (row("C1", customer=None), "no_customer"),
        (row("C1", customer="9"), "no_earlier_invoice"),
        (row("C1", at=NOON - timedelta(9)), "no_earlier_invoice"),
        (row("C1", unit_price=Decimal("9.95")), "billed_at_another_price"),
        (row("C1", quantity=7), "more_than_is_left"),
        (row("C1", sku="POST", unit_price=Decimal("18.01"), quantity=1), "no_such_carriage"),
    ],
)
def test_what_comes_back_of_no_invoice_says_why(back: Row, reason: str) -> None:
    found, missing = billed(("1", row())).taken([back])
    assert (found, [why for _, why in missing]) == ([], [reason])


# -- parcels and scans ---------------------------------------------------------------------------


def test_parcels_hold_every_piece_and_none_is_too_heavy() -> None:
    offer = Fulfilment("ful_1", "A", "released", [Share("1", "a", 5), Share("2", "b", 2)])
    parcels = by_weight({"a": 4_000, "b": 20_000}.__getitem__, 15_000)(offer)
    held = Counter[str]()
    for parcel in parcels:
        held.update({line["number"]: line["quantity"] for line in parcel["lines"]})
        assert parcel["weight_g"] <= 15_000 or parcel["lines"] == [{"number": "2", "quantity": 1}]
    assert held == {"1": 5, "2": 2}


def test_single_parcel_names_no_lines() -> None:
    offer = Fulfilment("ful_1", "A", "released", [Share("1", "a", 100_000)])
    assert one_parcel(offer) == [{"weight_g": 31_500, "lines": None}]


def test_winding_route_always_arrives() -> None:
    route = winding(random.Random(3))
    routes = [route("x") for _ in range(50)]
    assert all("delivered" in scans for scans in routes)
    assert any(scans[-1] != "delivered" for scans in routes)
    assert any(len(scans) > 4 for scans in routes)


# -- what logs prove -----------------------------------------------------------------------------

SHIPPED = ("Order.Created", "Shipment.Confirmed", "Invoice.Issued", "Shipment.Delivered")


def test_figures_count_orders_by_what_happened_to_them() -> None:
    found = figures({"ord_1": log(*SHIPPED, "Document.Archived"), "ord_2": log("Order.Created")})
    assert (found["orders"], found["shipped"], found["documents"]) == (2, 1, 1)
    assert found["cycle_p50_seconds"] == found["cycle_p95_seconds"] == 3


def test_backlog_names_what_is_still_to_come() -> None:
    assert backlog(log(*SHIPPED), lambda _: True) == "1 archived documents missing, 1 mails missing"
    done = log(*SHIPPED, "Document.Archived", "Notification.Sent", "Notification.Sent")
    assert backlog(done, lambda _: True) == ""
    assert backlog(done, lambda id: id != "evt_2") == "1 webhooks missing"


def test_cycle_of_an_order_that_was_not_delivered_is_unknown() -> None:
    assert cycle(log("Order.Created", "Shipment.Confirmed")) is None


@pytest.mark.parametrize(("percent", "value"), [(50, 2.0), (95, 4.0), (1, 1.0), (100, 4.0)])
def test_percentile_is_the_nearest_rank(percent: int, value: float) -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], percent) == value
    assert percentile([], percent) is None


# -- the subscriber ------------------------------------------------------------------------------


def delivery(secret: str, event: str) -> tuple[dict[str, str], bytes]:
    body, now = f'{{"id": "{event}"}}', datetime.now(UTC)
    headers = {
        "webhook-id": event,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(event, now, body),
    }
    return headers, body.encode()


def test_receiver_counts_what_is_signed_and_nothing_else() -> None:
    receiver, secret = Receiver(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert receiver.take(*delivery(secret, "evt_1")) == 503
    receiver.trust(secret)
    assert receiver.take(*delivery(secret, "evt_1")) == 200
    assert receiver.take(*delivery(secret, "evt_1")) == 200
    assert receiver.take(*delivery("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "evt_2")) == 401
    assert receiver.has("evt_1")
    assert receiver.counts == {"early": 1, "received": 1, "repeated": 1, "forged": 1}


def test_receiver_refuses_a_few_events_once() -> None:
    receiver, secret = Receiver(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    receiver.trust(secret)
    first = [receiver.take(*delivery(secret, f"evt_{n}")) for n in range(200)]
    again = [receiver.take(*delivery(secret, f"evt_{n}")) for n in range(200)]
    assert 0 < first.count(503) <= 4
    assert set(again) == {200}
