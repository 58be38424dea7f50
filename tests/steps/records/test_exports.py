"""An accountant asks for the books and gets what the documents say, once and to the byte."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest

from tests.world.merchant import SELLER, Merchant
from tests.world.world import World

BOOKS = {"consultant": 29098, "client": 55003}
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
SHOP = {"shop": "berg-beutel"}


@pytest.fixture
def accountant(world: World) -> str:
    return world.add_client("anna", "accountant")


@pytest.fixture
def invoiced(world: World, merchant: Merchant) -> Merchant:
    """A merchant with two invoices of one shop and one of another."""
    body = {
        "name": "Berg", "seller": SELLER, "support_email": "hilfe@berg.example",
        "invoice_prefix": "RE", "bookkeeping": BOOKS,
    }  # fmt: skip
    merchant.do("PUT /v1/shops/{shop}", merchant.clerk, body, shop="berg-beutel")
    merchant.count("A", RUCK_45=9, SOCKE_42=9)
    merchant.whole_life(merchant.place(merchant.request(RUCK_45=1, SOCKE_42=2)))
    merchant.whole_life(merchant.place(merchant.request(SOCKE_42=1)))
    merchant.whole_life(merchant.place(merchant.request(RUCK_45=2), key=merchant.other_shop))
    return merchant


def ask(merchant: Merchant, key: str, kind: str, **more: Any) -> Any:
    headers = {"Idempotency-Key": f"{kind}-{more.pop('n', '')}{more}"}
    body = {"kind": kind, **NOVEMBER, **more}
    answer = merchant.do("POST /v1/exports", key, body, headers=headers, query=SHOP)
    merchant.world.settle()
    return merchant.do("GET /v1/exports/{export}", key, export=answer["id"])


def content(world: World, export: Any) -> bytes:
    (key,) = [key for key in world.objects() if f"/{export['id']}/" in key]
    return world.object(key)


def test_a_batch_holds_the_shops_invoices_and_adds_up(
    world: World, invoiced: Merchant, accountant: str
) -> None:
    export = ask(invoiced, accountant, "datev")
    assert export["status"] == "written"
    assert export["totals"]["gross"] == "183.20"  # 129.90 + 2 * 14.50 + 4.90, 14.50 + 4.90
    lines = list(csv.reader(io.StringIO(content(world, export).decode("cp1252")), delimiter=";"))
    assert [line[0] for line in lines[2:]] == ["163,80", "19,40"]
    assert [line[10] for line in lines[2:]] == ["RE-2026-000001", "RE-2026-000002"]
    assert world.broken() == []


def test_business_customers_have_accounts_of_their_own_and_a_master_file(
    world: World, invoiced: Merchant, accountant: str
) -> None:
    invoiced.count("A", RUCK_45=9)
    for customer in ("C-9", "C-8", "C-9"):
        invoiced.business(customer, credit_limit="900.00")
        invoiced.whole_life(invoiced.place(invoiced.on_account(customer, RUCK_45=1)))
    first, again = ask(invoiced, accountant, "datev"), ask(invoiced, accountant, "datev", n="2")
    names = [file["name"].split("_")[1] for file in first["files"]]
    assert names == ["Buchungsstapel", "DebitorenKreditoren"]
    batch, master = (files(world, export) for export in (first, again))
    assert batch.keys() == master.keys()
    rows = table(batch["EXTF_Buchungsstapel"])
    accounts = [row["Konto"] for row in rows]
    assert accounts == ["10000", "10000", "10001", "10002", "10001"]
    debtors = table(batch["EXTF_DebitorenKreditoren"])
    assert [(d["Konto"], d["Kunden-/Lief.-Nr."]) for d in debtors] == [
        ("10001", "C-9"), ("10002", "C-8"),
    ]  # fmt: skip
    assert table(master["EXTF_Buchungsstapel"]) == rows
    assert world.broken() == []


@pytest.mark.parametrize("reconciled", [True, False])
def test_a_restored_table_deals_no_account_anew(
    world: World, invoiced: Merchant, accountant: str, reconciled: bool
) -> None:
    invoiced.count("A", RUCK_45=9)
    for customer in ("C-9", "C-8"):
        invoiced.business(customer, credit_limit="900.00")
        invoiced.whole_life(invoiced.place(invoiced.on_account(customer, RUCK_45=1)))
    before = world.remember()
    first = table(files(world, ask(invoiced, accountant, "datev"))["EXTF_DebitorenKreditoren"])
    world.restore(before)
    invoiced.business("C-7", credit_limit="900.00")
    invoiced.whole_life(invoiced.place(invoiced.on_account("C-7", RUCK_45=1)))
    if reconciled:
        said = dict(world.reconciled())
        assert said["debtors of berg-beutel"] == "2 accounts are in the archive alone"
        assert world.reconciled() == []
    later = ask(invoiced, accountant, "datev", n="later")
    debtors = table(files(world, later)["EXTF_DebitorenKreditoren"])
    assert debtors[:2] == first
    assert [(d["Konto"], d["Kunden-/Lief.-Nr."]) for d in debtors] == [
        ("10001", "C-9"), ("10002", "C-8"), ("10003", "C-7"),
    ]  # fmt: skip


def files(world: World, export: Any) -> dict[str, bytes]:
    """The files of an export by how their names begin."""
    keys = [key for key in world.objects() if f"/{export['id']}/" in key]
    return {"_".join(key.split("/")[-1].split("_")[:2]): world.object(key) for key in keys}


def table(content: bytes) -> list[dict[str, str]]:
    lines = list(csv.reader(io.StringIO(content.decode("cp1252")), delimiter=";"))
    assert {len(line) for line in lines[1:]} == {len(lines[1])}
    return [dict(zip(lines[1], line, strict=True)) for line in lines[2:]]


def test_an_auditors_medium_holds_tables_documents_and_their_description(
    world: World, invoiced: Merchant, accountant: str
) -> None:
    export = ask(invoiced, accountant, "z3")
    with zipfile.ZipFile(io.BytesIO(content(world, export))) as medium:
        names = set(medium.namelist())
        vouchers = medium.read("belege.csv").decode().splitlines()
        documents = medium.read("belege.jsonl").decode().splitlines()
    assert {"index.xml", "gdpdu-01-09-2004.dtd", "positionen.csv", "steuern.csv"} < names
    assert len(vouchers) == 3
    assert len(documents) == 2


def test_asked_and_written_twice_there_is_one_export(
    world: World, invoiced: Merchant, accountant: str
) -> None:
    first, again = (ask(invoiced, accountant, "datev") for _ in range(2))
    assert first["id"] == again["id"]
    (event,) = [i for i in world.items() if i.get("type") == "Export.Requested"]
    world.outside.send("auftakt-records-write_export", signal(event))
    world.settle()
    listed = invoiced.do("GET /v1/exports", accountant, query=SHOP)["items"]
    assert [each["id"] for each in listed] == [first["id"]]
    assert len([key for key in world.objects() if key.startswith("exports/")]) == 1
    assert world.broken() == []


def signal(event: dict[str, Any]) -> str:
    names = ("id", "type", "aggregate", "shop", "sequence", "at", "actor", "cause")
    return json.dumps({name: event[name] for name in names})


def test_a_shop_without_bookkeeping_data_hears_why(
    world: World, merchant: Merchant, accountant: str
) -> None:
    export = ask(merchant, accountant, "datev")
    assert export["status"] == "refused"
    assert "has no bookkeeping data" in export["reason"]
    assert world.broken() == []


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"from": "2026-12-01", "to": "2026-11-30"}, 409, "days_reversed"),
        ({"from": "2024-12-01", "to": "2026-11-30"}, 409, "period_too_long"),
        ({"from": "2026-13-01", "to": "2026-11-30"}, 422, "request_invalid"),
        ({"from": "2026-11-01"}, 422, "request_invalid"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    world: World, merchant: Merchant, accountant: str, body: Any, status: int, reason: str
) -> None:
    answer = world.call("POST /v1/exports", accountant, {"kind": "z3", **body}, query=SHOP)
    assert (answer.status, answer.body["title"].replace(" ", "_")) == (status, reason)


def test_nobody_else_sees_the_books(world: World, invoiced: Merchant, accountant: str) -> None:
    export = ask(invoiced, accountant, "datev")
    answer = world.call("GET /v1/exports/{export}", invoiced.shop, export=export["id"])
    assert answer.status == 403
    assert world.call("GET /v1/exports/{export}", accountant, export="exp_none").status == 404
    assert world.call("GET /v1/exports", accountant).status == 422
