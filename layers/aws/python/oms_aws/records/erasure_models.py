"""Requests to erase a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from oms_aws.platform.models import Model


class ErasureIn(Model):
    """Nothing to look at what would be erased; what that answered as `confirm` to have it done."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"confirm": "5d41402abc4b2a76"}]})

    confirm: Annotated[str, StringConstraints(max_length=64)] = ""
