"""Who is told what: the facts of a mail, from the order and the event that causes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from oms.invoice import Language
from oms.money import times
from oms.order import Address, Order, Pieces, decode_news
from oms.order import OrderCancelled as Cancelled
from oms.order import OrderChanged as Changed
from oms.product import Product
from oms.refusals import Refusal
from oms_aws.edges.queue import Signal
from oms_aws.letters import (
    HoldEscalated,
    Item,
    Letter,
    OrderCancelled,
    OrderChanged,
    OrderReceived,
    ParcelShipped,
    RecallRefused,
    ShippedParcel,
    Shop,
    compose,
)
from oms_aws.orders import read_event
from oms_aws.wiring import Ports


class Mail(NamedTuple):
    """A mail of a kind, and to whom it goes."""

    kind: str
    to: str
    letter: Letter


def mail_for(signal: Signal, order: Order, oms: Ports) -> Mail | None:
    """The mail that an event causes, in its reader's language; None when nobody is to be told."""
    shop = oms.catalogue.shop_of_late(order.shop)
    common = {
        "shop": Shop(shop.name, shop.support_email),
        "customer": order.customer.name,
        "order_number": order.external_number,
    }
    products = oms.catalogue.products(order.skus)
    customer, locale = order.customer.email, order.customer.locale
    match signal.type:
        case "Order.Created":
            received = _received(common, order, products)
            return Mail("order_received", customer, compose("order_received", received, locale))
        case "Order.Changed":
            changed = _changed(common, order, products, signal, oms)
            return Mail("order_changed", customer, compose("order_changed", changed, locale))
        case "Order.Cancelled":
            cancelled = _cancelled(common, order, products, signal, oms)
            return Mail("order_cancelled", customer, compose("order_cancelled", cancelled, locale))
        case "Fulfilment.RecallRefused":
            refused = _refused(common, order, products, signal)
            return Mail("recall_refused", customer, compose("recall_refused", refused, locale))
        case "Document.Archived":
            shipped = _shipped(common, order, products, signal, oms)
            return Mail("parcel_shipped", customer, compose("parcel_shipped", shipped, locale))
        case "Order.HoldEscalated":
            team = shop.language
            escalated = _escalated(common, order, str(signal.facts["hold"]), team)
            letter = compose("hold_escalated", escalated, team)
            return Mail("hold_escalated", shop.support_email, letter)
    raise Refusal("no_letter", f"Nobody is told of {signal.type}.")


def _escalated(
    common: Mapping[str, Any], order: Order, id: str, language: Language
) -> HoldEscalated:
    (hold,) = [hold for hold in order.holds if hold.id == id]
    return HoldEscalated(
        **{**common, "customer": f"Team {common['shop'].name}"},
        order_id=order.id,
        reason=hold.reason,
        text=(hold.text_de or hold.text) if language == "de" else hold.text,
        owner=hold.owner,
        raised_at=f"{hold.raised_at:%Y-%m-%d %H:%M} UTC",
        deadline=f"{hold.deadline:%Y-%m-%d %H:%M} UTC",
    )


def _received(
    common: Mapping[str, Any], order: Order, products: Mapping[str, Product]
) -> OrderReceived:
    return OrderReceived(
        **common,
        items=_items(order, order.pieces("ordered"), products),
        goods=order.goods_total,
        discount=order.discount,
        shipping=order.shipping.price,
        total=order.total,
        currency=order.currency,
        price_mode=order.price_mode,
        ship_to=_label(order.ship_to),
    )


def _changed(
    common: Mapping[str, Any],
    order: Order,
    products: Mapping[str, Product],
    signal: Signal,
    oms: Ports,
) -> OrderChanged:
    event = read_event(oms.table, signal.aggregate, signal.sequence)
    news = decode_news(event.data)
    if not isinstance(news, Changed):
        raise Refusal("not_a_change", f"{signal.id} is no change.")
    added = {line.number: line.added for line in news.lines if line.added}
    removed = {line.number: sum(line.removed.values()) for line in news.lines if line.removed}
    prices = {line.number: line.unit_price for line in news.lines if line.unit_price is not None}
    repriced = {line.number for line in news.lines if line.sku is None} & prices.keys()
    lines = (replace(li, unit_price=prices.get(li.number, li.unit_price)) for li in order.lines)
    then = replace(order, lines=tuple(lines))
    address = news.shipping_address or news.billing_address
    return OrderChanged(
        **common,
        items=_items(then, added, products),
        removed=_items(then, removed, products),
        repriced=_items(then, dict.fromkeys(repriced, 1), products),
        total=news.total,
        currency=order.currency,
        price_mode=order.price_mode,
        ship_to=_label(address) if address else (),
        method=news.shipping.method if news.shipping else None,
    )


def _cancelled(
    common: Mapping[str, Any],
    order: Order,
    products: Mapping[str, Product],
    signal: Signal,
    oms: Ports,
) -> OrderCancelled:
    event = read_event(oms.table, signal.aggregate, signal.sequence)
    news = decode_news(event.data)
    if not isinstance(news, Cancelled):
        raise Refusal("not_a_cancellation", f"{signal.id} is no cancellation.")
    left = {line.number: line.ordered - line.cancelled for line in order.lines}
    return OrderCancelled(
        **common,
        items=_items(order, news.by_line, products),
        whole=news.whole,
        reason=news.reason or None,
        remaining=_items(order, {number: n for number, n in left.items() if n}, products),
    )


def _refused(
    common: Mapping[str, Any], order: Order, products: Mapping[str, Product], signal: Signal
) -> RecallRefused:
    recall = order.fulfilment(str(signal.facts["fulfilment"])).recall
    return RecallRefused(**common, items=_items(order, recall.pieces if recall else {}, products))


def _shipped(
    common: Mapping[str, Any],
    order: Order,
    products: Mapping[str, Product],
    signal: Signal,
    oms: Ports,
) -> ParcelShipped:
    document = order.document(str(signal.facts["document"]))
    fulfilment = order.fulfilment(document.fulfilment)
    return ParcelShipped(
        **common,
        items=_items(order, fulfilment.pieces, products),
        parcels=tuple(
            ShippedParcel(
                str(parcel.carrier),
                str(parcel.tracking_number),
                oms.catalogue.tracking_link(parcel.carrier, parcel.tracking_number),
            )
            for parcel in fulfilment.parcels
        ),
        following=_items(order, order.pieces("backordered"), products),
        invoice_number=document.number,
        invoice_url=oms.links.link("document", document.id, at=document.issued_at),
    )


def _items(order: Order, pieces: Pieces, products: Mapping[str, Product]) -> tuple[Item, ...]:
    return tuple(
        Item(
            description=_name(products.get(line.sku), line.sku, order.customer.locale),
            quantity=pieces[line.number],
            sku=line.sku,
            total=times(line.unit_price, pieces[line.number]),
        )
        for line in order.lines
        if line.number in pieces
    )


def _name(product: Product | None, sku: str, locale: str) -> str:
    return product.name_in(locale) if product else sku


def _label(address: Address) -> tuple[str, ...]:
    lines = (
        address.company,
        address.name,
        address.line1,
        address.line2,
        f"{address.postal_code} {address.city}",
        address.country,
    )
    return tuple(line for line in lines if line)
