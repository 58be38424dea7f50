"""What the API answers, as far as the players read it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from msgspec import Struct


class Quantities(Struct, frozen=True):
    """Where the pieces of a line are."""

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

    @property
    def cancellable(self) -> int:
        """Pieces that no warehouse has yet."""
        return self.open + self.reserved + self.backordered

    @property
    def gone(self) -> int:
        """Pieces that have left the warehouse."""
        return self.shipped + self.delivered + self.returned


class Line(Struct, frozen=True):
    number: str
    sku: str
    quantities: Quantities


class Hold(Struct, frozen=True):
    id: str
    reason: str
    released_at: datetime | None = None


class Share(Struct, frozen=True):
    """Pieces of a line in a fulfilment."""

    number: str
    sku: str
    quantity: int


class Parcel(Struct, frozen=True):
    id: str
    weight_g: int
    tracking_number: str | None = None
    status: str | None = None


class Recall(Struct, frozen=True):
    """What a warehouse is asked to give back."""

    status: str


class Fulfilment(Struct, frozen=True):
    id: str
    location: str
    status: str
    lines: list[Share]
    parcels: list[Parcel] = []
    order_id: str = ""
    external_number: str = ""
    recall: Recall | None = None

    @property
    def recalled(self) -> bool:
        """Whether the warehouse has not answered yet."""
        return self.recall is not None and self.recall.status == "requested"


class Document(Struct, frozen=True):
    id: str
    type: str
    number: str
    fulfilment: str | None = None
    status: str = ""
    gross: Decimal = Decimal(0)

    @property
    def archived(self) -> bool:
        return self.status == "archived"


class Order(Struct, frozen=True):
    id: str
    external_number: str
    status: str
    lines: list[Line]
    holds: list[Hold] = []
    fulfilments: list[Fulfilment] = []
    documents: list[Document] = []

    def count(self, place: str) -> int:
        """How many pieces of all lines are in a place."""
        return sum(getattr(line.quantities, place) for line in self.lines)

    @property
    def open_holds(self) -> list[Hold]:
        return [hold for hold in self.holds if hold.released_at is None]


class GoodsBack(Struct, frozen=True):
    """A return, and the credit notes over what came."""

    id: str
    number: str
    status: str
    credits: list[dict[str, object]] = []


class Listed(Struct, frozen=True):
    """An order as the list of orders shows it."""

    id: str
    external_number: str
    status: str


class Event(Struct, frozen=True):
    id: str
    type: str
    sequence: int
    at: datetime


class Shelf(Struct, frozen=True):
    """One SKU at one location."""

    on_hand: int
    safety: int = 0
    hard: int = 0


class Stock(Struct, frozen=True):
    sku: str
    promisable: int
    soft: int = 0
    backordered: int = 0
    locations: dict[str, Shelf] = {}


class Promise(Struct, frozen=True):
    sku: str
    promisable: int
    locations: dict[str, int] = {}


class Rejected(Struct, frozen=True):
    """A row of a batch that was not taken."""

    row: int
    reason: str


class Endpoint(Struct, frozen=True):
    id: str
    secret: str


class Accepted(Struct, frozen=True):
    """The answer to a placed order."""

    id: str
    status: str


class ExportFile(Struct, frozen=True):
    name: str
    url: str


class Export(Struct, frozen=True):
    """The books of some days, once they are written."""

    id: str
    status: str
    files: list[ExportFile] = []
    reason: str | None = None
