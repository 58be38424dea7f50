"""Lines of an order: what was ordered, and where each piece of it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from msgspec import field
from msgspec.structs import replace

from oms.core.refusals import Broken
from oms.core.values import Value
from oms.master.exclusions import Exclusion
from oms.master.product import Component, Kind

Pieces = dict[str, int]
"""How many pieces of which line: line number -> quantity."""


LINE_STATES = (
    "open",
    "reserved",
    "backordered",
    "released",
    "packed",
    "shipped",
    "delivered",
    "cancelled",
    "returned",
)
"""Where a piece can be; `open` is captured and not yet reserved."""


FREE = ("open", "backordered", "reserved")
"""Places of pieces that no warehouse has, in the order in which they are cancelled."""


class ProductSnapshot(Value, frozen=True, omit_defaults=True):
    """Copy of a line's product as master data had it when the line first claimed stock."""

    kind: Kind = "stock"
    components: tuple[Component, ...] = ()
    available_from: date | None = None
    exclusion: Exclusion | None = None


class Discount(Value, frozen=True, omit_defaults=True):
    """Reduction of a price, in the order's currency and price mode; `code` is why."""

    amount: Decimal
    code: str | None = None


class Line(Value, frozen=True, omit_defaults=True):
    """An order line: what was ordered, and how many of its pieces are where.

    `discounts` are off all its pieces together.
    """

    number: str
    sku: str
    unit_price: Decimal
    ordered: int
    open: int = 0
    reserved: int = 0
    backordered: int = 0
    released: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: int = 0
    cancelled: int = 0
    returned: int = 0
    nature: ProductSnapshot = ProductSnapshot()
    discounts: tuple[Discount, ...] = ()

    @property
    def discount(self) -> Decimal:
        """Discount on the line, for all pieces ordered."""
        return sum((each.amount for each in self.discounts), Decimal(0))

    def move(self, quantity: int, origin: str, target: str) -> Line:
        """The line with `quantity` pieces moved; raises Broken when there are not that many."""
        here: int = getattr(self, origin)
        if quantity < 0 or quantity > here:
            raise Broken(f"line {self.number}: {quantity} of {here} {origin} pieces cannot move")
        return replace(self, **{origin: here - quantity, target: getattr(self, target) + quantity})

    @property
    def conserved(self) -> bool:
        """True if the pieces in all line states add up to the ordered quantity."""
        counted: int = sum(getattr(self, place) for place in LINE_STATES)
        return self.ordered == counted


class LineChange(Value, frozen=True, omit_defaults=True):
    """Wish for a line: its pieces without the cancelled ones, and the price of each.

    None leaves it as it is; no pieces remove the line. A `number` that the order does not have is a
    new line and needs all of it.
    """

    number: str
    sku: str | None = None
    quantity: int | None = None
    unit_price: Decimal | None = None


class LineChanged(Value, frozen=True, omit_defaults=True):
    """Effect on a line: pieces that were added are `open`, others left from where they were.

    `sku` is given of a new line, `unit_price` of a new or another price, `removed` by place,
    `discounts` where those of the line have become others.
    """

    number: str
    sku: str | None = None
    unit_price: Decimal | None = None
    added: int = 0
    removed: dict[str, int] = field(default_factory=dict)
    discounts: tuple[Discount, ...] | None = None


def summed(many: Iterable[Mapping[str, int]]) -> Pieces:
    """Pieces of all of them together, by line."""
    total: Pieces = {}
    for pieces in many:
        for number, n in pieces.items():
            total[number] = total.get(number, 0) + n
    return total
