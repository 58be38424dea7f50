"""Requests about stock: counts, files of counts, buffers, and questions for it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from oms_aws.platform.models import MOST_ROWS, Count, Country, Id, Model, Quantity
from oms_aws.platform.moments import Counted


class StockRow(Model):
    """One counted SKU; `safety` is what is never promised of it from now on.

    Without `safety` that stays as it is; `default` is what the warehouse keeps of every SKU.
    """

    sku: Id
    on_hand: Count
    safety: Count | Literal["default"] | None = None


class StockBatch(Model):
    """Stock on a location's shelves, counted at a time; broken rows are refused one by one."""

    location: Id
    as_of: Counted
    rows: Annotated[list[Any], Field(min_length=1, max_length=MOST_ROWS)]


class OfferUpload(Model):
    """A count that comes as a file: CSV with a row of column names, or a JSON object a line."""

    location: Id
    as_of: Counted
    format: Literal["csv", "jsonl"] = "csv"


class BufferIn(Model):
    """Stock that a shop leaves for other channels: pieces, and percent of what is on the shelf."""

    pieces: Count = 0
    percent: Annotated[int, Field(strict=True, ge=0, le=100)] = 0


class AskedLine(Model):
    """A SKU and how many pieces of it are wanted."""

    sku: Id
    quantity: Quantity = 1


class Destination(Model):
    """Place that it would go to."""

    country: Country = "DE"
    postal_code: Annotated[str, StringConstraints(max_length=20)] | None = None


class AskAvailability(Model):
    """Pieces that a shop wants to promise, to where and how."""

    lines: Annotated[list[AskedLine], Field(min_length=1, max_length=100)]
    destination: Destination = Destination()
    method: Id = "standard"
