"""The transfer of a QR code: only where money is to be transferred, in the form of EPC069-12."""

from __future__ import annotations

from decimal import Decimal

import pytest
from msgspec.structs import replace

from oms.payments.girocode import is_iban, transfer, transfer_of
from tests.world import papers

OPEN = papers.plain()


def test_an_open_invoice_names_seller_amount_and_number() -> None:
    assert transfer_of(OPEN) == "\n".join(
        (
            "BCD",
            "002",
            "1",
            "SCT",
            "BYLADEM1001",
            "Berg & Beutel GmbH",
            "DE02120300000000202051",
            "EUR497.78",
            "",
            "",
            "RE-2026-000001",
        )
    )


def test_what_was_paid_in_part_asks_for_the_rest() -> None:
    assert "\nEUR97.78\n" in str(transfer_of(replace(OPEN, paid=Decimal(400))))


@pytest.mark.parametrize(
    "changes",
    [
        {"paid": OPEN.gross},
        {"method": "paypal"},
        {"kind": "credit_note"},
        {"kind": "pro_forma"},
        {"currency": "CHF"},
        {"gross": Decimal(0)},
        {"seller": replace(OPEN.seller, bank=None)},
    ],
)
def test_nothing_is_to_be_transferred(changes: dict[str, object]) -> None:
    assert transfer_of(replace(OPEN, **changes)) is None


def test_a_prepayment_invoice_is_transferred_whatever_the_order_is_paid_by() -> None:
    assert transfer_of(replace(OPEN, kind="prepayment", method="card")) is not None


def test_names_and_references_keep_to_their_length_and_line() -> None:
    seller = replace(papers.SELLER, name="N\n" * 100)
    lines = str(transfer(seller, Decimal("0.01"), "EUR", "R" * 200)).split("\n")
    assert len(lines) == 11
    assert (len(lines[5]), len(lines[10])) == (69, 140)


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1000000000"])
def test_an_amount_that_the_form_has_no_place_for_gives_no_code(amount: str) -> None:
    assert transfer(papers.SELLER, Decimal(amount), "EUR", "R") is None


@pytest.mark.parametrize("iban", ["", "DE", "DE02120300000000202052", "DE0212030000000020205Ä"])
def test_an_iban_with_wrong_check_digits_is_none(iban: str) -> None:
    assert not is_iban(iban)
