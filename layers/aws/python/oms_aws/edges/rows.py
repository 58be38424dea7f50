"""Batches at the HTTP edge: each row is taken or refused by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from oms.refusals import Refusal
from oms_aws.edges.http import Answer

Row = TypeVar("Row", bound=BaseModel)


def parsed_rows(
    given: list[Any], model: type[Row]
) -> tuple[list[tuple[int, Row]], list[dict[str, Any]]]:
    """The rows that fit the model, by index from 0, and the answer for those that do not."""
    rows: list[tuple[int, Row]] = []
    broken: list[dict[str, Any]] = []
    for number, row in enumerate(given):
        try:
            rows.append((number, model.model_validate(row)))
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=False, include_context=False)
            why = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'row'}: {e['msg']}" for e in found)
            named = row.get("sku") or row.get("id") if isinstance(row, dict) else None
            broken.append(refused(number, named if isinstance(named, str) else None, why))
    return rows, broken


def refused(number: int, sku: str | None, reason: str) -> dict[str, Any]:
    """The answer for a refused row."""
    return {"row": number, "sku": sku, "reason": reason[:500]}


def store_rows(given: list[Any], model: type[Row], store: Callable[[Row], Any]) -> Answer:
    """Store each row that fits the model; answers how many, and why the others were refused."""
    rows, broken = parsed_rows(given, model)
    stored = 0
    for number, row in rows:
        try:
            store(row)
        except Refusal as error:
            broken.append(refused(number, None, error.text))
        else:
            stored += 1
    return Answer({"stored": stored, "refused": sorted(broken, key=lambda row: row["row"])})
