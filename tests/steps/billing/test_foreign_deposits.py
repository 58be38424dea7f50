"""Deposits in another currency: taxed at the rate of the month in which their money came."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from oms.billing.posting import deducted_tax_in_euro, tax_in_euro
from oms.records import datev
from oms_aws.papers.invoices import invoice_sheet
from oms_aws.records.verify import check
from tests.steps.billing.test_currencies import selling, snapshot
from tests.steps.records.test_advances import file, to
from tests.world.merchant import Merchant
from tests.world.world import World

RATES = {
    month: {"source": f"made up for {month}", "rates": {"CHF": rate}}
    for month, rate in (("2026-11", "0.9312"), ("2026-12", "0.95"), ("2027-01", "0.90"))
}
OTHERS = {month: {"source": "later", "rates": {"CHF": "1.5"}} for month in RATES}


@pytest.fixture
def accountant(world: World) -> str:
    return world.add_client("anna", "accountant")


@pytest.fixture
def order(world: World, merchant: Merchant) -> str:
    """Two backpacks on account, 264.70 CHF, of which 100.00 are asked for in November."""
    selling(merchant, RATES)
    merchant.count("A", RUCK_45=2)
    merchant.business(credit_limit="1000.00", currency="CHF")
    id = merchant.place(merchant.on_account(RUCK_45=2) | {"currency": "CHF"})
    world.settle()
    assert merchant.ask_deposit(id, amount="100.00").status == 201
    world.settle()
    return id


def pays(merchant: Merchant, order: str, amount: str, on: str) -> None:
    row = {
        "transaction_id": f"T-{on}", "amount": amount, "currency": "CHF", "value_date": on,
        "reference": merchant.order(order)["documents"][0]["number"], "payer": "Verein",
    }  # fmt: skip
    (answer,) = merchant.do("POST /v1/payments", merchant.accountant, {"items": [row]})["items"]
    assert answer["state"] == "matched", answer
    merchant.world.settle()


def rows(content: bytes) -> list[tuple[str, ...]]:
    """Accounts, side, amount in francs, rate and worth in euro of each booking."""
    names = ("Konto", "Soll/Haben-Kennzeichen", "Gegenkonto (ohne BU-Schlüssel)",
             "Umsatz (ohne Soll/Haben-Kz)", "Kurs", "Basis-Umsatz")  # fmt: skip
    return [tuple(row[name] for name in names) for row in datev.read(content)]


def paid_in_two_months(world: World, merchant: Merchant, order: str) -> None:
    to(world, "2026-12-10")
    pays(merchant, order, "50.00", "2026-12-09")
    to(world, "2027-01-05")
    pays(merchant, order, "50.00", "2027-01-04")
    merchant.whole_life(order)


def test_each_part_is_taxed_at_the_rate_of_its_month(
    world: World, merchant: Merchant, order: str, accountant: str
) -> None:
    paid_in_two_months(world, merchant, order)
    assert rows(file(world, accountant, "datev", 11)) == [
        ("10001", "S", "1593", "100,00", "0,931200", "107,39"),
    ]
    assert rows(file(world, accountant, "datev", 12)) == [
        ("1593", "S", "1718", "50,00", "0,950000", "52,63"),
    ]
    january = file(world, accountant, "datev", 1)
    assert rows(january) == [
        ("10001", "S", "8400", "264,70", "0,909028", "291,19"),
        ("10001", "H", "1718", "100,00", "0,924324", "108,19"),
        ("1593", "S", "1718", "50,00", "0,900000", "55,56"),
    ]
    assert world.broken() == []
    selling(merchant, OTHERS)
    again = file(world, accountant, "datev", 1, "again")
    assert rows(again) == rows(january), "what was taxed at a rate stays so"
    assert world.broken() == []


def test_what_a_shop_took_without_telling_has_the_rate_of_the_final_invoice(
    world: World, merchant: Merchant, accountant: str
) -> None:
    selling(merchant, RATES)
    merchant.count("A", RUCK_45=1)
    order = merchant.place(merchant.request(RUCK_45=1) | {"currency": "CHF"})
    world.settle()
    assert merchant.ask_deposit(order, amount="100.00").status == 201
    to(world, "2027-01-05")
    merchant.whole_life(order)
    assert [row[1:] for row in rows(file(world, accountant, "datev", 1))] == [
        ("S", "8400", "134,80", "0,899987", "149,78"),
        ("H", "1718", "100,00", "0,900000", "111,11"),
        ("S", "1718", "100,00", "0,900000", "111,11"),
    ]
    assert world.broken() == []


def test_a_deposit_that_is_deducted_at_another_rate_than_its_money_came_at_is_found(
    world: World, merchant: Merchant, order: str
) -> None:
    paid_in_two_months(world, merchant, order)
    (item,) = [i for i in world.items() if i.get("kind") == "advance" and i["pk"].endswith(order)
               and '"0.95"' in i["body"]]  # fmt: skip
    altered = [
        {**each, "body": each["body"].replace('"0.95"', '"0.94"')} if each == item else each
        for each in world.items()
    ]
    verdict = check(altered, at=world.now(), archive=world.archive, only=["open_items"])
    (broken,) = verdict["checks"]["open_items"]["broken"]
    assert broken["where"] == order
    assert "deducts" in broken["what"]
    assert "it came at" in broken["what"]


def test_a_final_invoice_says_the_tax_of_what_is_left_and_of_its_deposits_in_euro(
    world: World, merchant: Merchant, order: str
) -> None:
    paid_in_two_months(world, merchant, order)
    asked, final = snapshot(merchant, order), snapshot(merchant, order, 1)
    assert (final.kind, final.tax) == ("final", Decimal("26.29"))
    assert tax_in_euro(final) == Decimal("29.21")  # at 0.90, that of the supply
    assert deducted_tax_in_euro(final) == Decimal("17.28")  # 8.41 at 0.95 and 8.87 at 0.90
    for invoice, texts in (
        (asked, ("17,15", "0,9312 CHF", "wenn die Anzahlung eingeht")),
        (final, ("29,21", "0,90 CHF", "17,28", "in denen sie eingegangen sind")),
    ):
        said = json.dumps(invoice_sheet(invoice), ensure_ascii=False)
        for text in texts:
            assert text in said, (text, said)


def test_money_that_goes_back_takes_its_part_of_the_euro_along(
    world: World, merchant: Merchant, order: str, accountant: str
) -> None:
    to(world, "2026-12-10")
    pays(merchant, order, "100.00", "2026-12-09")
    to(world, "2027-01-05")
    row: dict[str, Any] = {
        "transaction_id": "R-1", "amount": "-100.00", "currency": "CHF",
        "value_date": "2027-01-04", "reverses": "T-2026-12-09", "reference": "zurück",
    }  # fmt: skip
    merchant.do("POST /v1/payments", merchant.accountant, {"items": [row]})
    world.settle()
    assert rows(file(world, accountant, "datev", 12)) == [
        ("1593", "S", "1718", "100,00", "0,950000", "105,26"),
    ]
    assert rows(file(world, accountant, "datev", 1)) == [
        ("1593", "H", "1718", "100,00", "0,950000", "105,26"),
    ]
    assert world.broken() == []
