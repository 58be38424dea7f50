"""Mails on a collective invoice: one for each document, not one an order."""

from __future__ import annotations

from oms.billing.bill import Bill
from oms.billing.invoice import Invoice
from oms.orders.documents import letter_of
from oms_aws.notices.letter_parts import Shop
from oms_aws.notices.letters import compose
from oms_aws.notices.mailing import Mail, bank_of, einvoice_link
from oms_aws.notices.money_letters import CollectiveIssued, PaymentOverdue
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.payments.dunning import claimed
from oms_aws.platform.queue import EventNotice
from oms_aws.platform.wording import date_text


def of_bill(signal: EventNotice, bill: Bill, oms: NoticesWiring) -> Mail | None:
    """The mail with a collective document; of one that was never sent nobody hears."""
    document = bill.document(str(signal.facts["document"]))
    original = bill.document(document.original) if document.original else None
    if document.withdrawn_at or (original and original.withdrawn_at):
        return None
    paper = oms.documents.snapshot(document.id, Invoice)
    shop = oms.catalogue.cached_shop(bill.shop)
    since, until = paper.period or (bill.first, bill.last)
    due = paper.terms.due_on if paper.terms and original is None else None
    facts = CollectiveIssued(
        shop=Shop(shop.name, shop.support_email),
        customer=paper.buyer.name,
        number=document.number,
        deliveries=len({line.delivery_note for line in paper.lines}),
        since=date_text(since, paper.locale),
        until=date_text(until, paper.locale),
        amount=paper.gross,
        currency=paper.currency,
        due=date_text(due, paper.locale) if due else None,
        credits=original.number if original else None,
        url=oms.links.link("document", document.id, at=document.issued_at),
        einvoice_url=einvoice_link(document, oms),
    )
    return Mail(
        "collective_issued",
        _to(bill, paper, oms),
        compose("collective_issued", facts, paper.locale),
    )


def of_bill_letter(signal: EventNotice, bill: Bill, oms: NoticesWiring) -> Mail | None:
    """The mail with a reminder or dunning letter, unless the money has come meanwhile."""
    document, letter = letter_of(bill.documents, str(signal.facts["letter"]))
    if claimed(bill, document.id, oms).open <= 0:
        return None
    paper = oms.documents.snapshot(document.id, Invoice)
    shop = oms.catalogue.cached_shop(bill.shop)
    facts = PaymentOverdue(
        shop=Shop(shop.name, shop.support_email),
        customer=paper.buyer.name,
        order_number="",
        level=letter.level,
        number=document.number,
        due_on=date_text(document.due_on or letter.pay_by, paper.locale),
        open=letter.open,
        charges=letter.charges,
        total=letter.open + letter.charges,
        currency=paper.currency,
        pay_by=date_text(letter.pay_by, paper.locale),
        bank=bank_of(shop, document.number),
        url=oms.links.link("document", letter.id, at=letter.issued_at),
    )
    mail = compose("payment_overdue", facts, paper.locale)
    return Mail("payment_overdue", _to(bill, paper, oms), mail)


def _to(bill: Bill, paper: Invoice, oms: NoticesWiring) -> str:
    account = oms.catalogue.cached_account(bill.shop, bill.customer)
    return paper.buyer.email or (account.email if account else "")
