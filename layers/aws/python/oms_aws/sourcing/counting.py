"""Counting stock: what a warehouse's count of a SKU changes, as one transaction's actions."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from oms.core.clocks import SKEW
from oms.core.events import GENESIS, DomainEvent, LogEntry
from oms.sourcing.stock import Buffer, Item
from oms.sourcing.stock_buckets import recounted
from oms.sourcing.stock_events import StockBuffered, StockChanged
from oms_aws.platform import keys
from oms_aws.platform.edit import Edit
from oms_aws.platform.log import Place, Saved, entries_of, event_action
from oms_aws.platform.table import Action, Table
from oms_aws.sourcing.counters import View, edited, shifted


class Count(NamedTuple):
    """A warehouse's count of a SKU: pieces on the shelf at a time.

    `safety` is what it never promises of them from now on: None leaves that as it is, `default`
    gives the SKU what the warehouse keeps of every SKU.
    """

    sku: str
    on_hand: int
    safety: int | str | None = None


class Counting(NamedTuple):
    """Count of a warehouse: where and when, what it never promises, and who sent it."""

    location: str
    as_of: datetime
    safety: int
    actor: str
    cause: str


class Tally(NamedTuple):
    """Outcome of counts; `ignored` are the SKUs that were counted later already, and when."""

    changed: int
    unchanged: int
    ignored: dict[str, datetime]


def last_counted(item: Item, location: str, *, now: datetime) -> datetime | None:
    """Time of a location's last count; one that is yet to come stands in nobody's way."""
    taken = item.as_of.get(location)
    at = datetime.fromisoformat(taken) if taken else None
    return None if at is None or at > now + SKEW else at


def judged(item: Item, count: Count, by: Counting, *, now: datetime) -> str:
    """Judgement of a count: `ignored` for its age, `unchanged` or `changed`."""
    taken = last_counted(item, by.location, now=now)
    if taken and by.as_of < taken:
        return "ignored"
    if taken is None and by.location in item.as_of:
        return "changed"
    same = (
        item.on_hand.get(by.location) == count.on_hand
        and item.safety.get(by.location) == _safety(item, count, by)
        and (by.location in item.own_safety) == _owns(item, count, by)
    )
    return "unchanged" if same else "changed"


def counted(
    table: Table, view: View, count: Count, by: Counting, *, event_id: str, at: datetime
) -> list[Action]:
    """The actions that take a count over from what was seen, with its event."""
    event = _changed(view.item, count, by)
    entry = _event(view.item, event, Saved(by.actor, by.cause), event_id, at)
    return [*_edits(table, view, count, by, entry), event_action(table, entry)]


class Keeping(NamedTuple):
    """Buffer of a SKU for the other channels from now on, and who wants it so."""

    shop: str
    buffer: Buffer
    actor: str
    cause: str


def kept_back(
    table: Table, view: View, by: Keeping, *, event_id: str, at: datetime
) -> list[Action]:
    """The actions that set a shop's buffer, with its event."""
    item, wanted = view.item, by.buffer
    before = item.buffers.get(by.shop, Buffer())
    event = StockBuffered(
        sku=view.sku,
        shop=by.shop,
        pieces_before=before.pieces,
        percent_before=before.percent,
        pieces=wanted.pieces,
        percent=wanted.percent,
    )
    entry = _event(item, event, Saved(by.actor, by.cause), event_id, at)
    edit = Edit()
    edit.see("sequence", item.sequence or None)
    for name, value in {"sku": view.sku, "kind": "stock"}.items():
        edit.set(name, value)
    edit.set("sequence", entry.sequence)
    edit.set("hash", entry.hash)
    edit.set(f"buffer:{by.shop}", {"pieces": wanted.pieces, "percent": wanted.percent})
    return [edit.action(table, keys.stock(view.sku)), event_action(table, entry)]


def _event(item: Item, event: DomainEvent, by: Saved, event_id: str, at: datetime) -> LogEntry:
    place = Place(f"stock/{item.sku}", "", item.sequence, item.hash or GENESIS)
    (entry,) = entries_of([event], place, by, at=at, new_id=lambda _: event_id)
    return entry


def _edits(table: Table, view: View, count: Count, by: Counting, entry: LogEntry) -> list[Action]:
    item, place, safety = view.item, by.location, _safety(view.item, count, by)
    shelved = item.on_hand.get(place, 0) - item.safety.get(place, 0)
    gain = count.on_hand - safety - shelved
    changes = recounted({f"free:{place}": gain, "promisable": gain}, view.parts)
    main = edited(view, 0, changes.pop(0))
    shifted(main, view)
    main.see("sequence", item.sequence or None)
    main.see(f"on_hand:{place}", item.on_hand.get(place))
    main.set("sequence", entry.sequence)
    main.set("hash", entry.hash)
    main.set(f"on_hand:{place}", count.on_hand)
    main.set(f"as_of:{place}", by.as_of.isoformat())
    main.set(f"safety:{place}", safety)
    if _owns(item, count, by):
        main.set(f"own_safety:{place}", True)
    elif place in item.own_safety:
        main.remove(f"own_safety:{place}")
    parts = {n: edited(view, n, change) for n, change in changes.items()}
    return [
        edit.action(table, keys.stock_part(view.sku, n)) for n, edit in {0: main, **parts}.items()
    ]


def _owns(item: Item, count: Count, by: Counting) -> bool:
    if count.safety is None:
        return by.location in item.own_safety
    return count.safety != "default"


def _safety(item: Item, count: Count, by: Counting) -> int:
    if not _owns(item, count, by):
        return by.safety
    return count.safety if isinstance(count.safety, int) else item.safety[by.location]


def _changed(item: Item, count: Count, by: Counting) -> StockChanged:
    before, safety = item.safety.get(by.location), _safety(item, count, by)
    kept = (before, safety) if before not in (None, safety) else (None, None)
    return StockChanged(
        sku=count.sku,
        location=by.location,
        before=item.on_hand.get(by.location, 0),
        on_hand=count.on_hand,
        as_of=by.as_of,
        safety_before=kept[0],
        safety=kept[1],
    )
