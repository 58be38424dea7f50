"""An order's deposits and their bookings, as tests bring them about."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from oms.billing.amounts import draft_invoice
from oms.billing.books import Voucher
from oms.billing.crediting import credit_note
from oms.billing.deposits import IssuedDeposit, part_of
from oms.billing.drafting import final_invoice, prepayment_invoice
from oms.billing.invoice import Invoice
from oms.billing.posting import voucher_of
from oms.master.bookkeeping import Bookkeeping
from oms.orders.advances import advances, unpaid
from oms.orders.applying import tell
from oms.orders.document_events import CreditNoteIssued, InvoiceIssued
from oms.orders.documents import Document
from oms.orders.money_events import PaymentRefunded
from oms.orders.money_parts import Received, Refund
from oms.orders.order import Order
from oms.payments import payment
from oms.payments.paying import allocate
from oms.records import datev
from oms.records.export import Export
from oms.records.prepaid import booked_on, voucher_of_step
from oms.records.reductions import reductions, voucher_for
from tests.domain.payments.test_open_items import ORDER
from tests.world import papers

NOVEMBER = datetime(2026, 11, 20, 9, tzinfo=UTC)
SALE = papers.sale("gross")
ZERO = Decimal(0)


class Books:
    """An order's deposits as they are asked for, paid, credited and deducted, and its bookings."""

    def __init__(self) -> None:
        self.at = NOVEMBER
        self.order: Order = replace(ORDER, lines=(), documents=())
        self.papers: dict[str, Invoice] = {}
        self.whole = draft_invoice(
            SALE, papers.shipment(), number="RE-1", issued_on=papers.DAY, earlier=[]
        )

    @property
    def day(self) -> date:
        return self.at.date()

    def ask(self, amount: str | Decimal, **more: Any) -> str:
        number = f"AN-{len(self.papers) + 1}"
        standing = [t for each in self.asked() for t in each.standing]
        invoice = prepayment_invoice(
            SALE, papers.shipment(), Decimal(amount), number=number, issued_on=self.day,
            standing=standing,
        )  # fmt: skip
        return self._issue(invoice, **more)

    def _issue(self, invoice: Invoice, **more: Any) -> str:
        id = f"doc_{invoice.number}"
        document = Document(id, invoice.kind, invoice.number, "", self.at, invoice.gross, **more)
        self.papers[id] = invoice
        credit = invoice.kind == "credit_note"
        news = CreditNoteIssued(document) if credit else InvoiceIssued(document)
        self.order = replace(tell(self.order, news), events=())
        return id

    def asked(self) -> list[IssuedDeposit]:
        found = []
        for each in self.order.documents:
            if each.type == "prepayment":
                notes = [d.id for d in self.order.documents if d.original == each.id]
                credits = tuple(self.papers[note] for note in notes)
                found.append(IssuedDeposit(self.papers[each.id], credits))
        return found

    def credit(self, number: int, gross: str | Decimal) -> str:
        each = self.asked()[number]
        part = part_of(each, Decimal(gross))
        note = credit_note(
            each.invoice, each.credits, part.claims, exactly=part.gross or None,
            number=f"RK-{len(self.papers) + 1}", issued_on=self.day, reason="kleiner",
            unpaid=ZERO,
        )  # fmt: skip
        return self._issue(note, original=f"doc_{each.invoice.number}")

    def pay(self, amount: str | Decimal, *, on: date | None = None, **more: Any) -> str:
        on = on or self.day
        laid = allocate(self.order, Decimal(amount), on, **more)
        id = f"T-{len(self.order.settlement.payments) + 1}"
        self._receive(Received(id, Decimal(amount), on, laid=laid, at=self.at))
        return id

    def take_back(self, payment: str, amount: Decimal) -> None:
        id = f"R-{len(self.order.settlement.payments) + 1}"
        self._receive(Received(id, -amount, self.day, reverses=payment, at=self.at))

    def _receive(self, came: Received) -> None:
        self.order = replace(payment.receive(self.order, came, at=self.at), events=())

    def refund(self, amount: str | Decimal) -> None:
        n = len(self.order.settlement.refunds) + 1
        back = Refund(f"rfd_{n}", "", Decimal(amount), self.at, f"re_{n}", "bank")
        self.order = replace(tell(self.order, PaymentRefunded(back, self.at)), events=())

    def final(self) -> str:
        """What nobody paid of deposits is credited, what left is billed less what stands."""
        for n, each in reversed([*enumerate(self.asked())]):
            if each.standing:
                document = self.order.document(f"doc_{each.invoice.number}")
                if missing := unpaid(self.order, document):
                    self.credit(n, missing)
        standing = [each.deducted for each in self.asked() if each.standing]
        number = f"RE-{len(self.papers) + 1}"
        kind = final_invoice([self.whole], standing, number=number, issued_on=self.day)
        return self._issue(kind)

    def vouchers(self, exports: tuple[Export, ...] = ()) -> list[Voucher]:
        """The documents, what was let go of them, and the steps of what is taxed of deposits."""
        known = {id: voucher_of(id, paper) for id, paper in self.papers.items()}
        return [
            *known.values(),
            *(voucher_for(each, known[each.document]) for each in reductions(self.order)),
            *(
                voucher_of_step(
                    each, known[each.document], [known[n] for n in each.notes],
                    booked_on(each, exports),
                )
                for each in advances(self.order)
            ),
        ]  # fmt: skip

    def rows(self, chart: str = "SKR03", exports: tuple[Export, ...] = ()) -> list[list[str]]:
        """The bookings of deposits' money: day, debit or credit, accounts and amount."""
        books = Bookkeeping(consultant=1001, client=1, chart=chart)  # type: ignore[arg-type]
        names = (
            "Belegdatum", "Konto", "Soll/Haben-Kennzeichen", "Gegenkonto (ohne BU-Schlüssel)",
            "Umsatz (ohne Soll/Haben-Kz)",
        )  # fmt: skip
        return [
            [row[name] for name in names]
            for voucher in self.vouchers(exports)
            for row in datev.bookings(voucher, books, "DE", None)
        ]

    def balances(self) -> dict[str, Decimal]:
        """What is on which account, debits positive, and the tax that was posted in all."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for voucher in self.vouchers():
            for case, sign, amount in voucher.booked:
                sums["clearing" if voucher.received else "debtors"] += sign * amount.gross
                sums[case] -= sign * amount.gross
                sums["tax"] += 0 if voucher.received else sign * amount.tax
            # Of a step also the cent of tax that moves where nothing else does.
            sums["tax"] += sum((a.tax for a in voucher.amounts if voucher.received), ZERO)
        return sums

    def received(self) -> Decimal:
        """What is on the accounts of deposits received."""
        return sum((-v for case, v in self.balances().items() if case.startswith("deposit")), ZERO)

    @property
    def state(self) -> list[Decimal]:
        """What is cleared and not paid or credited, what was received, and the tax that is due."""
        return [self.balances()["clearing"], self.received(), self.balances()["tax"]]
