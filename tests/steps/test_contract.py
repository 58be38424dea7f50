"""The API does what its description says, whatever schemathesis makes of that, with every role."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from requests import Request
from schemathesis.checks import not_a_server_error
from schemathesis.core import NOT_SET
from schemathesis.core.transport import Response
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from local import openapi
from oms_aws.platform import wiring
from oms_aws.platform.clients import SCOPES
from oms_aws.platform.http import Routed
from tests.answers import DOCUMENT, fits
from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.stripe import ENDPOINT_SECRET
from tests.world.world import Answered

VALID, BROKEN = 2, 1
"""How many requests fit the description of a route with a body, and how many do not."""

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROUTES = {key: route for _, routes in openapi.served() for key, route in routes.items()}
QUIET = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[*HealthCheck],
)
"""The same requests in each run, each of them once."""


@dataclass
class Known:
    """A merchant with some orders, and a key for each role."""

    merchant: Merchant
    keys: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    def roles(self, scope: str) -> list[str]:
        """The roles that a request is sent with: those that have the scope first."""
        return sorted(self.keys, key=lambda role: scope not in SCOPES[role].split())


@pytest.fixture(scope="module")
def known() -> Iterator[Known]:
    with opened() as world:
        name = "/auftakt/stripe/webhook-secret"
        wiring.client("ssm").put_parameter(Name=name, Value=ENDPOINT_SECRET, Type="SecureString")
        merchant = Merchant(world)
        merchant.count("A", RUCK_45=9, ZELT_2=3)
        merchant.business()
        merchant.expect("PO-1", RUCK_45=(5, "2026-12-01"))
        merchant.whole_life(merchant.place(merchant.request(RUCK_45=1)))
        order = merchant.place(merchant.request(RUCK_45=1, SOCKE_42=1))
        world.settle()
        seen = merchant.order(order)
        keys = {
            role: world.add_client(f"contract-{role}", role, "berg-beutel" * (role == "shop"))
            for role in SCOPES
            if role != "approver"
        }
        named = {
            "order": order,
            "fulfilment": seen["fulfilments"][0]["id"],
            "shop": "berg-beutel",
            "sku": "RUCK-45",
            "warehouse": "A",
            "carrier": "dhl",
            "customer": "C-9",
            "purchase": "PO-1",
            "which": "block",
            "name": "fraud",
        }
        yield Known(merchant, keys, named)


@pytest.fixture(scope="module")
def described() -> Any:
    return schemathesis.openapi.from_dict(json.loads(DOCUMENT.read_text(encoding="utf-8")))


@pytest.mark.parametrize("route", ROUTES.values(), ids=lambda route: route.key)
def test_answers_are_those_that_the_description_promises(
    known: Known, described: Any, route: Routed
) -> None:
    known.sent = [*ROUTES].index(route.key)
    method, path = route.key.split(" ")
    operation = described[path][method]
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)

    @settings(QUIET, max_examples=VALID if route.takes else 1)
    @given(fitting)
    def send_fitting(case: Any) -> None:
        checked(known, route, case)

    send_fitting()
    if route.takes is None:
        return
    broken = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    @settings(QUIET, max_examples=BROKEN)
    @given(broken)
    def send_broken(case: Any) -> None:
        checked(known, route, case)

    send_broken()


def checked(known: Known, route: Routed, case: Any) -> None:
    """Send a request with a key that may, or in turn with another role's; judge the answer."""
    known.sent += 1
    roles = known.roles(route.scope)
    role = roles[0] if known.sent % 4 else roles[known.sent // 4 % len(roles)]
    answer = sent(known, route, case, known.keys[role])
    fits(route.key, answer.status, answer.body)
    case.validate_response(response(route, answer), checks=CHECKS)


def sent(known: Known, route: Routed, case: Any, key: str) -> Answered:
    """The answer to a generated request; it names what there is in two of three cases."""
    path = {name: str(value) for name, value in (case.path_parameters or {}).items()}
    if known.sent % 3:
        path |= {name: known.named[name] for name in path if name in known.named}
    body = None if case.body is NOT_SET else json.dumps(case.body)
    return known.merchant.world.call(
        route.key,
        key if route.scope else "",
        body,
        headers={name: str(value) for name, value in (case.headers or {}).items()},
        query={name: text(value) for name, value in (case.query or {}).items()},
        **path,
    )


def text(value: Any) -> str:
    """A parameter as it stands in an address."""
    return value if isinstance(value, str) else json.dumps(value)


def response(route: Routed, answer: Answered) -> Response:
    """The answer as schemathesis judges it."""
    body = answer.body
    content = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    method, path = route.key.split(" ")
    address = "http://auftakt.example" + re.sub(r"{\w+}", "x", path)
    return Response(
        status_code=answer.status,
        headers={name.lower(): [value] for name, value in answer.headers.items()},
        content=content.encode(),
        request=Request(method, address).prepare(),
        elapsed=0.0,
        verify=False,
    )
