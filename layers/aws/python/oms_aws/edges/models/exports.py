"""Exports: what an accountant asks for."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from oms_aws.edges.models import Model


class AskExport(Model):
    """The vouchers of a shop that were issued in these days (inclusive)."""

    kind: Literal["datev", "z3"]
    # In JSON it is `from`, which is no name in Python.
    since: Annotated[date, Field(alias="from")]
    until: Annotated[date, Field(alias="to")]
