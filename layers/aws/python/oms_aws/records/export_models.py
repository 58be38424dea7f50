"""Exports: what an accountant asks for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oms_aws.platform.models import Model
from oms_aws.platform.moments import Day


class AskExport(Model):
    """The vouchers of a shop that were issued in these days (inclusive)."""

    kind: Literal["datev", "z3"]
    # In JSON it is `from`, which is no name in Python.
    since: Annotated[Day, Field(alias="from")]
    until: Annotated[Day, Field(alias="to")]
