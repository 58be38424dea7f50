"""What a payer wrote is searched for numbers of ours, whatever the bank made of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.payments.matching import Assigned, Transfer, choose, invoices_in, orders_in, words_of

CAME = Transfer(
    id="T-1",
    amount=Decimal("100.00"),
    currency="EUR",
    value_date=date(2026, 11, 24),
    reference="",
)


@pytest.mark.parametrize(
    "text",
    ["BB-10001", "bb-10001", "Best.Nr. BB-10001,", "BB-\n10001", "EREF+BB-10001", "BB 10001 Dank"],
)
def test_number_of_an_order_is_among_the_words(text: str) -> None:
    assert "BB-10001" in words_of(text)


@pytest.mark.parametrize(
    ("text", "printed", "range", "number"),
    [
        ("zu RE-2026-000123.", "RE-2026-000123", "RE-2026", 123),
        ("re-2026-000123", "RE-2026-000123", "RE-2026", 123),
        ("Rechnung R/2026/7", "R/2026/7", "R/2026/", 7),
        ("R20260042", "R20260042", "R2026", 42),
    ],
)
def test_number_of_an_invoice_is_found_whatever_its_pattern(
    text: str, printed: str, range: str, number: int
) -> None:
    assert (printed, range, number) in invoices_in(text)


def test_id_of_an_order_is_found_in_capitals() -> None:
    id = "ord_" + "0123456789abcdef" * 2
    assert orders_in(f"zahlung {id.upper()} danke") == (id,)


@given(st.text(max_size=500))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(len(word) <= 64 for word in words_of(text))
    assert all(each.number > 0 for each in invoices_in(text))
    orders_in(text)


def test_nothing_named_is_nobodys() -> None:
    assert choose(CAME, []) is None


def test_state_follows_from_what_is_assigned() -> None:
    part = Assigned("ord_1", Decimal("40.00"), "accountant:a")
    assert (CAME.state, CAME.left) == ("unmatched", Decimal("100.00"))
    partly = Transfer(
        **{**{n: getattr(CAME, n) for n in CAME.__struct_fields__}, "assigned": (part,)}
    )
    assert (partly.state, partly.left) == ("partly_matched", Decimal("60.00"))
