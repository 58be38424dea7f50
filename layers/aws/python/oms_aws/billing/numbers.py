"""Number ranges in DynamoDB: a number and its document are written together, so there is no gap."""

from __future__ import annotations

from typing import NamedTuple

from oms_aws.platform import keys
from oms_aws.platform.table import Action, Table


class Number(NamedTuple):
    """A number of a range, and how it is printed."""

    range: str
    value: int
    text: str


class DynamoNumbers:
    """The number ranges of all shops and years."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def last(self, range: str) -> int:
        """The last number of the range that a document has; 0 before the first one."""
        item = self._table.get(keys.number_range(range))
        return item["last"] if item else 0

    def moved(self, range: str, seen: int, last: int) -> Action:
        """The action that moves a range on to a number; it fails when others moved it meanwhile."""
        counter = keys.number_range(range)
        attributes = {"kind": "range", "last": last, "range": range}
        if not seen:
            return self._table.put(counter, attributes, unless_exists=True)
        return self._table.put_if(counter, attributes, last=seen)

    def entry(self, number: Number, document_id: str) -> Action:
        """The action that gives a number to a document; it fails when another one has it."""
        attributes = {
            "kind": "number",
            "range": number.range,
            "number": number.value,
            "text": number.text,
            "document": document_id,
        }
        key = keys.numbered(number.range, number.value)
        return self._table.put(key, attributes, unless_exists=True)

    def unused(self, range: str, value: int, reason: str, text: str = "") -> Action:
        """The action that explains why a number is on no document."""
        attributes = {
            "kind": "number",
            "range": range,
            "number": value,
            "text": text or None,
            "document": "",
            "unused": reason,
        }
        return self._table.put(keys.numbered(range, value), attributes, unless_exists=True)
