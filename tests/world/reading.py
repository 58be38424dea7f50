"""Reads of moto's tables that cost what they show, not a comparison of every item in the table."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.dynamodb.models.table import Table

from oms_aws.table import unmarshal


@contextmanager
def quick_reads() -> Iterator[None]:
    """moto sorts the whole table for each query, by objects that compare slowly; keys are text."""
    before = Table.all_items
    Table.all_items = _sorted  # type: ignore[method-assign]
    try:
        yield
    finally:
        Table.all_items = before  # type: ignore[method-assign]


def _sorted(self: Table) -> list[Any]:
    found = (item for by_range in self.items.values() for item in by_range.values())
    return sorted(found, key=lambda item: (item.hash_key.value, item.range_key.value))


def every_item(table: Table) -> Iterator[dict[str, Any]]:
    """All items as a scan would show them, without the wire."""
    for item in table.all_items():
        yield unmarshal({name: _wired(value) for name, value in item.attrs.items()})


def _wired(value: Any) -> dict[str, Any]:
    """A value of moto as a client gets it."""
    match value.type:
        case "M":
            return {"M": {name: _wired(each) for name, each in value.value.items()}}
        case "L":
            return {"L": [_wired(each) for each in value.value]}
        case "B":  # text as it came over the wire, bytes once moto has read it
            raw = value.value
            return {"B": raw if isinstance(raw, bytes) else base64.b64decode(raw)}
    return {value.type: value.value}
