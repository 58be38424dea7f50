"""A mail in the making: the event that causes it, and what every mail says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from oms.core.money import times
from oms.master.product import Product
from oms.master.shop import Shop
from oms.orders.documents import Document
from oms.orders.findings import Hold
from oms.orders.lines import Pieces
from oms.orders.order import Order
from oms_aws.notices.letter_parts import BankDetails, Item
from oms_aws.notices.letter_parts import Shop as Sender
from oms_aws.notices.letters import Facts, Kind, Letter, compose
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.queue import EventNotice


class Mail(NamedTuple):
    """A mail of a kind, and to whom it goes."""

    kind: Kind
    to: str
    letter: Letter


class Case(NamedTuple):
    """An event that somebody may have to be told of, and its order."""

    signal: EventNotice
    order: Order
    shop: Shop
    oms: NoticesWiring

    @property
    def common(self) -> dict[str, Any]:
        """Facts that every mail has."""
        return {
            "shop": Sender(self.shop.name, self.shop.support_email),
            "customer": self.order.customer.name,
            "order_number": self.order.external_number,
        }

    @property
    def hold(self) -> Hold:
        """The hold that the event is about."""
        (found,) = (h for h in self.order.screening.holds if h.id == self.signal.facts["hold"])
        return found

    def items(self, pieces: Pieces, *, rights: bool = False) -> tuple[Item, ...]:
        """Pieces of the order, as mails list them, with what a consumer cannot withdraw from."""
        products = self.oms.catalogue.cached_products(self.order.skus)
        consumer = rights and self.order.customer.type == "B2C"
        return _items(self.order, pieces, products, rights=consumer)

    def to_customer(self, kind: Kind, facts: Facts) -> Mail:
        """The mail to the customer, in the customer's language."""
        who = self.order.customer
        return Mail(kind, who.email, compose(kind, facts, who.locale))


def _items(
    order: Order, pieces: Pieces, products: Mapping[str, Product], *, rights: bool
) -> tuple[Item, ...]:
    return tuple(
        Item(
            description=_name(products.get(line.sku), line.sku, order.customer.locale),
            quantity=pieces[line.number],
            sku=line.sku,
            total=times(line.unit_price, pieces[line.number]),
            exclusion=_exclusion(products.get(line.sku)) if rights else "",
        )
        for line in order.lines
        if line.number in pieces
    )


def _exclusion(product: Product | None) -> str:
    return (product.withdrawal_exclusion if product else None) or ""


def _name(product: Product | None, sku: str, locale: str) -> str:
    return product.name_in(locale) if product else sku


def bank_of(shop: Shop, reference: str) -> BankDetails | None:
    """Account to transfer money to, and what the payer writes."""
    seller, bank = shop.seller, shop.seller.bank
    if bank is None:
        return None
    return BankDetails(
        holder=seller.name, name=bank.name, iban=bank.iban, bic=bank.bic, reference=reference
    )


def einvoice_link(document: Document, oms: NoticesWiring) -> str | None:
    """Link to the XML, when it is a file of its own; a hybrid PDF has it inside."""
    if document.xml_key is None or document.format == "zugferd":
        return None
    return f"{oms.links.link('document', document.id, at=document.issued_at)}?format=xml"
