"""Deposits, their credits and the final invoice add up to what was supplied, rate by rate."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing.amounts import draft_invoice
from oms.billing.crediting import credit_note, everything_left
from oms.billing.deposits import IssuedDeposit, part_of, room, surplus
from oms.billing.drafting import final_invoice, prepayment_invoice
from oms.billing.einvoice import en16931
from oms.billing.invoice import Invoice, Sale, Sold
from oms.billing.posting import voucher_of
from oms.core import money
from oms.core.refusals import Refusal
from tests.domain.billing.test_crediting import bought, credit, modes, per_rate, sale_of, shipping
from tests.world import papers
from tests.world.papers import DAY

Goods = list[tuple[int, Decimal, str]]


def drafts_of(sale: Sale, *shipments: tuple[Sold, ...]) -> list[Invoice]:
    """The invoices that each shipment would get alone, one after the other."""
    made: list[Invoice] = []
    for n, sold in enumerate(shipments, 1):
        if not sold:
            continue
        earlier = [tax for draft in made for tax in draft.billed]
        shipment = papers.shipment(sold, f"ful_1-{n}")
        number = f"RE-{n}"
        made.append(draft_invoice(sale, shipment, number=number, issued_on=DAY, earlier=earlier))
    return made


def ask(
    sale: Sale, amount: Decimal, asked: list[IssuedDeposit], goods: tuple[Sold, ...]
) -> list[IssuedDeposit]:
    """The deposits after one more was tried."""
    standing = [tax for each in asked for tax in each.standing]
    try:
        deposit = prepayment_invoice(
            sale,
            papers.shipment(goods),
            amount,
            number=f"AN-{len(asked) + 1}",
            issued_on=DAY,
            standing=standing,
        )
    except Refusal:
        return asked
    assert money.total([tax.priced for tax in deposit.taxes]) == amount
    return [*asked, IssuedDeposit(deposit)]


def settled(asked: list[IssuedDeposit], whole: list[Any]) -> list[IssuedDeposit]:
    """The deposits once what is too much of them has been credited."""
    for _ in range(100):
        found = surplus(whole, asked, "EUR")
        if found is None:
            return asked
        deposit, claims = found
        note = credit(deposit.invoice, list(deposit.credits), *claims)
        place = asked.index(deposit)
        asked = [*asked]
        asked[place] = IssuedDeposit(deposit.invoice, (*deposit.credits, note))
    raise AssertionError("the deposits are never small enough")


def documents(asked: list[IssuedDeposit], *others: Invoice) -> dict[Any, tuple[Decimal, ...]]:
    """What all documents come to, rate by rate, credits taken off."""
    sums = per_rate(*(each.invoice for each in asked), *others)
    for group, gone in per_rate(*(note for each in asked for note in each.credits)).items():
        sums[group] = tuple(a - b for a, b in zip(sums[group], gone, strict=True))
    return {group: amounts for group, amounts in sums.items() if any(amounts)}


def cut(goods: tuple[Sold, ...], data: st.DataObject) -> tuple[tuple[Sold, ...], ...]:
    """The goods in two shipments, without the pieces that are cancelled."""
    first, second = [], []
    for item in goods:
        n = data.draw(st.integers(0, item.quantity))
        m = data.draw(st.integers(0, item.quantity - n))
        first += [replace(item, quantity=n)] if n else []
        second += [replace(item, quantity=m)] if m else []
    return tuple(first), tuple(second)


def test_less_than_a_cent_that_was_asked_is_not_taken_back() -> None:
    goods = [(1, Decimal("0.01"), "standard"), (1, Decimal("0.1850"), "reduced")]
    goods += [(9, Decimal("1.75"), "standard"), (1, Decimal("0.92"), "standard")]
    sale = sale_of(goods, "net", Decimal(0))
    asked: list[IssuedDeposit] = []
    for amount in ("5.93", "0.46"):
        asked = ask(sale, Decimal(amount), asked, sale.goods)
    claims, _ = everything_left(asked[0].invoice, [])
    asked[0] = IssuedDeposit(asked[0].invoice, (credit(asked[0].invoice, [], *claims),))
    asked = ask(sale, Decimal("0.46"), asked, sale.goods)
    (draft,) = drafts_of(sale, sale.goods[3:])
    fits = settled(asked, list(draft.taxes))
    assert [t.gross for each in fits for t in each.standing if t.rate == 7] in ([], [Decimal(0)])
    assert documents(settled(asked, [])) == {}


# A busy machine draws slowly; that says nothing of deposits.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(bought, modes, shipping, st.data())
def test_whatever_is_asked_in_advance_shipped_and_cancelled_adds_up(
    goods: Goods, mode: Any, charge: Decimal, data: st.DataObject
) -> None:
    sale = sale_of(goods, mode, charge)
    asked: list[IssuedDeposit] = []
    for _ in range(data.draw(st.integers(1, 4))):
        asked = ask(sale, data.draw(shipping), asked, sale.goods)
    again: bool = data.draw(st.booleans())
    if asked and again:
        claims, _ = everything_left(asked[0].invoice, [])
        asked[0] = IssuedDeposit(asked[0].invoice, (credit(asked[0].invoice, [], *claims),))
        asked = ask(sale, data.draw(shipping), asked, sale.goods)
    drafts = drafts_of(sale, *cut(sale.goods, data))
    whole = [tax for draft in drafts for tax in draft.taxes]
    if not drafts:
        assert documents(settled(asked, [])) == {}
        return
    everything = final_invoice(drafts, [], number="RE-9", issued_on=DAY)
    asked = settled(asked, list(everything.taxes))
    standing = [each.deducted for each in asked if each.standing]
    final = final_invoice(drafts, standing, number="RE-9", issued_on=DAY)
    expected = {group: sums for group, sums in per_rate(*drafts).items() if any(sums)}
    assert documents(asked, final) == expected
    assert all(tax.gross >= 0 for tax in final.taxes)
    assert len({line.number for line in final.lines}) == len(final.lines)
    assert money.total([line.total for line in final.lines]) + money.total(
        [charge.amount for charge in final.charges]
    ) == money.total([tax.priced for tax in whole])
    said = en16931(final)
    assert said.sums.lines + said.sums.charges - said.sums.allowances == final.net
    booked = voucher_of("inv_1", final)
    revenue = money.total([amount.gross for amount in booked.supplied])
    assert revenue - money.total([each.gross for each in booked.deposits]) == final.gross


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(bought, modes, shipping, st.data())
def test_a_final_invoice_deducts_what_was_paid_to_the_cent(
    goods: Goods, mode: Any, charge: Decimal, data: st.DataObject
) -> None:
    sale = sale_of(goods, mode, charge)
    asked: list[IssuedDeposit] = []
    for _ in range(data.draw(st.integers(1, 3))):
        asked = ask(sale, data.draw(shipping), asked, sale.goods)
    (whole,) = drafts_of(sale, sale.goods)
    asked = settled(asked, list(whole.taxes))
    for n, each in enumerate(asked):
        stands = money.total([tax.gross for tax in each.standing])
        paid = Decimal(data.draw(st.integers(0, int(stands * 100)))) / 100
        while (rest := money.total([t.gross for t in asked[n].standing]) - paid) > 0:
            part = part_of(asked[n], rest)
            note = credit_note(
                each.invoice, asked[n].credits, part.claims, exactly=part.gross or None,
                number="RK-1", issued_on=DAY, reason="nicht bezahlt", unpaid=rest,
            )  # fmt: skip
            assert note.gross == rest
            assert all(abs(t.tax - t.net * t.rate / 100) <= Decimal("0.02") for t in note.taxes)
            asked[n] = IssuedDeposit(each.invoice, (*asked[n].credits, note))
        assert money.total([tax.gross for tax in asked[n].standing]) == paid
        assert all(min(t.net, t.tax, t.gross) >= 0 for t in asked[n].standing)
    standing = [each.deducted for each in asked if each.standing]
    final = final_invoice([whole], standing, number="RE-9", issued_on=DAY)
    assert documents(asked, final) == {k: v for k, v in per_rate(whole).items() if any(v)}
    assert all(tax.gross >= 0 for tax in final.taxes)
    said = en16931(final)
    assert said.sums.lines + said.sums.charges - said.sums.allowances == final.net


@given(bought, modes, shipping, st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_deposits_over_everything_leave_nothing_to_pay(
    goods: Goods, mode: Any, charge: Decimal, parts: list[int]
) -> None:
    sale = sale_of(goods, mode, charge)
    (whole,) = drafts_of(sale, sale.goods)
    most = money.total([money.rounded(tax.priced, "EUR") for tax in whole.taxes])
    if not most:
        return
    asked: list[IssuedDeposit] = []
    for share in money.allocate(most, [Decimal(part) for part in parts], "EUR"):
        asked = ask(sale, share, asked, sale.goods)
    assert surplus(whole.taxes, asked, "EUR") is None
    assert not any(room(whole.taxes, asked, "EUR").values())
    final = final_invoice([whole], [e.deducted for e in asked], number="RE-9", issued_on=DAY)
    assert not any((final.net, final.tax, final.gross))
    assert ask(sale, Decimal("0.01"), asked, sale.goods) == asked


@given(bought, modes, shipping, st.integers(1, 99))
def test_what_is_credited_of_a_final_invoice_gives_the_deposits_back(
    goods: Goods, mode: Any, charge: Decimal, percent: int
) -> None:
    sale = sale_of(goods, mode, charge)
    (whole,) = drafts_of(sale, sale.goods)
    amount = money.rounded(money.total([t.priced for t in whole.taxes]) * percent / 100, "EUR")
    asked = ask(sale, amount, [], sale.goods)
    if not asked or not whole.gross:
        return
    final = final_invoice([whole], [asked[0].deducted], number="RE-9", issued_on=DAY)
    claims, rest = everything_left(final, [])
    note = credit_note(
        final, [], claims, shipping=rest, number="RK-1", issued_on=DAY, reason="Storno"
    )
    assert note.gross == final.gross + asked[0].invoice.gross
    assert not note.advance


def test_a_deposit_is_split_over_the_rates_and_stands_for_no_supply() -> None:
    deposit = prepayment_invoice(
        papers.sale("gross"), papers.shipment(), Decimal("150.00"), number="AN-1", issued_on=DAY
    )
    assert [(tax.rate, tax.priced) for tax in deposit.taxes] == [
        (Decimal(19), Decimal("128.70")),
        (Decimal(7), Decimal("21.30")),
    ]
    assert (deposit.kind, deposit.fulfilment_id) == ("prepayment", "")
    assert deposit.advance
    assert not deposit.distance_sales


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "497.79", "1.005"])
def test_a_deposit_that_is_no_part_of_the_order_is_refused(amount: str) -> None:
    with pytest.raises(Refusal) as refused:
        prepayment_invoice(
            papers.sale("gross"), papers.shipment(), Decimal(amount), number="AN-1", issued_on=DAY
        )
    assert refused.value.reason == "deposit_too_large"
    assert "amount" in refused.value.fields


def test_a_rate_that_is_not_billed_in_the_end_is_credited_whole() -> None:
    sale = papers.sale("gross")
    asked = ask(sale, Decimal("150.00"), [], papers.GOODS)
    (book,) = drafts_of(sale, (papers.GOODS[1],))
    found = surplus(book.taxes, asked, "EUR")
    assert found is not None
    deposit, claims = found
    note = credit(deposit.invoice, [], *claims)
    assert {tax.rate: tax.gross for tax in note.taxes}[Decimal(19)] > 100
    assert note.advance
    assert surplus(book.taxes, [IssuedDeposit(deposit.invoice, (note,))], "EUR") is None


def test_a_final_invoice_that_would_be_negative_is_refused() -> None:
    sale = papers.sale("gross")
    asked = ask(sale, Decimal("150.00"), [], papers.GOODS)
    (book,) = drafts_of(sale, (papers.GOODS[1],))
    with pytest.raises(Refusal):
        final_invoice([book], [asked[0].deducted], number="RE-9", issued_on=DAY)


def test_lines_of_several_shipments_keep_their_order_line_and_day() -> None:
    sale = papers.sale("gross")
    bag = papers.GOODS[0]
    drafts = drafts_of(sale, (replace(bag, quantity=1),), (replace(bag, quantity=2),))
    final = final_invoice(drafts, [], number="RE-9", issued_on=DAY)
    assert [(line.number, line.order_line, line.delivery_note) for line in final.lines] == [
        ("1", "1", "ful_1-1"),
        ("2", "1", "ful_1-2"),
    ]
    assert all(line.supplied_on == DAY for line in final.lines)
