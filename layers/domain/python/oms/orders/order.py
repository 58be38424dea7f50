"""The order: one aggregate from capture to archive, whose every piece is in exactly one place."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Literal

import msgspec
from msgspec.structs import replace

from oms.core import money
from oms.core.erasure import Erasure
from oms.core.events import DomainEvent
from oms.core.formats import Formats, unchanged
from oms.core.parties import Address
from oms.core.pseudonyms import Network, Personal
from oms.core.refusals import Broken, Unknown
from oms.core.values import Value
from oms.orders.customer import Customer, Gift, References, Shipping, Wishes
from oms.orders.deadlines import Progress
from oms.orders.documents import Collected, Document, Paper
from oms.orders.findings import SUPPLIER_NEEDED, Hold, Screening
from oms.orders.fulfilments import Fulfilment
from oms.orders.lines import Discount, Line, Pieces
from oms.orders.money_parts import Payment, Settlement
from oms.orders.pending import Changes


class Placed(Value, frozen=True, omit_defaults=True):
    """An order as its shop placed it, which is what subscribers are told of it."""

    id: str
    shop: str
    external_number: str
    placed_at: datetime
    received_at: datetime
    currency: str
    price_mode: Literal["gross", "net"]
    customer: Customer
    billing_address: Address
    lines: tuple[Line, ...]
    shipping: Shipping
    payment: Payment
    shipping_address: Address | None = None
    partial_allowed: bool = True
    claimed_total: Decimal | None = None
    partial_said: bool = True
    priority: int | None = None
    promised_on: date | None = None
    note: Personal | None = None
    client_ip: Network | None = None
    cost_centre: str | None = None
    purchase_order: str | None = None
    ordered_by: str | None = None
    gift: Gift | None = None
    discounts: tuple[Discount, ...] = ()


class OrderCreated(DomainEvent, frozen=True, tag="Order.Created"):
    upgrades: ClassVar = (unchanged,)
    order: Placed


class Order(Value, frozen=True, omit_defaults=True):
    """One customer order. Commands return the order after them, with what happened in `events`.

    It is the same in every part of the journey, and each has a part of its state: `screening`,
    `fulfilments`, `documents` (and `papers`), `settlement`. Money is in `currency`, gross or net as
    `price_mode` says. Sources: `domain.md` § 2 and § 6.
    """

    id: str
    shop: str
    external_number: str
    placed_at: datetime
    received_at: datetime
    currency: str
    price_mode: Literal["gross", "net"]
    customer: Customer
    billing_address: Address
    lines: tuple[Line, ...]
    shipping: Shipping
    payment: Payment
    shipping_address: Address | None = None
    discounts: tuple[Discount, ...] = ()
    wishes: Wishes = Wishes()
    references: References = References()
    screening: Screening = Screening()
    fulfilments: tuple[Fulfilment, ...] = ()
    documents: tuple[Document, ...] = ()
    papers: tuple[Paper, ...] = ()
    settlement: Settlement = Settlement()
    changes: Changes = Changes()
    progress: Progress = Progress()
    erasure: Erasure | None = None
    events: tuple[DomainEvent, ...] = ()

    # -- what is asked of an order ------------------------------------------------------------

    @property
    def ship_to(self) -> Address:
        return self.shipping_address or self.billing_address

    @property
    def goods_total(self) -> Decimal:
        return sum((line.unit_price * line.ordered for line in self.lines), Decimal(0))

    @property
    def discount(self) -> Decimal:
        """Discount on the whole order and on its lines, in its price mode."""
        of_lines = sum((line.discount for line in self.lines), Decimal(0))
        return of_lines + sum((each.amount for each in self.discounts), Decimal(0))

    @property
    def total(self) -> Decimal:
        return self.goods_total - self.discount + self.shipping.price

    @property
    def charged(self) -> Decimal:
        """Price without the cancelled pieces, in its price mode."""
        left = {li.number: n for li in self.lines if (n := li.ordered - li.cancelled)}
        return self.worth(left) + (self.shipping.price if left else 0)

    def worth(self, pieces: Pieces) -> Decimal:
        """Price of pieces, in the price mode, with their parts of all discounts."""
        shares = self.discount_shares()
        some = [(line, n) for line in self.lines if (n := pieces.get(line.number, 0))]
        return sum((self._worth(line, n, shares[line.number]) for line, n in some), Decimal(0))

    def _worth(self, line: Line, pieces: int, share: Decimal) -> Decimal:
        off = (
            money.portion(amount, 0, pieces, line.ordered, self.currency)
            for amount in (line.discount, share)
            if amount
        )
        return line.unit_price * pieces - sum(off)

    def discount_shares(self) -> dict[str, Decimal]:
        """Discount on the whole order, shared over its lines by their price after their discounts.

        By price, not by net value: so that the shares do not depend on a rate that may change
        between two shipments. Every rate's net falls by the same percentage (section 10.3 UStAE).
        """
        off = money.total([each.amount for each in self.discounts])
        if not off:
            return dict.fromkeys((line.number for line in self.lines), Decimal(0))
        weights = [money.times(li.unit_price, li.ordered) - li.discount for li in self.lines]
        shares = money.allocate(off, weights, self.currency)
        return {line.number: share for line, share in zip(self.lines, shares, strict=True)}

    @property
    def erased(self) -> bool:
        """True once its personal data are gone."""
        return bool(self.erasure and self.erasure.erased_at)

    @property
    def open_holds(self) -> tuple[Hold, ...]:
        return self.screening.open_holds

    def unsupplied(self, line: Line) -> bool:
        """True while a line waits for somebody to say who supplies it."""
        if line.nature.kind != "drop_ship":
            return False
        return not any(
            hold.released_at and line.number in hold.data.get("lines", ())
            for hold in self.screening.holds
            if hold.reason == SUPPLIER_NEEDED
        )

    @property
    def reserved_until(self) -> datetime | None:
        """Time at which a held order gives back what it has reserved."""
        raised = [hold.raised_at for hold in self.open_holds]
        if not raised or not self.count("reserved"):
            return None
        return min(raised) + timedelta(hours=self.screening.reserve_hours)

    def count(self, place: str) -> int:
        """Number of pieces of all lines in a place (`ordered` counts all)."""
        return sum(getattr(line, place) for line in self.lines)

    def pieces(self, place: str) -> Pieces:
        """The pieces in a place, by line, lines without any left out."""
        return {line.number: n for line in self.lines if (n := getattr(line, place))}

    def by_sku(self, place: str) -> dict[str, int]:
        """The pieces in a place, by SKU."""
        counts: dict[str, int] = {}
        for line in self.lines:
            if n := getattr(line, place):
                counts[line.sku] = counts.get(line.sku, 0) + n
        return counts

    @property
    def skus(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(line.sku for line in self.lines))

    @property
    def verdict(self) -> Literal["pass", "hold", "refuse"]:
        """Result of the checks so far."""
        if self.screening.refused:
            return "refuse"
        return "hold" if self.open_holds else "pass"

    @property
    def status(self) -> str:
        """One word for the whole order, derived from its pieces."""
        active = self.count("ordered") - self.count("cancelled")
        if self.progress.completed_at:
            return "completed"
        if self.screening.refused:
            return "refused"
        if not active:
            return "cancelled"
        if self.open_holds:
            return "held"
        if not self.screening.screened_at:
            return "received"
        if self.count("delivered") == active:
            return "delivered"
        if self.count("returned") == active:
            return "returned"
        gone = self.count("shipped") + self.count("delivered") + self.count("returned")
        if gone:
            return "shipped" if gone == active else "partially_shipped"
        for place, word in (("released", "released"), ("packed", "packed")):
            if self.count(place):
                return word
        waiting = [line for line in self.lines if line.backordered]
        if waiting:
            early = all(line.nature.kind == "preorder" for line in waiting)
            return "preordered" if early else "backordered"
        return "accepted"

    @property
    def to_collect(self) -> tuple[Collected, ...]:
        """The shipments that a collective invoice is still to bill."""
        billed = {id for each in self.documents if each.bill for id in each.billed}
        return tuple(each for each in self.settlement.collected if each.fulfilment not in billed)

    def line(self, number: str) -> Line:
        """The line of that number; raises Unknown."""
        for line in self.lines:
            if line.number == number:
                return line
        raise Unknown("line_unknown", f"The order has no line {number}.")

    def fulfilment(self, id: str) -> Fulfilment:
        """The fulfilment of that id; raises Unknown."""
        for fulfilment in self.fulfilments:
            if fulfilment.id == id:
                return fulfilment
        raise Unknown("fulfilment_unknown", f"The order has no fulfilment {id}.")

    def document(self, id: str) -> Document:
        """The document of that id; raises Unknown."""
        for document in self.documents:
            if document.id == id:
                return document
        raise Unknown("document_unknown", f"The order has no document {id}.")

    # -- what is done to an order -------------------------------------------------------------

    def move(self, pieces: Pieces, origin: str, target: str) -> Order:
        """The order with pieces moved from place to place; raises Broken if they are not there."""
        lines = tuple(
            line.move(pieces[line.number], origin, target) if line.number in pieces else line
            for line in self.lines
        )
        if any(not line.conserved for line in lines):
            raise Broken(f"{self.id}: pieces of a line do not add up")
        return replace(self, lines=lines)

    def within(self, part: str, **changes: Any) -> Order:
        """The order with changes in a part of it: `within("settlement", captures=…)`."""
        return replace(self, **{part: replace(getattr(self, part), **changes)})

    def with_document(self, changed: Document) -> Order:
        """The order with one document replaced."""
        return replace(
            self, documents=tuple(changed if d.id == changed.id else d for d in self.documents)
        )

    def with_fulfilment(self, changed: Fulfilment) -> Order:
        """The order with one fulfilment replaced."""
        return replace(
            self,
            fulfilments=tuple(changed if f.id == changed.id else f for f in self.fulfilments),
        )


SAID = tuple(n for n in Order.__struct_fields__ if n in Placed.__struct_fields__)
"""Fields that an order has from its shop as they stand."""


def begun(placed: Placed) -> Order:
    """The order that was placed, of which nothing has happened yet."""
    said = {name: getattr(placed, name) for name in SAID}
    wishes = {n: getattr(placed, n) for n in Wishes.__struct_fields__ if hasattr(placed, n)}
    return Order(
        **said,
        wishes=Wishes(**wishes),
        references=References(placed.cost_centre, placed.purchase_order, placed.ordered_by),
        screening=Screening(claimed_total=placed.claimed_total, client_ip=placed.client_ip),
    )


def order_of(fulfilment_id: str) -> str:
    """The id of the order that a fulfilment is of, which its own id carries: `ful_<order>-1`."""
    return f"ord_{fulfilment_id.removeprefix('ful_').rpartition('-')[0]}"


def _in_parts(plain: dict[str, Any]) -> dict[str, Any]:
    """Format 2 of format 1, in which an order had the fields of its parts itself."""
    changes = {"confirmed": plain.pop("changes", []), "pending": plain.pop("pending", None)}
    parts: dict[str, Any] = {"changes": changes}
    for part in (Wishes, References, Screening, Settlement, Progress):
        names = [name for name in part.__struct_fields__ if name in plain]
        parts[part.__name__.lower()] = {name: plain.pop(name) for name in names}
    return plain | parts


ORDER_FORMATS: Formats[Order] = Formats(Order, _in_parts, unchanged, unchanged)
encode = msgspec.json.encode
