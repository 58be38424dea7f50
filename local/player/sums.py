"""What a file of transactions comes to, added up straight from its cells."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from local.player.retail import COLUMNS, records

QUANTITY, PRICE = COLUMNS.index("Quantity"), COLUMNS.index("UnitPrice")
MOST = Decimal(10) ** 15
"""No row is worth more: what says so is no amount."""


def worth(cells: Sequence[str]) -> Decimal:
    """Quantity times unit price of a row as it stands there; nothing where one is no number."""
    if not cells:
        return Decimal(0)
    try:
        value = Decimal(cells[QUANTITY].strip()) * Decimal(cells[PRICE].strip())
    except ArithmeticError:
        return Decimal(0)
    return value if value.is_finite() and abs(value) < MOST else Decimal(0)


def sum_of(files: Sequence[Path], limit: int | None = None) -> Decimal:
    """The sum of all rows, of the first `limit` documents when given.

    Cancelling rows have negative quantities.
    """
    known: set[str] = set()
    total = Decimal(0)
    for file in files:
        for cells in records(file):
            number = cells[0].strip() if cells else ""
            if number and number not in known:
                if limit is not None and len(known) >= limit:
                    continue
                known.add(number)
            total += worth(cells)
    return total
