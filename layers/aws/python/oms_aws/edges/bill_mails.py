"""What a customer is told of a collective invoice: once for each document, not once an order."""

from __future__ import annotations

from oms.bill import Bill
from oms.invoice import Invoice
from oms_aws.edges.mailing import Mail, einvoice_link
from oms_aws.edges.queue import Signal
from oms_aws.letters import CollectiveIssued, Shop, compose
from oms_aws.wiring import Ports
from oms_aws.wording import date_text


def of_bill(signal: Signal, bill: Bill, oms: Ports) -> Mail | None:
    """The mail with a collective document; of one that was never sent nobody hears."""
    document = bill.document(str(signal.facts["document"]))
    original = bill.document(document.original) if document.original else None
    if document.withdrawn_at or (original and original.withdrawn_at):
        return None
    paper = oms.documents.snapshot(document.id, Invoice)
    account = oms.catalogue.account_of_late(bill.shop, bill.customer)
    to = paper.buyer.email or (account.email if account else "")
    shop = oms.catalogue.shop_of_late(bill.shop)
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
    return Mail("collective_issued", to, compose("collective_issued", facts, paper.locale))
