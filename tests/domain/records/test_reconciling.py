"""However an order is shipped and credited its documents add up to it; other sums are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing.crediting import Claim, everything_left
from oms.billing.documenting import credit_notes_of
from oms.billing.invoice import Invoice
from oms.billing.posting import voucher_of
from oms.core import money
from oms.core.parties import Address
from oms.master.bookkeeping import Bookkeeping
from oms.orders.balance import billed as owed
from oms.orders.customer import Customer, Shipping
from oms.orders.documents import Document
from oms.orders.invoicing import invoice
from oms.orders.lines import Discount, Line
from oms.orders.money_parts import Payment
from oms.orders.order import Order
from oms.records import datev
from oms.records.breach import Breach
from oms.records.reconciling import CHECKS, Papers, adding_up, summed
from tests.world import papers as cases
from tests.world.bills import AT, Billed, categories, cuts, discounted, products_of

BOOKS = Bookkeeping(consultant=1001, client=1)


def breaches(order: Order, papers: Papers) -> Iterator[Breach]:
    for paper in papers.values():
        yield from adding_up(order.id, paper)
    for checks in CHECKS.values():
        for check in checks:
            yield from check(order, papers)


credits = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.integers(1, 6).map(str),
        st.one_of(st.integers(1, 9), st.integers(1, 30_000).map(lambda n: Decimal(n).scaleb(-2))),
        st.integers(0, 300).map(lambda n: Decimal(n).scaleb(-2)),
    ),
    max_size=6,
)


def play(made: Billed, split: Sequence[Sequence[int]], script: Sequence[Any]) -> Billed:
    """Ship and credit by turns; what cannot be credited is refused and changes nothing."""
    steps: list[Any] = [*split, [9] * 6]
    for n, (which, line, much, shipping) in enumerate(script):
        if n < len(steps):
            made.ship(steps[n])
        bills = [id for id, paper in made.papers.items() if paper.kind != "credit_note"]
        if bills:
            amount = {"quantity": much} if isinstance(much, int) else {"amount": much}
            claims = [Claim(line=line, **amount)]
            made.credit(bills[which % len(bills)], claims, shipping)
    for cut in steps[len(script) :]:
        made.ship(cut)
    return made.ship_all([])


@settings(max_examples=200, deadline=None)
@given(discounted(), categories, cuts, credits)
def test_any_split_into_shipments_and_credits_keeps_every_sum_per_field_and_per_rate(
    order: Order, taxed: list[str], split: list[list[int]], script: list[Any]
) -> None:
    products = products_of(order, taxed)
    made = play(Billed(order, products), split, script)
    whole = Billed(order, products).ship_all([]).invoices[0]
    assert list(breaches(made.order, made.papers)) == []
    assert summed(t for bill in made.invoices for t in bill.taxes) == summed(whole.taxes)
    for document in made.order.documents:
        if document.type != "credit_note":
            notes = [made.papers[n.id] for n in credit_notes_of(made.order, document.id)]
            claims, shipping = everything_left(made.papers[document.id], notes)
            if claims or shipping:
                made.credit(document.id, claims, shipping)
    assert list(breaches(made.order, made.papers)) == []
    zero = dict.fromkeys(("net", "tax", "gross"), Decimal(0))
    back = summed(t for p in made.papers.values() if p.kind == "credit_note" for t in p.taxes)
    for group, sums in summed(whole.taxes).items():
        gone = back.get(group, zero)
        assert {name: sums[name] - gone[name] for name in zero} == zero
    assert owed(made.order) == 0


@settings(max_examples=100, deadline=None)
@given(discounted(), categories, cuts, credits)
def test_what_is_booked_for_datev_is_what_the_documents_say(
    order: Order, taxed: list[str], split: list[list[int]], script: list[Any]
) -> None:
    made = play(Billed(order, products_of(order, taxed)), split, script)
    vouchers = [voucher_of(id, paper) for id, paper in made.papers.items()]
    bookings = [b for v in vouchers for b in datev.bookings(v, BOOKS, "DE", None)]
    booked = datev.owed(bookings)
    assert sum(booked.values(), Decimal(0)) == owed(made.order)
    for voucher in vouchers:
        assert booked.get(voucher.number, Decimal(0)) == voucher.sign * voucher.gross


@given(discounted(), categories, cuts, credits, st.data())
@settings(max_examples=300, deadline=None)
def test_any_sum_that_is_off_by_a_cent_is_found_by_the_number_of_its_document(
    order: Order, taxed: list[str], split: list[list[int]], script: list[Any], data: st.DataObject
) -> None:
    made = play(Billed(order, products_of(order, taxed)), split, script)
    id = data.draw(st.sampled_from(sorted(made.papers)))
    paper = made.papers[id]
    places = [("head", name) for name in ("net", "tax", "gross")]
    places += [("taxes", name) for name in ("priced", "net", "tax", "gross")]
    places += [("lines", name) for name in ("total", "discount", "unit_price")]
    places += [("charges", "amount")] * bool(paper.charges)
    part, name = data.draw(st.sampled_from(places))
    altered = _off_by_a_cent(paper, part, name)
    found = [b.what for b in breaches(made.order, {**made.papers, id: altered})]
    assert any(paper.number in what for what in found), (part, name, found)


def _off_by_a_cent(paper: Invoice, part: str, name: str) -> Invoice:
    if part == "head":
        return replace(paper, **{name: getattr(paper, name) + Decimal("0.01")})
    first, *rest = getattr(paper, part)
    first = replace(first, **{name: getattr(first, name) + Decimal("0.01")})
    return replace(paper, **{part: (first, *rest)})


@pytest.fixture
def made() -> Billed:
    """An order of two lines with discounts, shipped in two halves, one piece credited."""
    lines = (
        Line("1", "RUCK-45", Decimal("129.90"), 2, 2, discounts=(Discount(Decimal("10.00")),)),
        Line("2", "BUCH-1", Decimal("9.99"), 2, 2),
    )
    order = Order(
        id="ord_1",
        shop="berg",
        external_number="BB-1",
        placed_at=AT,
        received_at=AT,
        currency="EUR",
        price_mode="gross",
        customer=Customer("C-1", "B2C", "J", "j@m.example", "de"),
        billing_address=Address("Jörg Müller", "Ringstr. 5", "80331", "München", "DE"),
        lines=lines,
        shipping=Shipping("standard", Decimal("4.90")),
        payment=Payment("paypal", "captured", Decimal(0)),
        discounts=(Discount(Decimal("7.01")),),
    )
    made = Billed(order, products_of(order, ["standard", "reduced"])).ship_all([[1, 1]])
    assert made.credit(next(iter(made.papers)), [Claim(line="1", quantity=1)], Decimal(0))
    assert list(breaches(made.order, made.papers)) == []
    return made


FIRST, SECOND, NOTE = "inv_ful_1-1", "inv_ful_1-2", "cre_RK-3"


def scaled(made: Billed, id: str, factor: int) -> None:
    """A document that is right in itself, and wrong all the same: everything is so many times."""
    paper = made.papers[id]

    def times(each: Any, *names: str) -> Any:
        return replace(each, **{name: getattr(each, name) * factor for name in names})

    lines = tuple(times(li, "quantity", "total", "discount") for li in paper.lines)
    charges = tuple(times(charge, "amount") for charge in paper.charges)
    taxes = tuple(times(tax, "priced", "net", "tax", "gross") for tax in paper.taxes)
    paper = replace(times(paper, "net", "tax", "gross"), lines=lines, charges=charges, taxes=taxes)
    made.papers[id] = paper
    made.order = made.order.with_document(replace(made.order.document(id), gross=paper.gross))


def test_a_credit_note_beyond_its_invoice_is_found(made: Billed) -> None:
    scaled(made, NOTE, 2)
    found = [b.what for b in breaches(made.order, made.papers)]
    assert "RE-1: 1 pieces of line 1 are credited that it never billed" in found
    assert any("RE-1: S 19 %: gross" in what and "is credited of" in what for what in found)


def test_an_invoice_of_more_than_left_is_found(made: Billed) -> None:
    scaled(made, SECOND, 2)
    found = [b.what for b in breaches(made.order, made.papers)]
    assert "RE-2 bills {'1': 2, '2': 2} of ful_1-2, {'1': 1, '2': 1} left" in found
    assert "3 pieces of line 1 are billed, 2 were ordered" in found
    assert any(what.startswith("discount is billed with") for what in found)


def _change(made: Billed, id: str, **changes: Any) -> None:
    made.order = made.order.with_document(replace(made.order.document(id), **changes))


def test_what_order_and_document_say_differently_is_found(made: Billed) -> None:
    _change(made, FIRST, gross=Decimal("1.00"))
    (found,) = breaches(made.order, made.papers)
    assert found.where == "ord_1"
    assert found.what == f"RE-1: gross is {made.papers[FIRST].gross}, the order says 1.00"


def test_a_document_without_a_record_is_found(made: Billed) -> None:
    del made.papers[SECOND]
    found = [b.what for b in breaches(made.order, made.papers)]
    assert found[0] == "RE-2 (inv_ful_1-2) has no record"


def test_goods_billed_twice_or_before_they_left_are_found(made: Billed) -> None:
    again = replace(made.papers[SECOND], number="RE-9")
    made.papers["inv_again"] = again
    document = Document("inv_again", again.kind, "RE-9", "ful_1-2", AT, again.gross)
    order = invoice(made.order, document)
    found = [b.what for b in breaches(order, made.papers)]
    assert "ful_1-2 is billed by RE-2, RE-9" in found
    here = replace(made.order.fulfilment("ful_1-2"), shipped_at=None)
    found = [b.what for b in breaches(made.order.with_fulfilment(here), made.papers)]
    assert "RE-2 bills ful_1-2, which is here" in found
    elsewhere = replace(made.order, fulfilments=made.order.fulfilments[:1])
    found = [b.what for b in breaches(elsewhere, made.papers)]
    assert "RE-2 bills 'ful_1-2', unknown" in found


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"shipping": Shipping("standard", Decimal("5.90"))}, "shipping is billed with 4.90"),
        ({"discounts": ()}, "discount is billed with -7.01, not 0"),
    ],
)
def test_charges_that_are_not_the_orders_are_found(made: Billed, changes: Any, text: str) -> None:
    found = [b.what for b in breaches(replace(made.order, **changes), made.papers)]
    assert any(what.startswith(text) for what in found), found


def test_prices_that_are_not_the_orders_are_found(made: Billed) -> None:
    first, second = made.order.lines
    dearer = replace(made.order, lines=(first, replace(second, unit_price=Decimal("8.99"))))
    found = [b.what for b in breaches(dearer, made.papers)]
    assert "2 pieces of line 2 are billed with total 19.98, not 17.98" in found


def test_a_credit_note_of_another_orders_invoice_is_found(made: Billed) -> None:
    _change(made, NOTE, original="inv_other")
    found = [b.what for b in breaches(made.order, made.papers)]
    assert "RK-3 credits inv_other, which is no invoice of it" in found


def test_a_corrected_invoice_of_other_prices_is_found(made: Billed) -> None:
    original = made.papers[SECOND]
    made.papers["cor_1"] = replace(original, kind="corrected", number="KR-1")
    document = Document("cor_1", "corrected", "KR-1", "ful_1-2", AT, original.gross)
    made.order = invoice(made.order, replace(document, original=SECOND))
    scaled(made, "cor_1", 3)
    found = [b.what for b in breaches(made.order, made.papers)]
    assert "KR-1 bills other pieces than RE-2" in found


def test_every_kind_of_document_adds_up_on_its_own() -> None:
    for paper in cases.every_case():
        assert list(adding_up("ord_1", paper)) == [], paper.kind


@settings(max_examples=50, deadline=None)
@given(discounted(), categories)
def test_a_worthless_order_is_worth_nothing_in_its_documents(
    order: Order, taxed: list[str]
) -> None:
    lines = tuple(replace(li, unit_price=Decimal(0), discounts=()) for li in order.lines)
    free = replace(order, lines=lines, discounts=(), shipping=Shipping("standard", Decimal(0)))
    made = Billed(free, products_of(free, taxed)).ship_all([])
    assert list(breaches(made.order, made.papers)) == []
    assert money.total([p.gross for p in made.papers.values()]) == 0
