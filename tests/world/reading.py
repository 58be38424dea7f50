"""Reads of moto's tables that cost what they show, not a comparison of every item in the table."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from oms_aws.platform.attributes import unmarshal

_serialize_any_map = BaseJSONSerializer._serialize_type_map


@contextmanager
def quick_reads() -> Iterator[None]:
    """moto sorts the whole table for each query, by objects that compare slowly; keys are text."""
    with (
        patch.object(Table, "all_items", _sorted),
        patch.object(BaseJSONSerializer, "_serialize_type_map", _serialize_map),
    ):
        yield


def _sorted(self: Table) -> list[Any]:
    found = (item for by_range in self.items.values() for item in by_range.values())
    return sorted(found, key=lambda item: (item.hash_key.value, item.range_key.value))


def _serialize_map(self: Any, serialized: Any, value: Any, shape: Any, key: str) -> None:
    """An item's attributes as they stand; moto looks for each under all names it might have."""
    if shape.value.name == "AttributeValue":
        said = {name: _typed(each, _in_json) for name, each in value.items()}
        self._default_serialize(serialized, said, shape, key)
    else:
        _serialize_any_map(self, serialized, value, shape, key)


def in_json(item: Item) -> dict[str, Any]:
    """An item as a request says it."""
    return {name: _typed(value, _in_json) for name, value in item.attrs.items()}


def _in_json(binary: Any) -> Any:
    return base64.b64encode(binary).decode() if isinstance(binary, bytes) else binary


def every_item(table: Table) -> Iterator[dict[str, Any]]:
    """All items as a scan would show them, without the wire."""
    for item in table.all_items():
        yield unmarshal(wired(item))


def wired(item: Item) -> dict[str, Any]:
    """An item as a client gets it."""
    return {name: _typed(value, _in_bytes) for name, value in item.attrs.items()}


def _in_bytes(binary: Any) -> Any:
    """Text as it came over the wire, or bytes once moto has read it."""
    return binary if isinstance(binary, bytes) else base64.b64decode(binary)


def _typed(value: Any, written: Callable[[Any], Any]) -> dict[str, Any]:
    """An attribute of moto with its type, and what is in it; binary ones as `written` says."""
    if isinstance(value, DynamoType):
        value = {value.type: value.value}
    ((type, content),) = value.items()
    match type:
        case "M":
            return {type: {name: _typed(each, written) for name, each in content.items()}}
        case "L":
            return {type: [_typed(each, written) for each in content]}
        case "B":
            return {type: written(content)}
    return {type: content}
