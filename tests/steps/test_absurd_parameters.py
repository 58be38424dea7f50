"""Absurd parameters, ids and headers on every route of the API: a clear no, and nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from local import openapi
from local.paths import ROOT
from oms.orders.hold_reasons import REASONS, RELEASERS
from oms_aws.api.examples import REQUESTS
from oms_aws.platform import keys, wiring
from oms_aws.platform.clients import SCOPES
from oms_aws.platform.http import Routed
from tests.answers import fits
from tests.world.blueprint import ACCOUNT, REGION
from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.reading import every_item
from tests.world.stripe import ENDPOINT_SECRET
from tests.world.world import Answered, World

LONG = "a" * 3_000
ABSURD = {
    "limit": ("²", "9" * 5_000, "+1", "1_0", " 1", "-1", "0", "101", "1e1", "", "１０"),
    "cursor": ("²", "=", "%", "a" * 3_000, "AAAA", "gICA"),
    "after": ("²", "-1", "9" * 5_000, "1_0", ""),
    "version": ("²", "-1", "9" * 5_000, "1_0", ""),
    "owner": ("nobody", "team", "Clerk", "²", ""),
    "reason": ("luck", "payment_failed", "²", ""),
    "overdue": ("yes", "TRUE", "1", ""),
    "currency": ("eur", "€", "EUROS", ""),
    "due_before": ("0001-01-01", "9999-12-31", "2026-02-30", "20261130", "²", "2026-W48-1"),
    "state": ("closed", "²"),
    "key_state": ("open", "²"),
    "by": ("shop", "²"),
    "format": ("docx", "²"),
    "status": ("shipping", "²"),
    "shop": (LONG, "²", " ", "a "),
    "customer": (LONG, "²", "a "),
    "external_number": (LONG, "²", "", "１２", " 1", "1 "),
    "location": (LONG, "²", ""),
    "sku": (LONG, "²", ""),
    "email": (LONG, "²", "", "erika", "a@b", f"{'a' * 250}@b.de", " a@b.de"),
    "placed_from": ("0001-01-01", "2026-02-30", "20261130", "²", "2026-11-30T10:15:00", "now"),
    "placed_to": ("9999-12-31", "2026-11-30T25:15:00Z", "2026-11-30 10:15:00Z", "2200-01-01"),
}
"""Values that no parameter of this name takes, whatever the route."""

ROUTES = {key: route for _, routes in openapi.served() for key, route in routes.items()}
OURS = [route for route in ROUTES.values() if " /v1/" in route.key]
PARTS = [(route, name) for route in OURS for name in re.findall(r"{(\w+)}", route.key)]
QUERIES = [(route, name) for route in OURS for name in route.query]


@pytest.fixture(scope="module")
def merchant() -> Iterator[Merchant]:
    with opened() as world:
        made = Merchant(world)
        world.settle()
        yield made


def refused(merchant: Merchant, route: Routed, *, part: str = "", **more: Any) -> Answered:
    """The answer to the route's example with something absurd in it: a no that changed nothing."""
    world = merchant.world
    before = everything(world)
    path = dict.fromkeys(re.findall(r"{(\w+)}", route.key), "X-1")
    if part:
        path[part] = more.pop("value")
    body = REQUESTS[route.key] if route.takes else None
    given: dict[str, Any] = {**more, **path}
    answer = world.call(route.key, key_for(merchant, route), body, **given)
    fits(route.key, answer.status, answer.body)
    assert 400 <= answer.status < 500, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert everything(world) == before
    return answer


def everything(world: World) -> list[Any]:
    table = dynamodb_backends[ACCOUNT][REGION].tables[world.blueprint.table_name]
    return [item for item in every_item(table) if item["sk"] != keys.key_use("").sk]


def key_for(merchant: Merchant, route: Routed) -> str:
    """A key that opens the route, or none when it asks for none."""
    held = {"shop": merchant.shop, "wms": merchant.wms, "accountant": merchant.accountant}
    held |= {"admin": merchant.admin}
    for role, key in {"clerk": merchant.clerk, **held}.items():
        if route.scope in SCOPES[role].split():
            return key
    assert not route.scope
    return ""


@pytest.mark.parametrize("route", OURS, ids=lambda route: route.key)
def test_unknown_parameter_is_refused(merchant: Merchant, route: Routed) -> None:
    answer = refused(merchant, route, query={"mail": "erika@example.com", "\u202e": "1"})
    assert answer.status == 422
    assert answer.body["errors"][0]["field"] == "mail"


@pytest.mark.parametrize(("route", "name"), QUERIES, ids=lambda each: getattr(each, "key", each))
def test_absurd_value_of_a_parameter_is_refused(
    merchant: Merchant, route: Routed, name: str
) -> None:
    for value in (*ABSURD.get(name, ()), LONG, "\x00", "\u202e"):
        answer = refused(merchant, route, query={name: value})
        assert answer.status in (404, 422), (value[:20], answer)


@pytest.mark.parametrize(("route", "name"), PARTS, ids=lambda each: getattr(each, "key", each))
def test_absurd_part_of_a_path_names_nothing(merchant: Merchant, route: Routed, name: str) -> None:
    for value in (LONG, "\x00", "\u202e", "²" * 200):
        refused(merchant, route, part=name, value=value)


@pytest.mark.parametrize("route", [r for r in OURS if "If-Match" in r.headers], ids=lambda r: r.key)
def test_absurd_version_is_none_of_ours(merchant: Merchant, route: Routed) -> None:
    for version in ('"²"', '"-1"', "9" * 5_000, '"1_0"', "", '"'):
        refused(merchant, route, headers={"If-Match": version})


def test_absurd_idempotency_key_is_refused(merchant: Merchant) -> None:
    route = ROUTES["POST /v1/orders"]
    for key in ("", "²", "k" * 256, "\x00"):
        assert refused(merchant, route, headers={"Idempotency-Key": key}).status == 422


def test_absurd_signature_of_a_carrier_proves_nothing(merchant: Merchant) -> None:
    route = "POST /v1/carriers/{carrier}/webhook"
    for given in ("", "²", "sha256=²", "sha256=", "t=²", "x" * 5_000, "sha256=" + "\u202e" * 64):
        answer = refused(
            merchant, ROUTES[route], headers={"X-Signature": given}, part="carrier", value="dhl"
        )
        assert answer.status == 401


def test_every_reason_to_hold_an_order_can_be_asked_for(merchant: Merchant) -> None:
    page = (ROOT / "docs/holds.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    written = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert set(REASONS) <= written
    for source in (ROOT / "layers/domain/python/oms").glob("*.py"):
        for call in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            assert held_for(call) in {None, *REASONS}, source
    for name, values in (("reason", REASONS), ("owner", RELEASERS)):
        for value in values:
            query = {name: value}
            assert merchant.do("GET /v1/holds", merchant.clerk, query=query)["items"] == []


def held_for(node: ast.AST) -> str | None:
    """The reason that a finding is made with which holds the order, if it is written out there."""
    if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Finding":
        return None
    words = [each.value for each in node.args if isinstance(each, ast.Constant)]
    return str(words[2]) if len(words) > 2 and words[1] == "hold" else None


def test_absurd_time_of_a_signature_proves_nothing(merchant: Merchant) -> None:
    route = "POST /v1/providers/stripe/webhook"
    name = "/auftakt/stripe/webhook-secret"
    wiring.client("ssm").put_parameter(Name=name, Value=ENDPOINT_SECRET, Type="SecureString")
    for time in ("²", "9" * 5_000, "-1", "1_0", "", "１"):
        headers = {"Stripe-Signature": f"t={time},v1=00"}
        assert merchant.world.call(route, "", REQUESTS[route], headers=headers).status == 401
