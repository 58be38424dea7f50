"""Deposits in the books: taxed in the month of their money, in DATEV and Z3 alike."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import defaultdict
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from oms.records import datev
from oms_aws.platform.keys import Key
from oms_aws.records.verify import check
from tests.steps.records.test_exports import BOOKS, SHOP
from tests.world.archived import Archived
from tests.world.merchant import SELLER, Merchant
from tests.world.world import World

MONTHS = {11: ("2026-11-01", "2026-11-30"), 12: ("2026-12-01", "2026-12-31"),
          1: ("2027-01-01", "2027-01-31")}  # fmt: skip


@pytest.fixture
def accountant(world: World) -> str:
    return world.add_client("anna", "accountant")


@pytest.fixture
def order(world: World, merchant: Merchant) -> str:
    """An order of two backpacks on account, 264.70 with shipping, with a deposit of 100.00."""
    body = {
        "name": "Berg", "seller": SELLER, "support_email": "hilfe@berg.example",
        "invoice_prefix": "RE", "bookkeeping": BOOKS,
    }  # fmt: skip
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")
    merchant.count("A", RUCK_45=2)
    merchant.business(credit_limit="1000.00")
    id = merchant.place(merchant.on_account(RUCK_45=2))
    world.settle()
    assert merchant.ask_deposit(id, amount="100.00").status == 201
    world.settle()
    return id


def file(world: World, key: str, kind: str, month: int, again: str = "") -> bytes:
    """The file of a new export of a month."""
    since, until = MONTHS[month]
    headers = {"Idempotency-Key": f"{kind}-{month}-{again}"}
    body = {"kind": kind, "from": since, "to": until}
    asked = world.call("POST /v1/exports", key, body, headers=headers, query=SHOP)
    world.settle()
    made = world.call("GET /v1/exports/{export}", key, export=asked.body["id"]).body
    assert made["status"] == "written", made
    wanted = [k for k in world.objects() if f"/{made['id']}/" in k and "Debitoren" not in k]
    (name,) = wanted
    return world.object(name)


def rows(content: bytes) -> list[tuple[str, ...]]:
    """Day, accounts, side and amount of each booking."""
    names = ("Belegdatum", "Konto", "Soll/Haben-Kennzeichen", "Gegenkonto (ohne BU-Schlüssel)",
             "Umsatz (ohne Soll/Haben-Kz)")  # fmt: skip
    return [tuple(row[name] for name in names) for row in datev.read(content)]


def to(world: World, day: str) -> None:
    hours = 24 * (int(day[8:]) - world.now().day) if day[:7] == f"{world.now():%Y-%m}" else 0
    while f"{world.now():%Y-%m-%d}" < day:
        world.pass_time(hours=hours or 24)
        hours = 0


def transfer(merchant: Merchant, id: str, amount: str, on: str) -> None:
    """The bank tells of a transfer of a day that may be over."""
    number = merchant.order(id)["documents"][0]["number"]
    row = {
        "transaction_id": f"T-{on}-{amount}", "amount": amount, "reference": number,
        "currency": "EUR", "value_date": on, "payer": "Verein",
    }  # fmt: skip
    (answer,) = merchant.do("POST /v1/payments", merchant.accountant, {"items": [row]})["items"]
    assert answer["state"] == "matched", answer
    merchant.world.settle()


def test_each_month_taxes_what_came_in_it(
    world: World, merchant: Merchant, order: str, accountant: str
) -> None:
    to(world, "2026-12-03")
    november = rows(file(world, accountant, "datev", 11))
    assert [row[1:] for row in november] == [("10001", "S", "1593", "100,00")]
    to(world, "2026-12-10")
    transfer(merchant, order, "50.00", "2026-12-09")
    to(world, "2027-01-04")
    transfer(merchant, order, "50.00", "2026-12-30")
    assert rows(file(world, accountant, "datev", 12)) == [
        ("0912", "1593", "S", "1718", "50,00"), ("3012", "1593", "S", "1718", "50,00"),
    ]  # fmt: skip
    merchant.whole_life(order)
    assert [row[1:] for row in rows(file(world, accountant, "datev", 1))] == [
        ("10001", "S", "8400", "264,70"), ("10001", "H", "1718", "100,00"),
    ]  # fmt: skip
    assert rows(file(world, accountant, "datev", 11, "again")) == november
    assert world.broken() == []


def test_what_comes_for_a_month_that_was_exported_is_in_the_next_as_late(
    world: World, merchant: Merchant, order: str, accountant: str
) -> None:
    to(world, "2026-12-03")
    november = file(world, accountant, "datev", 11)
    world.pass_time(hours=1)
    transfer(merchant, order, "100.00", "2026-11-30")
    to(world, "2027-01-02")
    again = file(world, accountant, "datev", 11, "again")
    assert again.splitlines()[1:] == november.splitlines()[1:]
    (late,) = datev.read(file(world, accountant, "datev", 12))
    assert late["Buchungstext"].startswith("Nachtrag Anzahlung ")
    assert (late["Belegdatum"], late["Datum Zuord. Steuerperiode"]) == ("0312", "30112026")
    assert world.broken() == []


def test_an_auditor_reads_what_the_accountant_books_account_by_account(
    world: World, merchant: Merchant, order: str, accountant: str
) -> None:
    transfer(merchant, order, "60.00", f"{world.now():%Y-%m-%d}")
    merchant.whole_life(order)
    booked: dict[str, Decimal] = defaultdict(Decimal)
    for row in datev.read(file(world, accountant, "datev", 11)):
        worth = Decimal(row["Umsatz (ohne Soll/Haben-Kz)"].replace(",", "."))
        sign = 1 if row["Soll/Haben-Kennzeichen"] == "S" else -1
        booked[row["Gegenkonto (ohne BU-Schlüssel)"]] -= sign * worth
        if row["Konto"] == "1593":
            booked["1593"] += sign * worth
    read, tax = z3(file(world, accountant, "z3", 11))
    assert read == booked
    assert [booked[n] for n in ("1593", "1718", "8400")] == [0, 0, Decimal("-264.70")]
    assert tax == Decimal("42.26")  # of 264.70, once
    assert world.broken() == []


def z3(content: bytes) -> tuple[dict[str, Decimal], Decimal]:
    """What each account has, debits positive, and the tax in all."""
    read: dict[str, Decimal] = defaultdict(Decimal)
    tax = Decimal(0)
    with zipfile.ZipFile(io.BytesIO(content)) as medium:
        for name in ("steuern.csv", "anzahlungen.csv"):
            text = io.StringIO(medium.read(name).decode(), newline="")
            for row in csv.DictReader(text, delimiter=";"):
                gross = Decimal(row["Brutto"].replace(",", "."))
                read[row["Konto"]] -= gross
                tax += Decimal(row["Steuer"].replace(",", "."))
                if "Gegenkonto" in row:
                    read[row["Gegenkonto"]] += gross
    return read, tax


def test_a_final_invoice_on_other_accounts_is_found(
    world: World, merchant: Merchant, order: str, accountant: str
) -> None:
    """Its deposit is taken from another account than it lies on: its sum is the same."""
    transfer(merchant, order, "60.00", f"{world.now():%Y-%m-%d}")
    merchant.whole_life(order)
    file(world, accountant, "datev", 11)
    items = [dict(item) for item in world.items()]
    (item,) = [each for each in items if each.get("kind") == "export"]
    (key,) = [k for k in world.objects() if "Buchungsstapel" in k]
    content = world.object(key)
    assert content.count(b'"H";"EUR";;;;10001;1718;') == 1
    altered = content.replace(b'"H";"EUR";;;;10001;1718;', b'"H";"EUR";;;;10001;1711;')
    moved = key.replace(sha256(content).hexdigest(), sha256(altered).hexdigest())
    item["state"] = (
        item["state"]
        .replace(key, moved)
        .replace(sha256(content).hexdigest(), sha256(altered).hexdigest())
    )
    files = {**world.archive.files, moved: altered}
    found = check(items, at=world.now(), archive=Archived(files), only=["bookings"])
    broken = [each["what"] for each in found["checks"]["bookings"]["broken"]]
    number = merchant.order(order)["documents"][-1]["number"]
    assert broken == [
        f"{number}: the batch on account 1711 is 60.00, the documents make 0: +60.00 apart",
        f"{number}: the batch on account 1718 is 0, the documents make 60.00: -60.00 apart",
    ]


def test_a_step_that_is_not_what_the_order_says_is_found(
    world: World, merchant: Merchant, order: str
) -> None:
    transfer(merchant, order, "60.00", f"{world.now():%Y-%m-%d}")
    (item,) = [each for each in world.items() if each.get("kind") == "advance"]
    altered = item | {"body": item["body"].replace('"60.00"', '"61.00"')}
    world.table.write([world.table.put(_key(item), _rest(altered))])
    assert any(".1: " in breach and "is listed" in breach for breach in world.broken())
    world.table.write([world.table.put(_key(item), _rest(item))])
    assert world.broken() == []


def _key(item: dict[str, Any]) -> Key:
    return Key(item["pk"], item["sk"])


def _rest(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in ("pk", "sk")}
