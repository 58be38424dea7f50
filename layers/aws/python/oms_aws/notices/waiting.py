"""Pieces of an order that still wait: in mails, and on the page that the customer's link opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from oms.orders.order import Order
from oms_aws.notices.letter_parts import WaitingItem
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.http import Answer
from oms_aws.platform.pages import message, page
from oms_aws.platform.wording import date_text


def waiting_items(
    order: Order, days: Mapping[str, date | None], oms: NoticesWiring
) -> tuple[WaitingItem, ...]:
    """The lines that still wait, of those with a day, and their days in words."""
    language = order.customer.locale
    lines = [line for line in order.lines if line.backordered and line.number in days]
    products = oms.catalogue.products(line.sku for line in lines)
    return tuple(
        WaitingItem(
            products[line.sku].name_in(language) if line.sku in products else line.sku,
            line.backordered,
            line.sku,
            date_text(day, language) if (day := days[line.number]) else None,
        )
        for line in lines
    )


def ask(order: Order, oms: NoticesWiring) -> Answer:
    """The page with what still waits, and a way to cancel it."""
    language = order.customer.locale
    days = {number: order.progress.expected.get(number) for number in order.pieces("backordered")}
    if not days:
        return message("waiting_none", language)
    shop = oms.catalogue.shop_if_known(order.shop)
    return page(
        "waiting",
        language,
        shop=shop.name if shop else order.shop,
        order=order.external_number,
        lines=waiting_items(order, days, oms),
    )
