"""Dunning at its edge: the letter that is due, with what it says, in its holder's transaction."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from oms.billing.bill import Bill
from oms.billing.invoice import Invoice
from oms.billing.stationery import dressed
from oms.core.refusals import NotNow
from oms.master.terms import DunningRules
from oms.orders.document_events import InvoiceDunned, InvoiceReminded
from oms.orders.documents import Document, letter_of
from oms.orders.order import Order
from oms.payments.dunning import (
    Claim,
    calm_until,
    claim_of,
    paid,
    proceed,
    reminder_of,
    woken,
)
from oms_aws.billing.opening import Holder
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.aggregates import CHANGE_TRIES, Conflict
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice
from oms_aws.platform.table import Action


def dunned(aggregate: str, document: str, cause: str, oms: PaymentsWiring) -> None:
    """Do what the dunning of a document asks for now, if the clock has called for it.

    Raises NotNow.
    """
    for _ in range(CHANGE_TRIES):
        holder = Holder(aggregate, oms)
        held: Any = holder.held
        claim, rules = claimed(held, document, oms), rules_of(held, oms)
        after = proceed(held, document, claim, rules, at=oms.now())
        if not after.events:
            return
        try:
            holder.save(after, Saved("auftakt", cause, _said(after, oms)))
            return
        except Conflict:
            continue
    raise NotNow(f"{aggregate} is being changed by many at once")


def claimed(held: Order | Bill, id: str, oms: PaymentsWiring) -> Claim:
    """Claim of what is open of a document; of a bill's one the shares of all its orders."""
    if isinstance(held, Order):
        return claim_of(held, id)
    shares = () if id in held.cancelled else held.shares(id)
    found = oms.orders.get_many({share.order for share in shares}).values()
    claims = [claim_of(stored.order, id) for stored in found]
    open = sum((claim.open for claim in claims), Decimal(0))
    return claims[0]._replace(open=open) if claims else Claim(open, "B2B", "EUR")


def rules_of(held: Order | Bill, oms: PaymentsWiring) -> DunningRules:
    """Dunning rules for this customer: as agreed, or as for everybody.

    For a bill nothing is claimed beyond what is open: no order could be paid that.
    """
    customer = held.customer.id if isinstance(held, Order) else held.customer
    account = oms.catalogue.cached_account(held.shop, customer)
    agreed = account.dunning if account else None
    rules = agreed or oms.catalogue.cached_shop(held.shop).dunning
    return rules if isinstance(held, Order) else rules.without_charges()


def followed(signal: EventNotice, oms: PaymentsWiring) -> None:
    """Money or a credit note of an order was booked: its bills may be settled, or open again."""
    order = oms.orders.get(signal.order_id).order
    for share in order.documents:
        if share.bill and share.type == "collective":
            _follow(order, share, signal.id, oms)


def _follow(order: Order, share: Document, cause: str, oms: PaymentsWiring) -> None:
    bill, at = oms.bills.get(share.bill).bill, oms.now()
    state = bill.document(share.id).dunning
    if state is None:
        return
    taken_back = [each.at for each in order.settlement.payments if each.reverses and each.at]
    if claim_of(order, share.id).open > 0 and taken_back:
        soonest = calm_until(max(taken_back))
        command = partial(woken, id=share.id, soonest=soonest, at=at)
        oms.bills.change(bill.id, command, Saved("auftakt", cause))
    elif state.asked_at:
        dunned(f"bill/{bill.id}", share.id, cause, oms)
    else:
        oms.bills.change(
            bill.id,
            lambda bill: paid(bill, share.id, claimed(bill, share.id, oms), at=at),
            Saved("auftakt", cause),
        )


def _said(held: Order | Bill, oms: PaymentsWiring) -> tuple[Action, ...]:
    """The writes that keep what new letters say."""
    shop = oms.catalogue.cached_shop(held.shop)
    actions = []
    for event in held.events:
        if isinstance(event, InvoiceReminded | InvoiceDunned):
            document, letter = letter_of(held.documents, event.letter.id)
            snapshot = oms.documents.snapshot(document.id, Invoice)
            says = dressed(reminder_of(letter, document, snapshot), shop)
            actions.append(oms.documents.letter(letter.id, held.id, held.shop, says))
    return tuple(actions)
