"""How long a document is kept follows from what it bills."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace

from oms.billing.drafting import prepayment_invoice
from oms.billing.invoice import Invoice
from oms.billing.retention import document_kept_until
from oms.tax.seller import Registrations
from tests.world import papers


@dataclass(frozen=True)
class Case:
    issued: date
    supplied: date
    scheme: str
    ends: int


CASES = {
    "at home": Case(date(2026, 11, 23), date(2026, 11, 23), "home", 2035),
    "local registration": Case(date(2026, 11, 23), date(2026, 11, 23), "local", 2035),
    "one-stop shop": Case(date(2026, 11, 23), date(2026, 11, 23), "oss", 2037),
    "supplied before it was issued": Case(date(2027, 1, 2), date(2026, 12, 31), "oss", 2037),
    "never shorter than a voucher": Case(date(2030, 1, 2), date(2026, 12, 31), "oss", 2039),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_it_is_kept(case: Case) -> None:
    invoice = papers.plain()
    lines = (replace(invoice.lines[0], scheme=case.scheme), *invoice.lines[1:])
    made = replace(invoice, lines=lines, issued_on=case.issued, supplied_on=case.supplied)
    assert document_kept_until(made) == datetime(case.ends, 1, 1, tzinfo=UTC)


def test_shipping_costs_alone_are_a_supply_too() -> None:
    invoice = papers.plain()
    charges = tuple(replace(each, scheme="oss") for each in invoice.charges)
    assert document_kept_until(replace(invoice, charges=charges)).year == 2037


def test_a_deposit_on_a_distance_sale_is_declared_where_the_goods_will_be() -> None:
    sale = replace(
        papers.sale("gross", papers.FRENCH),
        buyer_type="B2C",
        distance_sales="above",
        registrations=Registrations(oss=True),
    )
    deposit: Invoice = prepayment_invoice(
        sale, papers.shipment(), Decimal("50.00"), number="AN-1", issued_on=papers.DAY
    )
    assert {line.scheme for line in deposit.lines} == {"oss"}
    assert document_kept_until(deposit).year == 2037
