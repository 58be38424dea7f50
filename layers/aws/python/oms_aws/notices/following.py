"""Pieces of an order that are still to come, line by line, and by which day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from oms.orders.lines import Line
from oms.orders.order import Order
from oms_aws.notices.letter_parts import WaitingItem
from oms_aws.notices.mailing import Case
from oms_aws.platform.wording import date_text


class _Coming(NamedTuple):
    """Pieces of a line that have not left, and the day by which what happens to them."""

    line: Line
    pieces: int
    day: date | None
    how: Literal["expected", "leaves", "promised"]


def following(case: Case) -> tuple[WaitingItem, ...]:
    """All that has not left yet and is not cancelled; a day that is over is no day any more."""
    coming = [each for line in case.order.lines for each in _of_line(case.order, line)]
    language, today = case.order.customer.locale, case.oms.now().date()
    products = case.oms.catalogue.products({each.line.sku for each in coming}) if coming else {}
    return tuple(
        WaitingItem(
            products[line.sku].name_in(language) if line.sku in products else line.sku,
            pieces,
            line.sku,
            date_text(day, language) if day and day >= today else None,
            how,
        )
        for line, pieces, day, how in coming
    )


def _of_line(order: Order, line: Line) -> Iterator[_Coming]:
    for fulfilment in order.fulfilments:
        pieces = fulfilment.pieces.get(line.number, 0)
        if pieces and fulfilment.status in ("released", "packed"):
            yield _Coming(line, pieces, fulfilment.ship_by.date(), "leaves")
    if ready := line.reserved + line.open:
        yield _Coming(line, ready, order.wishes.promised_on, "promised")
    if line.backordered:
        day = order.progress.expected.get(line.number) or line.nature.available_from
        yield _Coming(line, line.backordered, day, "expected")
