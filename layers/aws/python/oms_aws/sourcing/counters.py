"""The counters of a SKU as items of the table: one, or several when many buy at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from oms.sourcing.stock import Buffer, Item, Reservation
from oms.sourcing.stock_buckets import Change, Mark, Parts, arranged, summed
from oms_aws.platform import keys
from oms_aws.platform.edit import Edit
from oms_aws.platform.table import Action, Table

Attributes = Mapping[str, Any]
SUMS = ("promisable", "soft", "backordered")
SUMS_BY_LOCATION = ("free", "hard")


class View(NamedTuple):
    """A SKU as it was read: the attributes of its main item, then of each bucket."""

    sku: str
    read: tuple[Attributes, ...]

    @property
    def main(self) -> Attributes:
        return self.read[0]

    @property
    def item(self) -> Item:
        return stored_item(self.sku, self.main, self.read[1:])

    @property
    def parts(self) -> Parts:
        return Parts(
            counters=tuple(counters_in(each) for each in self.read),
            writes=tuple(each.get("writes", 0) for each in self.read),
        )

    @property
    def wanted(self) -> int:
        """Number of parts that the merchant wants, 0 when we decide."""
        return int(self.main.get("wanted", 0))

    @property
    def mark(self) -> Mark:
        return Mark(
            at=_time(self.main.get("mark_at")),
            writes=self.main.get("mark_writes", 0),
            arranged_at=_time(self.main.get("arranged_at")),
        )


class Layout(NamedTuple):
    """In how many parts a SKU lies, and how often pieces went from one part to another."""

    parts: int
    shifts: int


def layout(main: Attributes) -> Layout:
    """Layout of a SKU's counters, by its main item."""
    return Layout(main.get("parts", 1), main.get("shifts", 0))


def counters_in(attributes: Attributes) -> dict[str, int]:
    """The counters that are sums over the parts, as they are in one part."""
    return {
        name: value
        for name, value in attributes.items()
        if name in SUMS or name.partition(":")[0] in SUMS_BY_LOCATION
    }


def stored_item(sku: str, main: Attributes, buckets: Iterable[Attributes] = ()) -> Item:
    """A SKU from its main item and its buckets; counters of a location are named `free:A` etc."""
    total = {**main, **summed(counters_in(each) for each in (main, *buckets))}
    places: dict[str, dict[str, Any]] = {}
    for name, value in total.items():
        counter, colon, place = name.partition(":")
        if colon:
            places.setdefault(counter, {})[place] = value
    return Item(
        sku=sku,
        promisable=total.get("promisable", 0),
        soft=total.get("soft", 0),
        backordered=total.get("backordered", 0),
        on_hand=places.get("on_hand", {}),
        safety=places.get("safety", {}),
        hard=places.get("hard", {}),
        free=places.get("free", {}),
        as_of=places.get("as_of", {}),
        own_safety=frozenset(places.get("own_safety", ())),
        buffers={
            shop: Buffer(each["pieces"], each["percent"])
            for shop, each in places.get("buffer", {}).items()
        },
        parts=main.get("parts", 1),
        sequence=main.get("sequence", 0),
        hash=main.get("hash", ""),
    )


def stored_summary(sku: str, main: Attributes) -> Item | None:
    """A SKU from its main item alone; None when that holds no summary of the buckets."""
    if main.get("parts", 1) == 1:
        return stored_item(sku, main)
    return stored_item(sku, {**main, **main["shown"]}) if "shown" in main else None


def stored_reservation(attributes: Attributes) -> Reservation:
    """The reservation in a table item."""
    return Reservation(
        sku=attributes["sku"],
        order_id=attributes["order_id"],
        placed_at=datetime.fromisoformat(attributes["placed_at"]),
        shop=attributes.get("shop", ""),
        soft=attributes["soft"],
        backordered=attributes["backordered"],
        hard=attributes["hard"],
        issued=attributes["issued"],
        filled=attributes.get("filled", False),
        rank=attributes.get("rank", 0),
        promised_on=date.fromisoformat(day) if (day := attributes.get("promised_on")) else None,
        version=attributes["version"],
    )


def edited(view: View, number: int, change: Change) -> Edit:
    """Edit that a change makes to a part; a bucket that is closed takes none."""
    edit = Edit()
    if number:
        edit.see("open", True)
    for counter, least in change.floors.items():
        edit.at_least(counter, least)
    if change.adds:
        edit.set("sku", view.sku)
        edit.set("kind", "stock_part" if number else "stock")
        edit.add("writes", 1)
    for counter, difference in change.adds.items():
        edit.add(counter, difference)
    return edit


def marked(edit: Edit, view: View, now: datetime, number: int | None = None) -> None:
    """Note in the main item how many writes there were, and what its buckets hold in sum.

    `number` is how many parts there are from now on, if that changes.
    """
    parts = view.parts
    number = number or parts.number
    edit.set("mark_at", now.isoformat())
    edit.set("mark_writes", sum(parts.writes[:number]))
    if number > 1:
        edit.set("shown", summed(parts.counters))


def arrangement(table: Table, view: View, number: int, now: datetime) -> list[Action]:
    """The transaction that lays the SKU evenly in so many parts, if nobody else has meanwhile."""
    parts = view.parts
    changes = arranged(parts, number)
    actions = [_main(view, number, changes.pop(0), now).action(table, keys.stock(view.sku))]
    for n in range(1, max(number, parts.number)):
        change = changes.get(n, Change())
        if n >= parts.number:
            edit = _opened(view, change)
        elif n >= number:
            edit = _closed(view, n, change)
        elif change.adds:
            edit = edited(view, n, change)
        else:
            continue
        actions.append(edit.action(table, keys.stock_part(view.sku, n)))
    return actions


def _main(view: View, number: int, change: Change, now: datetime) -> Edit:
    change.adds.setdefault("promisable", 0)
    edit = edited(view, 0, change)
    shifted(edit, view)
    edit.set("parts", number)
    edit.set("arranged_at", now.isoformat())
    marked(edit, view, now, number)
    return edit


def shifted(edit: Edit, view: View) -> None:
    """Tell whoever reads the buckets meanwhile that pieces go from one part to another."""
    edit.see("shifts", view.main.get("shifts"))
    edit.set("shifts", view.main.get("shifts", 0) + 1)


def _opened(view: View, change: Change) -> Edit:
    edit = Edit()
    for name, value in {"sku": view.sku, "kind": "stock_part", "open": True, "writes": 1}.items():
        edit.set(name, value)
    for counter, difference in change.adds.items():
        edit.add(counter, difference)
    return edit


def _closed(view: View, number: int, change: Change) -> Edit:
    """A part that closes must be as it was seen, as all that it counts goes to the main one."""
    change.adds.setdefault("promisable", 0)
    edit = edited(view, number, change)
    edit.see("writes", view.read[number].get("writes"))
    edit.remove("open")
    return edit


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
