"""Purchase orders: what suppliers are to deliver when, and what of it has come."""

from __future__ import annotations

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from oms.core.formats import Formats
from oms.core.refusals import Refusal, Unknown
from oms.sourcing.stock_events import IncomingChanged


class PurchaseLine(Struct, frozen=True, kw_only=True):
    """Pieces of a SKU that are expected on a day, and how many of them have come."""

    number: str
    sku: str
    quantity: int
    expected_on: date
    received: int = 0

    @property
    def missing(self) -> int:
        """Pieces that are still to come."""
        return max(0, self.quantity - self.received)


class Receipt(Struct, frozen=True, kw_only=True):
    """Goods that have come: the number on their delivery note, and the pieces by line.

    `counted_later` names the SKUs whose pieces a later count of the location has already, and when
    that was taken: by this receipt nothing was added to the shelf of them.
    """

    number: str
    received_at: datetime
    lines: dict[str, int]
    counted_later: dict[str, datetime] = {}


class Purchase(Struct, frozen=True, kw_only=True):
    """A purchase order, to be delivered to one location."""

    id: str
    location: str
    lines: tuple[PurchaseLine, ...]
    supplier: str | None = None
    cancelled: bool = False
    receipts: tuple[Receipt, ...] = ()
    events: tuple[IncomingChanged, ...] = ()

    @property
    def shop(self) -> str:
        """Of no shop: goods come for all of them."""
        return ""

    @property
    def status(self) -> str:
        """One word for the whole purchase order."""
        if self.cancelled:
            return "cancelled"
        if not any(line.missing for line in self.lines):
            return "received"
        return "partly_received" if self.receipts else "ordered"

    @property
    def skus(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.sku for line in self.lines))

    def line(self, number: str) -> PurchaseLine:
        """The line of that number; raises Unknown."""
        for line in self.lines:
            if line.number == number:
                return line
        raise Unknown("line_unknown", f"The purchase order has no line {number}.")


def reordered(known: Purchase | None, wanted: Purchase) -> Purchase:
    """The purchase order as it is wanted now, with what has come of it.

    Raises Refusal where pieces have come of what is to be another SKU, at another location or gone.
    """
    if known is None:
        return wanted
    lines = {line.number: line for line in wanted.lines}
    wrong = {}
    for line in known.lines:
        if line.received and lines.get(line.number, line).sku != line.sku:
            wrong[f"lines.{line.number}.sku"] = f"{line.received} pieces of {line.sku} have come"
        if line.received and line.number not in lines:
            wrong[f"lines.{line.number}"] = f"{line.received} pieces have come"
    if known.receipts and known.location != wanted.location:
        wrong["location"] = f"goods have come to {known.location}"
    if wrong:
        raise Refusal("goods_have_come", "What has come stays as it was ordered.", wrong)
    received = {line.number: line.received for line in known.lines}
    return replace(
        known,
        location=wanted.location,
        supplier=wanted.supplier,
        cancelled=wanted.cancelled,
        lines=tuple(replace(li, received=received.get(li.number, 0)) for li in wanted.lines),
    )


def not_added(purchase: Purchase, later: dict[str, datetime]) -> Purchase:
    """The purchase order whose last receipt says what it did not add, for it was counted later."""
    *before, last = purchase.receipts
    return replace(purchase, receipts=(*before, replace(last, counted_later=later)))


def received(purchase: Purchase, receipt: Receipt) -> Purchase:
    """The purchase order once goods have come; the same receipt again changes nothing.

    More than was ordered may come. Raises Unknown for a line it does not have, and Refusal for
    another receipt of a number that is there already.
    """
    for known in purchase.receipts:
        if known.number == receipt.number:
            if known.lines == receipt.lines:
                return purchase
            raise Refusal(
                "receipt_differs",
                f"The receipt {receipt.number} is there already, with other pieces.",
                {"number": "taken"},
            )
    come = {purchase.line(number).number: n for number, n in receipt.lines.items()}
    return replace(
        purchase,
        lines=tuple(
            replace(line, received=line.received + come.get(line.number, 0))
            for line in purchase.lines
        ),
        receipts=(*purchase.receipts, receipt),
    )


def told(known: Purchase | None, after: Purchase, *, at: datetime) -> Purchase:
    """The purchase order with the event of what has changed of it, if anything has."""
    if after == known:
        return after
    skus = dict.fromkeys((*(known.skus if known else ()), *after.skus))
    fresh = known is None or len(after.receipts) > len(known.receipts)
    event = IncomingChanged(
        purchase=after.id,
        location=after.location,
        status=after.status,
        skus=tuple(skus),
        receipt=after.receipts[-1].number if fresh and after.receipts else None,
        at=at,
    )
    return replace(after, events=(event,))


PURCHASE_FORMATS: Formats[Purchase] = Formats(Purchase)
