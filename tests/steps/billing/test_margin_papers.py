"""Second-hand goods are never called tax-free on paper, and their tax is not shown (§ 25a UStG)."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Literal

import pytest
from msgspec.structs import replace

from oms.billing.amounts import draft_invoice
from oms.billing.invoice import Invoice, Sold
from oms_aws.papers.invoices import invoice_sheet
from tests.world import papers

MARGIN = Sold("1", "KAMERA", "Kamera, gebraucht", 1, Decimal("200.00"), "margin")
ART = Sold("2", "BILD", "Ölbild", 1, Decimal("300.00"), "margin_art")
NEW = Sold("3", "RUCK-45", "Rucksack", 1, Decimal("119.00"), "standard")


def invoice(*goods: Sold, locale: Literal["de", "en"] = "de") -> Invoice:
    sale = replace(papers.sale("gross"), goods=goods, locale=locale)
    return draft_invoice(
        sale, papers.shipment(goods), number="RE-1", issued_on=papers.DAY, earlier=()
    )


@pytest.mark.parametrize("goods", [(MARGIN,), (MARGIN, ART), (MARGIN, ART, NEW)])
@pytest.mark.parametrize("locale", ["de", "en"])
def test_the_paper_names_the_scheme_and_no_tax(
    goods: tuple[Sold, ...], locale: Literal["de", "en"]
) -> None:
    sheet = invoice_sheet(invoice(*goods, locale=locale))
    said = json.dumps(sheet, ensure_ascii=False).replace("\u200b", "")
    assert not any(word in said for word in ("steuerfrei", "tax-free", "0\u00a0%", '"0 %"'))
    scheme = {"de": "Gebrauchtgegenstände/Sonderregelung", "en": "Second-hand goods"}
    assert scheme[locale] in said
    if ART in goods:
        assert {"de": "Kunstgegenstände/Sonderregelung", "en": "Works of art"}[locale] in said


def test_what_is_taxed_beside_it_still_says_so() -> None:
    sheet = invoice_sheet(invoice(MARGIN, NEW))
    rates = [row[0] for row in sheet["taxes"]["rows"]]
    assert rates == ["19\u00a0%", "Sonderregelung, ohne Ausweis der Steuer"]
    assert sum("19" in row[0] for row in sheet["totals"]["rows"]) == 1
    assert len(sheet["totals"]["rows"]) == 2


def test_a_small_business_stays_exempt() -> None:
    said = json.dumps(invoice_sheet(papers.free(papers.FREE[1], "gross")), ensure_ascii=False)
    assert "steuerfrei" in said
