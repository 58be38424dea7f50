"""Puts a restored table's items back into the table of the stack, which keeps name and stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from oms_aws.records.shelf import Shelf

Item = dict[str, Any]
"""An item as DynamoDB sends it."""

KEY = ("pk", "sk")


class Change(NamedTuple):
    """What makes an item what it was: it is written, or deleted where it was not there."""

    key: Item
    was: Item | None


def changes(client: Any, table: str, then: str) -> Iterator[Change]:
    """How a table differs from what it was then, item by item; each table is scanned once."""
    shelf = Shelf()
    for item in _items(client, then):
        shelf.put("then", _place(item), item)
    for item in _items(client, table):
        was = shelf.get("then", _place(item))
        if was != item:
            yield Change({name: item[name] for name in KEY}, was)
        shelf.put("now", _place(item), {})
    for place in shelf.ids("then"):
        if shelf.get("now", place) is None:
            was = shelf.get("then", place) or {}
            yield Change({name: was[name] for name in KEY}, was)


def put_back(client: Any, table: str, change: Change) -> None:
    """Write or delete an item; again changes nothing."""
    if change.was is None:
        client.delete_item(TableName=table, Key=change.key)
    else:
        client.put_item(TableName=table, Item=change.was)


def _place(item: Item) -> str:
    return f"{item['pk']['S']}\x00{item['sk']['S']}"


def _items(client: Any, table: str) -> Iterator[Item]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        yield from page["Items"]
