"""Formats on record: an example of every state and event, in each format that ever was."""

from __future__ import annotations

import json
import types
import typing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import Struct

from oms.billing.bill import BILL_FORMATS
from oms.core.formats import Formats
from oms.orders.order import ORDER_FORMATS
from oms.records.export import EXPORT_FORMATS
from oms.returns.rma import RETURN_FORMATS
from oms.returns.withdrawal import WITHDRAWAL_FORMATS
from oms.sourcing.purchase import PURCHASE_FORMATS
from oms_aws.api.announcements import event_types

RECORDED = Path(__file__).parents[1] / "recorded" / "formats.json"
STATES: dict[str, Formats[Any]] = {
    "bill": BILL_FORMATS,
    "export": EXPORT_FORMATS,
    "order": ORDER_FORMATS,
    "purchase": PURCHASE_FORMATS,
    "withdrawal": WITHDRAWAL_FORMATS,
    "return": RETURN_FORMATS,
}
PLAIN: dict[Any, Any] = {
    str: "text",
    int: 7,
    bool: True,
    Decimal: Decimal("1.50"),
    date: date(2026, 11, 30),
    datetime: datetime(2026, 11, 30, 12, 30, tzinfo=UTC),
    Any: "anything",
    type(None): None,
}
UNSTORED = "events"
"""The field of a state that is empty whenever it is stored."""

Recorded = dict[str, dict[str, Any]]
"""JSON by the name of a state or the type of an event, and by the number of its format."""


def example(of: Any) -> Any:
    """A value of a type in which every field says something."""
    origin, args = get_origin(of), get_args(of)
    if of in PLAIN:
        return PLAIN[of]
    if origin is typing.Annotated:
        return example(args[0])
    if origin is Literal:
        return args[-1]
    if origin in (typing.Union, types.UnionType):
        return example(next(each for each in args if each is not type(None)))
    if origin in (tuple, list):
        return origin([example(args[0])])
    if origin is dict:
        return {example(args[0]): example(args[1])}
    if isinstance(of, type) and issubclass(of, Struct):
        hints = typing.get_type_hints(of, include_extras=True)
        fields = [name for name in of.__struct_fields__ if name != UNSTORED]
        return of(**{name: example(hints[name]) for name in fields})
    raise AssertionError(f"no example of {of}")


def today() -> Recorded:
    """Examples of every state and event as this code writes them down."""
    states = {name: {str(f.newest): _plain(example(f.type))} for name, f in STATES.items()}
    events = {name: {str(e.newest()): _plain(example(e))} for name, e in event_types().items()}
    return states | events


def recorded() -> Recorded:
    """Examples that are on record."""
    found: Recorded = json.loads(RECORDED.read_text())
    return found


def record() -> None:
    """Put what is new on record; what is there stays as it was written."""
    known = recorded() if RECORDED.exists() else {}
    for name, formats in today().items():
        known[name] = formats | known.get(name, {})
    RECORDED.write_text(json.dumps(known, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


if __name__ == "__main__":
    record()
