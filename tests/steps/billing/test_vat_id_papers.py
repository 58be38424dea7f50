"""A VAT id on paper: the buyer's own word, unless somebody has checked it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest
from msgspec.structs import replace

from oms.billing.invoice import Checked, Invoice
from oms_aws.papers.invoices import vat_id_label
from tests.world import papers

AT = datetime(2026, 11, 20, tzinfo=UTC)
ID = "FR40303265045"


def invoice(check: Checked | None, locale: Literal["de", "en"] = "de") -> Invoice:
    return replace(papers.plain(), buyer=papers.FRENCH, vat_check=check, locale=locale)


@pytest.mark.parametrize(
    ("check", "label"),
    [
        (None, "buyer_vat_id_said"),
        (Checked(vat_id=ID, checked_at=AT, source="vies"), "buyer_vat_id"),
        (Checked(vat_id="ATU57477929", checked_at=AT, source="vies"), "buyer_vat_id_said"),
    ],
)
def test_it_is_called_the_buyers_only_with_a_check_of_it(check: Checked | None, label: str) -> None:
    assert vat_id_label(invoice(check)) == label
