"""Number ranges in DynamoDB: a number and its document are written together, so there is no gap."""

from __future__ import annotations

from typing import NamedTuple

from oms.numbering import Range
from oms_aws import keys
from oms_aws.table import Action, Table


class Number(NamedTuple):
    """The next number of a range, not yet taken, and how it is printed."""

    range: str
    value: int
    text: str


class DynamoNumbers:
    """The number ranges of all shops and years."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def next(self, range: Range) -> Number:
        """The number that the next document of the range gets, unless another is faster."""
        item = self._table.get(keys.number_range(range.name))
        value = (item["last"] if item else 0) + 1
        return Number(range.name, value, range.text(value))

    def take(self, number: Number, document_id: str) -> list[Action]:
        """The actions that take the number for a document; they fail when it is taken already."""
        counter = keys.number_range(number.range)
        last = {"kind": "range", "last": number.value, "range": number.range}
        moved = (
            self._table.put(counter, last, unless_exists=True)
            if number.value == 1
            else self._table.put_if(counter, last, last=number.value - 1)
        )
        entry = {"kind": "number", "range": number.range, "number": number.value}
        entry["text"] = number.text
        return [
            moved,
            self._table.put(
                keys.numbered(number.range, number.value),
                {**entry, "document": document_id},
                unless_exists=True,
            ),
        ]
