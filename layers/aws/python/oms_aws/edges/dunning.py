"""Dunning at its edge: the letter that is due, with what it says, in the order's transaction."""

from __future__ import annotations

from oms.dunning import DunningRules, letter_of, proceed, reminder_of
from oms.invoice import Invoice
from oms.news import InvoiceDunned, InvoiceReminded
from oms.order import Order
from oms.refusals import NotNow
from oms.stationery import dressed
from oms_aws.edges.queue import Signal
from oms_aws.orders import CHANGE_TRIES, Conflict, Saved
from oms_aws.table import Action
from oms_aws.wiring import Ports


def dunned(signal: Signal, oms: Ports) -> None:
    """Do what the dunning of a document asks for now, if the clock has called for it.

    Raises NotNow.
    """
    document = str(signal.facts["document"])
    for _ in range(CHANGE_TRIES):
        seen = oms.orders.get(signal.order_id)
        order = proceed(seen.order, document, rules_of(seen.order, oms), at=oms.now())
        if not order.news:
            return
        try:
            oms.orders.save(seen, order, Saved("auftakt", signal.id, _said(order, oms)))
            return
        except Conflict:
            continue
    raise NotNow(f"{signal.order_id} is being changed by many at once")


def rules_of(order: Order, oms: Ports) -> DunningRules:
    """How the shop duns this customer: as was agreed, or as it does with everybody."""
    account = oms.catalogue.account_of_late(order.shop, order.customer.id)
    if account and account.dunning:
        return account.dunning
    return oms.catalogue.shop_of_late(order.shop).dunning


def _said(order: Order, oms: Ports) -> tuple[Action, ...]:
    """The writes that keep what new letters say."""
    shop = oms.catalogue.shop_of_late(order.shop)
    actions = []
    for news in order.news:
        if isinstance(news, InvoiceReminded | InvoiceDunned):
            document, letter = letter_of(order, news.letter.id)
            snapshot = oms.documents.snapshot(document.id, Invoice)
            says = dressed(reminder_of(letter, document, snapshot), shop)
            actions.append(oms.documents.letter(letter.id, order.id, order.shop, says))
    return tuple(actions)
