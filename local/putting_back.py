"""Puts a restored table's items back into the table of the stack, which keeps name and stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

Item = dict[str, Any]
"""An item as DynamoDB sends it."""

KEY = ("pk", "sk")
SEGMENTS = 16


class Changes(NamedTuple):
    """What makes a table what it was: items to be written, and keys to be deleted."""

    puts: list[Item]
    deletes: list[Item]


def differing(client: Any, table: str, then: str) -> Iterator[Changes]:
    """How a table differs from what it was then, part by part, so that memory is bounded.

    Items are compared by the hash of their partition key, one part of all keys at a time.
    """
    for part in range(SEGMENTS):
        now = {_place(item): item for item in _items(client, table, part)}
        was = {_place(item): item for item in _items(client, then, part)}
        puts = [item for place, item in was.items() if now.get(place) != item]
        gone = [item for place, item in now.items() if place not in was]
        yield Changes(puts, [{name: item[name] for name in KEY} for item in gone])


def put_back(client: Any, table: str, changes: Changes) -> None:
    """Write and delete; again changes nothing."""
    for item in changes.puts:
        client.put_item(TableName=table, Item=item)
    for key in changes.deletes:
        client.delete_item(TableName=table, Key=key)


def _place(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _items(client: Any, table: str, part: int) -> Iterator[Item]:
    """A part of a table's items: those whose partition keys belong to it."""
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            if sum(item["pk"]["S"].encode()) % SEGMENTS == part:
                yield item
