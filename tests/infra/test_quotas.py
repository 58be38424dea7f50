"""Quotas that are too low are named before a deployment, each with the request that raises it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from local import quotas, stack, synth

PLENTY = {
    "StartExecution throttle token bucket size": ("states", 800),
    "StartExecution throttle token refill rate per second": ("states", 150),
    "StateTransition throttle token refill rate per second": ("states", 500),
    "Throttle rate": ("apigateway", 10_000),
    "Routes per HTTP API": ("apigateway", 300),
}
CODES = {name: f"L-{n}" for n, name in enumerate(PLENTY)}


class Quotas:
    """Service Quotas of an account that has some values of its own."""

    def __init__(self, own: dict[str, int]) -> None:
        self._own = own

    def get_paginator(self, operation: str) -> Any:
        def paginate(ServiceCode: str) -> Any:  # noqa: N803
            own = operation == "list_service_quotas"
            for name, (service, default) in PLENTY.items():
                if service == ServiceCode and (not own or name in self._own):
                    value = self._own[name] if own else default
                    yield {"Quotas": [_said(name, value)]}

        return SimpleNamespace(paginate=paginate)


def _said(name: str, value: int) -> dict[str, Any]:
    return {"QuotaName": name, "QuotaCode": CODES[name], "Value": float(value), "Adjustable": True}


def told(**own: int) -> list[str]:
    named = {next(n for n in PLENTY if word in n.lower()): v for word, v in own.items()}
    client = Quotas(named)
    cloud: Any = SimpleNamespace(client=lambda name: client, region="eu-central-1")
    return [*quotas.below(cloud, stack.templates(synth.outline()))]


def test_the_defaults_are_enough() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("word", "value", "why"),
    [
        ("refill", 5, "each order starts one execution"),
        ("statetransition", 100, "an order enters 11 states"),
        ("rate", 5, "each order starts one execution"),
        ("routes", 50, "routes, and a deployment fails"),
    ],
)
def test_what_is_below_is_named_with_its_remedy(word: str, value: int, why: str) -> None:
    (said,) = told(**{word: value})
    assert why in said
    assert f"is {value}, below" in said
    assert "request-service-quota-increase --service-code " in said
    assert "--region eu-central-1" in said
    assert any(f"--quota-code {code} " in said for code in CODES.values())


def test_the_api_would_be_throttled_by_its_account() -> None:
    client = Quotas({"Throttle rate": 100})
    cloud: Any = SimpleNamespace(client=lambda name: client, region="eu-central-1")
    (said,) = quotas.below(cloud, stack.templates(synth.outline()))
    assert "Throttle rate is 100, below 500" in said
    assert f"--service-code apigateway --quota-code {CODES['Throttle rate']} " in said
