"""Periods end at midnight where the shop is; what is billed together costs what it would alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing.bill import Bill, opened, replayed
from oms.billing.bill_events import Planned, Share
from oms.billing.collecting import bill_id, gross_of, period_of, planned
from oms.billing.crediting import Claim, NotCreditable, credit_note, everything_left
from oms.billing.documenting import archive
from oms.billing.drafting import collective_invoice, part_of
from oms.billing.einvoice import en16931
from oms.billing.entries import Entry
from oms.billing.invoice import Invoice
from oms.core import money
from oms.core.refusals import Refusal
from oms.master.account import Billing
from oms.orders.documents import Document
from tests.domain.billing.test_crediting import bought, invoiced, modes, per_rate, sale_of, shipping
from tests.world.papers import BUYER, DAY

MONTHLY = Billing(collective="monthly")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "at", "name", "cut_off"),
    [
        ("Europe/Berlin", "2026-11-30T23:59:59+01:00", "2026-11", "2026-11-30T23:00:00+00:00"),
        ("Europe/Berlin", "2026-12-01T00:00:00+01:00", "2026-12", "2026-12-31T23:00:00+00:00"),
        # In summer midnight is an hour earlier; the clock changes within March and October.
        ("Europe/Berlin", "2026-03-31T21:59:59+00:00", "2026-03", "2026-03-31T22:00:00+00:00"),
        ("Europe/Berlin", "2026-03-01T00:00:00+01:00", "2026-03", "2026-03-31T22:00:00+00:00"),
        ("Europe/Berlin", "2026-10-01T00:00:00+02:00", "2026-10", "2026-10-31T23:00:00+00:00"),
        ("Europe/London", "2026-11-30T23:30:00+00:00", "2026-11", "2026-12-01T00:00:00+00:00"),
        ("Europe/Berlin", "2026-11-30T23:30:00+00:00", "2026-12", "2026-12-31T23:00:00+00:00"),
        ("Europe/Berlin", "2028-02-29T12:00:00+01:00", "2028-02", "2028-02-29T23:00:00+00:00"),
        ("America/New_York", "2026-12-01T03:00:00+00:00", "2026-11", "2026-12-01T05:00:00+00:00"),
    ],
)
def test_a_month_ends_at_midnight_where_the_shop_is(
    zone: str, at: str, name: str, cut_off: str
) -> None:
    period = period_of(MONTHLY, when(at), ZoneInfo(zone))
    assert (period.name, period.cut_off) == (name, when(cut_off))


@pytest.mark.parametrize(
    ("ends", "at", "last", "cut_off"),
    [
        ("sunday", "2026-11-23T09:00:00+01:00", "2026-11-29", "2026-11-29T23:00:00+00:00"),
        ("monday", "2026-11-23T09:00:00+01:00", "2026-11-23", "2026-11-23T23:00:00+00:00"),
        ("friday", "2026-11-27T23:59:00+01:00", "2026-11-27", "2026-11-27T23:00:00+00:00"),
        ("friday", "2026-11-28T00:00:00+01:00", "2026-12-04", "2026-12-04T23:00:00+00:00"),
        # The week in which clocks go back has an hour more, that in which they go on one less.
        ("sunday", "2026-10-25T12:00:00+01:00", "2026-10-25", "2026-10-25T23:00:00+00:00"),
        ("sunday", "2026-03-29T12:00:00+02:00", "2026-03-29", "2026-03-29T22:00:00+00:00"),
    ],
)
def test_a_week_ends_on_its_day(ends: Any, at: str, last: str, cut_off: str) -> None:
    period = period_of(Billing(collective="weekly", week_ends=ends), when(at), BERLIN)
    assert (str(period.last), period.last - period.first) == (last, timedelta(6))
    assert period.cut_off == when(cut_off)


@given(
    st.integers(1_577_836_800, 2_051_222_400).map(lambda n: datetime.fromtimestamp(n, UTC)),
    st.sampled_from(["Europe/Berlin", "Pacific/Auckland", "America/Santiago", "Asia/Beirut"]),
    st.sampled_from(["monthly", "weekly", "purchase_order"]),
)
def test_each_moment_lies_in_one_period_that_ends_after_it(
    at: datetime, zone: str, kind: Any
) -> None:
    billing, place = Billing(collective=kind), ZoneInfo(zone)
    period = period_of(billing, at, place, "PO-1")
    assert at < period.cut_off
    assert period.first <= at.astimezone(place).date() <= period.last
    assert period_of(billing, period.cut_off - timedelta(seconds=1), place, "PO-1") == period
    following = period_of(billing, period.cut_off, place, "PO-1")
    assert following.first == period.last + timedelta(1)


def test_the_id_of_a_bill_follows_from_what_it_bills() -> None:
    ids = {
        bill_id(*each)
        for each in (
            ("s", "c", "2026-11", 1),
            ("s", "c", "2026-11", 2),
            ("s", "c", "2026-12", 1),
            ("s", "d", "2026-11", 1),
            ("t", "c", "2026-11", 1),
            ("s", "c", "2026-11", 1),
        )
    }
    assert len(ids) == 5


Goods = list[tuple[int, Decimal, str]]


def drafted(goods: Goods, mode: Any, charge: Decimal, n: int) -> Invoice:
    draft = invoiced(sale_of(goods, mode, charge))
    return replace(
        draft, order_id=f"ord_{n}", external_number=f"BB-{n}", fulfilment_id=f"ful_{n}-1"
    )


@given(st.lists(bought, min_size=1, max_size=4), modes, shipping, st.data())
def test_what_was_taken_back_before_and_after_leaves_exactly_the_rest(
    orders: list[Goods], mode: Any, charge: Decimal, data: st.DataObject
) -> None:
    drafts = [drafted(goods, mode, charge, n) for n, goods in enumerate(orders, 1)]
    entries = [Entry(draft, some_credits(draft, data)) for draft in drafts]
    credits = [credit for entry in entries for credit in entry.credits]
    whole = collective_invoice(
        drafts, credits=credits, number="SR-1", issued_on=DAY, period=(DAY, DAY)
    )
    assert whole.gross == gross_of(entries)
    due = per_rate(*drafts)
    for group, gone in per_rate(*credits).items():
        due[group] = tuple(a - b for a, b in zip(due[group], gone, strict=True))
    assert per_rate(whole) == due
    said = en16931(whole).sums
    assert said.lines + said.charges - said.allowances == whole.net
    assert all(item.price >= 0 for item in en16931(whole).items)
    # What is credited of each order's share afterwards is exactly what is left of it.
    total = Decimal(0)
    for entry in entries:
        part, reductions = part_of(whole, [entry.draft], entry.credits)
        claims, rest = everything_left(part, reductions)
        if not claims and not rest:
            continue
        try:
            note = noted(part, reductions, claims, shipping=rest)
        except NotCreditable:
            continue
        assert note.gross == gross_of([entry])
        total += note.gross
    assert total == whole.gross


def some_credits(draft: Invoice, data: st.DataObject) -> tuple[Invoice, ...]:
    credits: tuple[Invoice, ...] = ()
    for _ in range(data.draw(st.integers(0, 2))):
        line = data.draw(st.sampled_from([line.number for line in draft.lines]))
        claim = Claim(line=line, quantity=data.draw(st.integers(1, 5)))
        try:
            credits = (*credits, noted(draft, credits, [claim]))
        except NotCreditable:
            continue
    return credits


def noted(
    original: Invoice, earlier: Any, claims: Any, *, shipping: Decimal = Decimal(0)
) -> Invoice:
    return credit_note(
        original, earlier, claims, shipping=shipping, number="RK", issued_on=DAY, reason="back"
    )


@given(st.lists(bought, min_size=2, max_size=5), st.integers(1, 8), st.integers(1, 400))
def test_no_document_holds_too_much_and_each_shipment_is_on_one(
    orders: list[Goods], most_lines: int, most_bytes: int
) -> None:
    entries = [
        Entry(drafted(goods, "gross", Decimal(0), n), (), 100) for n, goods in enumerate(orders, 1)
    ]
    parts = planned(reversed(entries), most_lines=most_lines, most_bytes=most_bytes)
    placed = [entry.draft.fulfilment_id for part in parts for entry in part.entries]
    assert placed == sorted(entry.draft.fulfilment_id for entry in entries)
    for part in parts:
        lines = sum(len(entry.draft.lines) for entry in part.entries)
        assert len(part.entries) == 1 or (
            lines <= most_lines and 100 * len(part.entries) <= most_bytes
        )
    assert parts == planned(entries, most_lines=most_lines, most_bytes=most_bytes)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"currency": "CHF"}, "currency"),
        ({"price_mode": "net"}, "price mode"),
        ({"buyer": replace(BUYER, line1="Neue Str. 1")}, "buyer"),
        ({"locale": "en"}, "language"),
        ({"notes": ("Steuerfreie Ausfuhrlieferung",)}, "tax"),
        ({"ship_to": replace(BUYER, country="AT")}, "destination"),
        ({"supplied_on": date(2027, 1, 2)}, "year"),
    ],
)
def test_what_differs_is_billed_apart(change: dict[str, Any], why: str) -> None:
    goods = [(1, Decimal("10.00"), "standard")]
    first, second = (drafted(goods, "gross", Decimal(0), n) for n in (1, 2))
    parts = planned([Entry(first), Entry(replace(second, **change))])
    assert [part.why for part in parts] == ["", why]


def a_bill() -> Bill:
    return Bill(
        id="bil_1",
        shop="s",
        customer="c",
        period="2026-11",
        first=DAY,
        last=DAY,
        due_at=NOW,
        opened_at=NOW,
    )


def test_a_bill_is_what_its_log_tells_and_ends_when_all_is_kept() -> None:
    document = Document("inv_1-1", "collective", "SR-1", "", NOW, Decimal(10))
    share = Share("ord_1", ("ful_1-1",), Decimal(10))
    bill = opened(a_bill()).close("due", by="auftakt", at=NOW)
    assert bill.due()[0].at > NOW
    bill = bill.plan((Planned("inv_1-1", (share,)),), at=NOW)
    assert bill.close("asked", by="x", at=NOW) is bill
    assert bill.plan((), at=NOW) is bill
    bill = bill.invoice(document).settle(at=NOW)
    assert bill.invoice(document) is bill
    assert bill.waiting()[0].cause == "document"
    bill = archive(bill, "inv_1-1", key="k", sha256="s", at=NOW)
    assert bill.finished
    assert not bill.due()
    note = Document("crn_1", "credit_note", "RK-1", "", NOW, Decimal(10), original="inv_1-1")
    bill = bill.cancel("inv_1-1", note, (share,), reason="wrong", by="clerk")
    assert not bill.finished
    assert bill.shares("crn_1") == (share,)
    with pytest.raises(Refusal):
        bill.cancel("inv_1-1", note, (share,), reason="wrong", by="clerk")
    assert replayed(bill.events) == replace(bill, events=())


def test_amounts_are_whole_cents() -> None:
    draft = drafted([(3, Decimal("0.3325"), "standard")], "gross", Decimal(0), 1)
    assert money.is_whole(gross_of([Entry(draft)]), "EUR")
