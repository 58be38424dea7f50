"""A year of a real shop is billed, credited and exported, and comes to what its file says."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from local.player import retail
from local.player.crediting import Bills
from local.player.retail import Dirty, Document
from local.player.sums import sum_of, worth
from local.player.translation import order_of, products_of
from oms.billing.invoice import Invoice
from oms.orders.holding import screen
from oms.orders.reserving import reserve
from oms.orders.shipping import pack, release_to_warehouse
from oms.orders.shipping import ship as ship_order
from oms_aws.orders.capture import captured
from oms_aws.orders.models import PlaceOrder
from oms_aws.platform.attributes import unpacked
from oms_aws.platform.log import Saved
from tests.world.merchant import SELLER, Merchant
from tests.world.opening import opened
from tests.world.wiring import Wiring
from tests.world.world import World

FILE = Path(__file__).resolve().parents[3] / "shared/data/uci-online-retail/dach.csv"
SHOP = "berg-beutel"
pytestmark = pytest.mark.skipif(not FILE.exists(), reason="the real data are not here")
YEARS_LATER = 15
"""The file is of 2010 and 2011, of which not all states' rates are known."""
TOGETHER = 10
PROVED = (
    "documents", "shipped_value", "credit_notes", "bookings", "number_ranges", "event_logs",
    "distance_sales",
)  # fmt: skip
Left = tuple[str, Decimal]
"""Why a row of the file became no part of a document, and what it was worth."""


@dataclass
class Books:
    """The shop's documents, and what of the file they do not hold."""

    world: World
    merchant: Merchant
    bills: Bills = field(default_factory=Bills)
    left: list[Left] = field(default_factory=list)
    waiting: dict[str, Document] = field(default_factory=dict)
    credited: int = 0

    @property
    def oms(self) -> Wiring:
        return self.world.ports("billing/issue_invoice")

    def open(self, found: retail.Survey) -> None:
        body = {
            "name": "Berg", "seller": SELLER, "support_email": "hilfe@berg.example",
            "bookkeeping": {"consultant": 29098, "client": 55003},
        }  # fmt: skip
        clerk = self.merchant.clerk
        self.merchant.do("PUT /v1/shops/{shop}", clerk, body, shop=SHOP)
        products = products_of(found, "EUR")
        while chunk := list(islice(products, 250)):
            self.merchant.do("POST /v1/products/batch", clerk, {"items": chunk})

    # -- what the file says, one document after the other --------------------------------------

    def take(self, document: Document) -> None:
        self.world.time = later(document.rows[0].at)
        if document.cancels:
            self.credit(document)
        elif document.goods:
            self.ship(document)
        else:
            self.left += [("charge_without_goods", row.amount) for row in document.rows]

    def ship(self, document: Document) -> None:
        """The order as it is once all has left, every third one in two parcels of their own."""
        body = order_of(document, "F", "EUR") | {"placed_at": self.world.now().isoformat()}
        oms, at = self.oms, self.world.now()
        asked = PlaceOrder.model_validate(body)
        order = screen(captured(asked, oms.new_id("ord"), SHOP, at), (), at=at)
        order = reserve(order, order.pieces("open"), {}, at=at)
        pieces = list(order.pieces("reserved").items())
        middle = len(pieces) // 2 if int(document.number[-1]) % 3 == 0 else 0
        for part in (pieces[:middle], pieces[middle:]):
            if part:
                order = release_to_warehouse(order, "A", dict(part), ship_by=at, reasons=(), at=at)
                id = order.fulfilments[-1].id
                order = pack(order, id, [(100, None)], at=at)
                order = ship_order(order, id, carrier="dhl", tracking_numbers=(f"T-{id}",), at=at)
        oms.orders.add(order, Saved("warehouse:w", f"request:{document.number}"))
        self.waiting[order.id] = document
        if len(self.waiting) == TOGETHER:
            self.issue()

    def issue(self) -> None:
        """The real steps bill what has left."""
        self.world.settle_only("billing/line_up_shipments", "billing/issue_invoice")
        for id, document in self.waiting.items():
            order = self.oms.orders.get(id).order
            shipping = order.shipping.price
            for bill in order.documents:
                pieces = order.fulfilment(bill.fulfilment).pieces
                for number, row in enumerate(document.goods, 1):
                    if str(number) in pieces:
                        self.bills.add(row, id, bill.id, str(number), pieces[str(number)])
            first, at = order.documents[0].id, document.rows[0].at
            self.bills.add_carriage(document.rows[0].customer, at, id, first, shipping)
        self.waiting.clear()

    def credit(self, document: Document) -> None:
        self.issue()
        found, missing = self.bills.taken(document.rows)
        self.left += [(reason, -row.amount) for row, reason in missing]
        for n, taken in enumerate(found):
            lines = [{"number": line, "quantity": q} for line, q in taken.lines.items()]
            wanted = {"lines": lines, "shipping": str(taken.shipping)}
            key = f"{document.number}-{n}"
            answer = self.merchant.credit(taken.order, taken.document, key, **wanted)
            assert answer.status == 201, answer
            self.credited += 1

    # -- what came of it -----------------------------------------------------------------------

    def papers(self) -> Iterator[Invoice]:
        for item in self.world.items():
            if item.get("kind") == "document":
                yield msgspec.json.decode(unpacked(item["body"]), type=Invoice)

    def exported(self, kind: str, year: int) -> bytes:
        """The file of an export of a year, as it lies in the archive."""
        body = {"kind": kind, "from": f"{year}-01-01", "to": f"{year}-12-31"}
        query, key = {"shop": SHOP}, self.merchant.accountant
        asked = self.merchant.do("POST /v1/exports", key, body, query=query)
        self.world.settle_only("records/write_export")
        (place,) = [k for k in self.world.objects() if f"/{asked['id']}/" in k]
        return self.world.object(place)


def later(at: datetime) -> datetime:
    return at.replace(year=at.year + YEARS_LATER)


@pytest.fixture(scope="module")
def books() -> Iterator[Books]:
    """All documents of the file, each in its turn, with the invoices and credit notes they mean."""
    found = retail.survey(retail.rows([FILE]))
    with opened() as world:
        documents = list(retail.documents(retail.rows([FILE]), found.sizes))
        clean = [each for each in documents if isinstance(each, Document)]
        clean.sort(key=lambda each: each.rows[0].at)
        world.time = later(clean[0].rows[0].at)
        kept = Books(world, Merchant(world))
        kept.left = [(e.reason, worth(e.cells)) for e in documents if isinstance(e, Dirty)]
        kept.open(found)
        for document in clean:
            kept.take(document)
        kept.issue()
        yield kept


def credits_of(papers: list[Invoice]) -> list[Invoice]:
    return [paper for paper in papers if paper.kind == "credit_note"]


def net_of_credits(papers: list[Invoice]) -> Decimal:
    credited = credits_of(papers)
    invoiced = [paper for paper in papers if paper not in credited]
    return sum((p.gross for p in invoiced), Decimal(0)) - sum(
        (p.gross for p in credited), Decimal(0)
    )


def test_invoices_less_credit_notes_are_what_the_file_comes_to(books: Books) -> None:
    papers = list(books.papers())
    left = sum((amount for _, amount in books.left), Decimal(0))
    assert net_of_credits(papers) == sum_of([FILE]) - left
    assert len(credits_of(papers)) == books.credited
    assert sum(len(paper.lines) for paper in papers) > 11_000


def test_what_is_in_no_document_is_named_with_its_reason(books: Books) -> None:
    assert Counter(reason for reason, _ in books.left) == {
        "no_earlier_invoice": 51,
        "charge_not_goods": 16,
        "billed_at_another_price": 14,
        "charge_without_goods": 12,
        "price_not_positive": 2,
        "more_than_is_left": 2,
    }


def test_the_books_come_to_the_same_in_datevs_batches_and_on_the_auditors_medium(
    books: Books,
) -> None:
    years = {2010 + YEARS_LATER, 2011 + YEARS_LATER}
    papers = {year: [p for p in books.papers() if p.issued_on.year == year] for year in years}
    booked = {year: batch_of(books.exported("datev", year)) for year in years}
    media = {year: medium_of(books.exported("z3", year)) for year in years}
    for year in years:
        due = net_of_credits(papers[year])
        assert due > 0
        assert booked[year] == due
        assert media[year] == {"belege": due, "positionen": due, "steuern": due}
    assert sum(booked.values()) == net_of_credits(list(books.papers()))


def batch_of(content: bytes) -> Decimal:
    """What a DATEV batch puts on the debtors' account."""
    rows = csv.reader(io.StringIO(content.decode("cp1252"), newline=""), delimiter=";")
    signs = {"S": 1, "H": -1}
    return sum(
        (signs[row[1]] * Decimal(row[0].replace(",", ".")) for row in islice(rows, 2, None)),
        Decimal(0),
    )


def medium_of(content: bytes) -> dict[str, Decimal]:
    """The gross sums of the tables of an auditor's medium."""
    sums: dict[str, Decimal] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as medium:
        for table, column in (
            ("belege", "Brutto"),
            ("positionen", "Betrag"),
            ("steuern", "Brutto"),
        ):
            text = io.StringIO(medium.read(f"{table}.csv").decode(), newline="")
            rows = csv.DictReader(text, delimiter=";")
            sums[table] = sum((Decimal(row[column].replace(",", ".")) for row in rows), Decimal(0))
    return sums


def test_the_checkers_of_the_money_find_nothing(books: Books) -> None:
    checks = books.world.verify()["checks"]
    assert {name: checks[name]["broken"] for name in PROVED} == {name: [] for name in PROVED}
    assert checks["documents"]["checked"] == len(list(books.papers()))
