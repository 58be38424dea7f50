"""Requests of a clerk to have events emitted again."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from oms_aws.platform.models import Model

MOST = 200
Sequence = Annotated[int, Field(strict=True, ge=1, le=99_999_999)]


class Emission(Model):
    """Events of an aggregate from `first` to `last`; without `last` it is one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"aggregate": "order/ord_01", "first": 3, "last": 5}]}
    )

    aggregate: Annotated[
        str,
        StringConstraints(pattern=r"^(order|bill|stock|purchase|export|webhook)/[!-~]{1,200}$"),
    ]
    first: Sequence
    last: Sequence | None = None
