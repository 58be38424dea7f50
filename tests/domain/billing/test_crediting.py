"""Credit notes of an invoice add up to it, and never take more than is left."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing.amounts import draft_invoice
from oms.billing.crediting import (
    Claim,
    NotCreditable,
    credit_note,
    everything_left,
    left_of,
    shipping_left,
)
from oms.billing.deposits import IssuedDeposit
from oms.billing.drafting import collective_invoice, final_invoice, prepayment_invoice
from oms.billing.einvoice import en16931
from oms.billing.invoice import Invoice, Sale, Sold
from oms.core import money
from tests.world import papers
from tests.world.papers import DAY

NONE = Decimal(0)
prices = st.one_of(
    st.integers(1, 10**6).map(lambda n: Decimal(n).scaleb(-2)),
    st.integers(1, 10**5).map(lambda n: Decimal(n).scaleb(-4)),
)
bought = st.lists(
    st.tuples(st.integers(1, 9), prices, st.sampled_from(["standard", "reduced"])),
    min_size=1,
    max_size=5,
)
modes = st.sampled_from(["gross", "net"])
shipping = st.integers(0, 3000).map(lambda n: Decimal(n).scaleb(-2))


def sale_of(goods: list[tuple[int, Decimal, str]], mode: Any, charge: Decimal) -> Sale:
    sold = tuple(
        Sold(str(n), f"SKU-{n}", "Ware", quantity, price, category)
        for n, (quantity, price, category) in enumerate(goods, 1)
    )
    return replace(papers.sale(mode), goods=sold, shipping=charge)


def invoiced(sale: Sale, number: str = "RE-1") -> Invoice:
    shipment = papers.shipment(sale.goods)
    return draft_invoice(sale, shipment, number=number, issued_on=DAY, earlier=())


def credit(original: Invoice, earlier: list[Invoice], *claims: Claim, **more: Any) -> Invoice:
    number = f"RK-{len(earlier) + 1}"
    return credit_note(
        original, earlier, claims, number=number, issued_on=DAY, reason="Retoure", **more
    )


def per_rate(*invoices: Invoice) -> dict[Any, tuple[Decimal, ...]]:
    sums: dict[Any, tuple[Decimal, ...]] = {}
    for each in (tax for invoice in invoices for tax in invoice.taxes):
        group = (each.category, each.rate)
        before = sums.get(group, (Decimal(0),) * 4)
        now = (each.priced, each.net, each.tax, each.gross)
        sums[group] = tuple(a + b for a, b in zip(before, now, strict=True))
    return sums


def tried(original: Invoice, earlier: list[Invoice], *claims: Claim, **more: Any) -> list[Invoice]:
    """The credits after one more attempt; a refused one changes nothing."""
    try:
        return [*earlier, credit(original, earlier, *claims, **more)]
    except NotCreditable:
        return earlier


@given(bought, modes, shipping, st.data())
def test_credits_of_any_split_add_up_to_the_invoice(
    goods: list[tuple[int, Decimal, str]], mode: Any, charge: Decimal, data: st.DataObject
) -> None:
    original = invoiced(sale_of(goods, mode, charge))
    credits: list[Invoice] = []
    for _ in range(data.draw(st.integers(0, 5))):
        line = data.draw(st.sampled_from([line.number for line in original.lines]))
        if data.draw(st.booleans()):
            claim = Claim(line=line, quantity=data.draw(st.integers(1, 9)))
        else:
            claim = Claim(line=line, amount=data.draw(shipping))
        part = data.draw(st.sampled_from([Decimal(0), Decimal("0.01"), Decimal("1.99")]))
        credits = tried(original, credits, claim, shipping=part)
    claims, rest = everything_left(original, credits)
    if claims or rest:
        credits = tried(original, credits, *claims, shipping=rest)
    credited, billed = per_rate(*credits), per_rate(original)
    for group, sums in billed.items():
        if sums[3]:
            assert credited[group][1:] == sums[1:]
    for each in credits:
        assert each.gross > 0
        assert all(tax.gross >= 0 and tax.tax >= 0 for tax in each.taxes)
        assert each.net + each.tax == each.gross
    left = left_of(original, credits).values()
    nothing_left = all(not rest.quantity and not rest.amount for rest in left)
    assert nothing_left or money.total([each.gross for each in credits]) == original.gross


@given(bought, modes, shipping)
def test_partial_invoices_credited_one_by_one_add_up_to_the_order(
    goods: list[tuple[int, Decimal, str]], mode: Any, charge: Decimal
) -> None:
    sale = sale_of(goods, mode, charge)
    invoices: list[Invoice] = []
    for sold in sale.goods:
        earlier = [tax for invoice in invoices for tax in invoice.taxes]
        shipment = papers.shipment((sold,))
        invoices.append(draft_invoice(sale, shipment, number="RE", issued_on=DAY, earlier=earlier))
    assert per_rate(*invoices) == per_rate(invoiced(sale))
    credits = []
    for invoice in invoices:
        claims, rest = everything_left(invoice, [])
        credits += tried(invoice, [], *claims, shipping=rest)
    zero = (Decimal(0),) * 4
    for group, sums in per_rate(*invoices).items():
        assert per_rate(*credits).get(group, zero)[1:] == sums[1:]


@given(bought, modes, shipping, st.integers(1, 99))
def test_deposits_and_the_final_invoice_add_up_to_the_order(
    goods: list[tuple[int, Decimal, str]], mode: Any, charge: Decimal, percent: int
) -> None:
    sale = sale_of(goods, mode, charge)
    whole = invoiced(sale)
    amount = money.rounded(money.total([t.priced for t in whole.taxes]) * percent / 100, "EUR")
    if not amount:
        return
    goods_out = papers.shipment(sale.goods)
    deposit = prepayment_invoice(sale, goods_out, amount, number="AN-1", issued_on=DAY)
    assert money.total([tax.priced for tax in deposit.taxes]) == amount
    final = final_invoice([whole], [IssuedDeposit(deposit).deducted], number="RE-1", issued_on=DAY)
    assert per_rate(deposit, final) == per_rate(whole)
    said = en16931(final)
    assert said.sums.lines + said.sums.charges - said.sums.allowances == final.net


@given(st.lists(bought, min_size=1, max_size=4), modes, shipping)
def test_a_collective_invoice_costs_what_the_single_ones_would(
    orders: list[list[tuple[int, Decimal, str]]], mode: Any, charge: Decimal
) -> None:
    drafts = [invoiced(sale_of(goods, mode, charge)) for goods in orders]
    month = (DAY.replace(day=1), DAY)
    collected = collective_invoice(drafts, number="SR-1", issued_on=DAY, period=month)
    assert per_rate(collected) == per_rate(*drafts)
    assert collected.gross == money.total([draft.gross for draft in drafts])
    numbers = [line.number for line in collected.lines]
    assert len(set(numbers)) == len(numbers)
    said = en16931(collected)
    assert said.sums.lines + said.sums.charges == collected.net


@given(bought, modes, st.integers(0, 90), st.integers(1, 5_000), st.data())
def test_an_amount_credited_is_the_amount_asked_for(
    goods: list[tuple[int, Decimal, str]],
    mode: Any,
    percent: int,
    cents: int,
    data: st.DataObject,
) -> None:
    amount = Decimal(cents).scaleb(-2)
    whole = [(n, price.quantize(Decimal("0.01")), rate) for n, price, rate in goods]
    sold = sale_of([line for line in whole if line[1]] or [(1, Decimal(1), "standard")], mode, NONE)
    worth = [each.quantity * each.unit_price for each in sold.goods]
    off = money.rounded(money.total(worth) * percent / 100, "EUR")
    shares = money.allocate(off, worth, "EUR")
    pairs = zip(sold.goods, shares, strict=True)
    less = tuple(replace(each, order_discount=share) for each, share in pairs)
    original = invoiced(replace(sold, goods=less))
    line = data.draw(st.sampled_from([line.number for line in original.lines]))
    claim = Claim(line=line, amount=amount)
    credits = tried(original, [], claim)
    credits = tried(original, credits, claim)
    for note in credits:
        assert getattr(note, mode) == amount
    left, rest = everything_left(original, credits)
    credits = tried(original, credits, *left, shipping=rest)
    zero = (Decimal(0),) * 4
    for group, sums in per_rate(original).items():
        assert per_rate(*credits).get(group, zero)[1:] == sums[1:]


def test_a_line_is_not_credited_twice() -> None:
    original = papers.plain()
    first = credit(original, [], Claim(line="1", quantity=2))
    with pytest.raises(NotCreditable) as refused:
        credit(original, [first], Claim(line="1", quantity=2))
    assert "1 pieces and 129.90 are left" in refused.value.fields["lines.0"]
    credit(original, [first], Claim(line="1", quantity=1))


def test_the_last_pieces_take_what_is_left_after_a_price_reduction() -> None:
    original = papers.plain()
    first = credit(original, [], Claim(line="1", amount=Decimal("20.00")))
    assert left_of(original, [first])["1"].quantity == 3
    rest = credit(original, [first], Claim(line="1", quantity=3))
    assert rest.lines[0].total == Decimal("369.70")
    assert rest.lines[0].pieces == 3
    assert left_of(original, [first, rest])["1"].quantity == 0


@pytest.mark.parametrize(
    "claims",
    [
        [Claim(line="9", quantity=1)],
        [Claim(line="1", quantity=4)],
        [Claim(line="1", quantity=0)],
        [Claim(line="1", quantity=-1)],
        [Claim(line="1", amount=Decimal("389.71"))],
        [Claim(line="1", amount=Decimal("1.005"))],
        [Claim(line="1", amount=Decimal("-1"))],
        [Claim(line="1", quantity=1, amount=Decimal(1))],
        [Claim(line="1")],
        [Claim(line="1", quantity=1), Claim(line="1", quantity=1)],
        [],
    ],
)
def test_what_is_not_there_is_refused(claims: list[Claim]) -> None:
    with pytest.raises(NotCreditable):
        credit(papers.plain(), [], *claims)


def test_shipping_is_credited_once() -> None:
    original = papers.plain()
    first = credit(original, [], shipping=Decimal("4.00"))
    assert shipping_left(original, [first]) == Decimal("0.90")
    with pytest.raises(NotCreditable):
        credit(original, [first], shipping=Decimal("1.00"))
    credit(original, [first], shipping=Decimal("0.90"))


def test_a_credit_note_is_not_credited() -> None:
    first = credit(papers.plain(), [], Claim(line="1", quantity=1))
    with pytest.raises(NotCreditable):
        credit(first, [], Claim(line="1", quantity=1))


def test_goods_of_a_final_invoice_are_credited_whole_though_a_deposit_was_deducted() -> None:
    sale = papers.sale("gross")
    deposit = prepayment_invoice(
        sale, papers.shipment(), Decimal("300.00"), number="AN-1", issued_on=DAY
    )
    whole = draft_invoice(sale, papers.shipment(), number="RE-1", issued_on=DAY, earlier=())
    final = final_invoice([whole], [IssuedDeposit(deposit).deducted], number="RE-1", issued_on=DAY)
    claims, rest = everything_left(final, [])
    back = credit(final, [], *claims, shipping=rest)
    assert back.gross == deposit.gross + final.gross


def test_it_names_the_original_and_the_reason() -> None:
    note = credit(papers.plain(), [], Claim(line="1", quantity=1))
    assert note.kind == "credit_note"
    assert note.original is not None
    assert note.original.number == "RE-2026-000001"
    assert note.reason == "Retoure"
    assert (note.paid, note.terms) == (Decimal(0), None)
