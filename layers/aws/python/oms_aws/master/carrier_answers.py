"""Answers about carriers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from oms_aws.platform.answers import Told, Url
from oms_aws.platform.models import Model


class CarrierRecord(Model):
    """A carrier; its secret is never shown."""

    id: Annotated[str, Field(examples=["dhl"])]
    tracking_url: Annotated[
        Url, Field(examples=["https://www.dhl.de/…?piececode={tracking_number}"])
    ]


ANSWERS: dict[str, Told] = {
    "PUT /v1/carriers/{carrier}": Told(CarrierRecord),
}
