"""Slips: the papers in a parcel, a delivery note and a packing slip."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct

from oms.core.calendar import book_day
from oms.core.parties import Language, Party, PriceMode, party_of
from oms.core.refusals import Refusal
from oms.fulfilment.delivery_notes import delivery_note_number
from oms.master.account import Account
from oms.master.letterhead import Letterhead
from oms.master.product import Product
from oms.master.seller import Seller
from oms.master.shop import Shop
from oms.orders.customer import Gift
from oms.orders.fulfilments import DIGITAL, Fulfilment
from oms.orders.lines import Line, Pieces
from oms.orders.order import Order

SlipKind = Literal["delivery_note", "packing_slip"]


class SlipLine(Struct, frozen=True, kw_only=True):
    """A line of the order: what is in the parcel, and what follows later.

    Prices are in the slip's price mode, None where it shows none; `total` is what the pieces here
    cost, with their parts of all discounts.
    """

    number: str
    sku: str
    description: str
    ordered: int
    quantity: int
    following: int
    unit_price: Decimal | None = None
    total: Decimal | None = None


class SlipParcel(Struct, frozen=True, kw_only=True):
    """A parcel, as far as it is known."""

    weight_g: int
    carrier: str | None = None
    tracking_number: str | None = None


class Slip(Struct, frozen=True, kw_only=True):
    """A paper in the parcel as it was made."""

    kind: SlipKind
    number: str
    fulfilment_id: str
    made_on: date
    locale: Language
    external_number: str
    ordered_on: date
    purchase_order: str | None
    currency: str
    price_mode: PriceMode
    seller: Seller
    buyer: Party
    lines: tuple[SlipLine, ...]
    parcels: tuple[SlipParcel, ...]
    shipped_on: date | None = None
    gift: Gift | None = None
    letterhead: Letterhead | None = None
    intro: str | None = None
    closing: str | None = None

    @property
    def priced(self) -> bool:
        """True if it shows prices."""
        return any(line.total is not None for line in self.lines)


def shows_prices(order: Order, shop: Shop, account: Account | None) -> bool:
    """True if prices are on an order's delivery notes; never on those of a gift.

    The customer's rule goes before that of the shop; without any, businesses see none.
    """
    if order.wishes.gift:
        return False
    for said in (account.delivery_note_prices if account else None, _rule(shop)):
        if said is not None:
            return said
    return order.customer.type == "B2C"


def _rule(shop: Shop) -> bool | None:
    return shop.papers.delivery_note_prices


def slip_of(
    order: Order,
    fulfilment: Fulfilment,
    kind: SlipKind,
    *,
    shop: Shop,
    account: Account | None,
    products: Mapping[str, Product],
    made_on: date,
) -> Slip:
    """The paper for what a fulfilment sends.

    Raises Refusal for a fulfilment that is cancelled, or that no parcel carries.
    """
    if fulfilment.status == "cancelled":
        raise Refusal("fulfilment_cancelled", f"The fulfilment {fulfilment.id} is cancelled.")
    if fulfilment.location == DIGITAL:
        raise Refusal("no_parcel", f"The fulfilment {fulfilment.id} goes without a parcel.")
    priced = kind == "delivery_note" and shows_prices(order, shop, account)
    shipped = fulfilment.shipped_at
    return Slip(
        kind=kind,
        number=delivery_note_number(order.external_number, fulfilment.id),
        fulfilment_id=fulfilment.id,
        made_on=made_on,
        locale=order.customer.locale,
        external_number=order.external_number,
        ordered_on=book_day(order.placed_at),
        purchase_order=order.references.purchase_order,
        currency=order.currency,
        price_mode=order.price_mode,
        seller=shop.seller,
        buyer=_receiver(order, fulfilment),
        lines=_lines(order, fulfilment, products, priced=priced),
        parcels=_parcels(fulfilment),
        shipped_on=book_day(shipped) if shipped else None,
        gift=order.wishes.gift if kind == "packing_slip" else None,
    )


def facts_of(slip: Slip) -> dict[str, Any]:
    """Facts of the slip, without what master data call them and when it was made."""
    facts: dict[str, Any] = msgspec.to_builtins(slip)
    for name in ("made_on", "seller", "letterhead", "intro", "closing"):
        del facts[name]
    for line in facts["lines"]:
        del line["description"]
    return facts


def _receiver(order: Order, fulfilment: Fulfilment) -> Party:
    address = fulfilment.ship_to or order.ship_to
    return msgspec.structs.replace(party_of(address), number=order.customer.id)


def _parcels(fulfilment: Fulfilment) -> tuple[SlipParcel, ...]:
    return tuple(
        SlipParcel(
            weight_g=parcel.weight_g,
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
        )
        for parcel in fulfilment.parcels
    )


def _lines(
    order: Order, fulfilment: Fulfilment, products: Mapping[str, Product], *, priced: bool
) -> tuple[SlipLine, ...]:
    gone = _sent_until(order, fulfilment)
    lines = []
    for line in order.lines:
        here = fulfilment.pieces.get(line.number, 0)
        following = max(0, line.ordered - line.cancelled - gone.get(line.number, 0))
        if not here and not following:
            continue
        lines.append(
            SlipLine(
                number=line.number,
                sku=line.sku,
                description=_name(line, products, order.customer.locale),
                ordered=line.ordered - line.cancelled,
                quantity=here,
                following=following,
                unit_price=line.unit_price if priced and here else None,
                total=order.worth({line.number: here}) if priced and here else None,
            )
        )
    return tuple(lines)


def _sent_until(order: Order, fulfilment: Fulfilment) -> Pieces:
    """The pieces of this fulfilment and of those before it: what is later follows this one."""
    sent: Pieces = {}
    for each in order.fulfilments:
        if each.status != "cancelled":
            for number, quantity in each.pieces.items():
                sent[number] = sent.get(number, 0) + quantity
        if each.id == fulfilment.id:
            break
    return sent


def _name(line: Line, products: Mapping[str, Product], locale: Language) -> str:
    product = products.get(line.sku)
    return product.name_in(locale) if product else line.sku
