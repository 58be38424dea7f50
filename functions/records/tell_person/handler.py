"""A shop or clerk reads all that is known of a person, to hand it to them."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.http import Answer, Call, Http
from oms_aws.records.erasures import person_meant
from oms_aws.records.personal import data_of
from oms_aws.records.wiring import RecordsWiring

step = Http()
handler = step.handler


@step.route(
    "GET /v1/customers/{customer}/data",
    scope="privacy:read",
    query=("shop", "cursor", "limit"),
)
def read_data(call: Call[Any], oms: RecordsWiring) -> Answer:
    """Read all that is known of a customer, or of whoever bought with a mail address."""
    return Answer(data_of(person_meant(call), call, oms))
