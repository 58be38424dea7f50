"""Answers about rows and changes of master data, whatever they are of."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from oms_aws.platform.answers import (
    Cursor,
    RefusedRow,
    Time,
    Version,
)
from oms_aws.platform.models import Model


class StoredRow(Model):
    """Outcome of a row of a batch; `row` counts from 0."""

    row: Annotated[int, Field(ge=0, examples=[0])]
    id: Annotated[
        str | None, Field(description="The SKU or id of the row, if it has one.", examples=["X-1"])
    ]
    outcome: Literal["stored", "unchanged", "refused"]
    version: Annotated[int | None, Field(description="The one that is stored.", examples=[3])]
    reason: Annotated[str, Field(description="Why it was refused.", examples=[""])]


class Stored(Model):
    """Outcome of each row; `refused` holds those of `rows` that were not taken."""

    stored: Annotated[int, Field(description="New, or other than before.", examples=[58])]
    unchanged: Annotated[int, Field(description="As before.", examples=[1])]
    refused: list[RefusedRow]
    rows: list[StoredRow]


class Change(Model):
    """One change of a record: who made it, when, and what it was before and after."""

    version: Annotated[Version, Field(examples=[2])]
    at: Time
    actor: Annotated[str, Field(examples=["clerk:clara"])]
    cause: Annotated[str, Field(examples=["request:JKJaXmPLvHcESHA="])]
    before: Annotated[dict[str, Any] | None, Field(examples=[{"id": "B2B", "version": 1}])]
    after: Annotated[dict[str, Any], Field(examples=[{"id": "B2B", "version": 2}])]


class Changes(Model):
    """A page of changes, newest first."""

    items: list[Change]
    cursor: Cursor


LARGE = "It has more bytes than the table takes (`too_large`)."
