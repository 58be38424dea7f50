"""Batches at the HTTP edge: each row is taken or refused by itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Row = TypeVar("Row", bound=BaseModel)


def parsed_rows(
    given: list[Any], model: type[Row], now: datetime
) -> tuple[list[tuple[int, Row]], list[dict[str, Any]]]:
    """The rows that fit the model, by index from 0, and the answer for those that do not."""
    rows: list[tuple[int, Row]] = []
    broken: list[dict[str, Any]] = []
    for number, row in enumerate(given):
        try:
            rows.append((number, model.model_validate(row, context={"now": now})))
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            why = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'row'}: {e['msg']}" for e in found)
            named = row.get("sku") or row.get("id") if isinstance(row, dict) else None
            broken.append(refused(number, named if isinstance(named, str) else None, why))
    return rows, broken


def refused(number: int, sku: str | None, reason: str) -> dict[str, Any]:
    """The answer for a refused row."""
    return {"row": number, "sku": sku, "reason": reason[:500]}


def not_counted(sku: str, later: datetime) -> dict[str, Any]:
    """Reason that pieces of a SKU were not counted."""
    said = later.isoformat(timespec="seconds")
    return {"sku": sku, "reason": f"was counted later, at {said}", "counted_at": later}
