"""The API serves its own description, to programs and to people, under a strict policy."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pytest

from oms_aws.platform.unrouted import methods_of
from tests.world.world import World


def test_program_gets_the_openapi_document(world: World) -> None:
    answer = world.call("GET /openapi.json", "")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.body["openapi"].startswith("3.1")


@pytest.mark.parametrize("route", ["GET /", "GET /docs"])
def test_person_gets_a_page_of_which_only_the_style_is_allowed(world: World, route: str) -> None:
    answer = world.call(route, "")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    style = answer.body.split("<style>")[1].split("</style>")[0]
    known = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{known}'; ")
    assert "unsafe" not in policy


def test_the_first_page_leads_to_what_there_is_and_loads_nothing(world: World) -> None:
    page = world.call("GET /", "").body
    links = re.findall(r'<a href="([^"]*)"', page)
    assert links == ["/docs", "/openapi.json", "/v1/health"]
    assert all(world.call(f"GET {link}", "").status == 200 for link in links)
    assert not re.findall(r"(?:src|srcset|@import|url\()", page)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def stray(world: World, method: str, path: str) -> dict[str, Any]:
    """What the API answers to a request of no route."""
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "headers": {},
        "requestContext": {"requestId": "req-1", "http": {"method": method, "path": path}},
    }
    answer: dict[str, Any] = world.invoke("records/show_docs", event)
    return answer


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/.env"),
        ("POST", "/v2/orders"),
        ("GET", "/v1/orders/"),
        ("GET", "/v1/orders/ord_1/nothing"),
        ("GET", "//"),
        ("GET", ""),
        ("BREW", "/wp-login.php"),
    ],
)
def test_what_there_is_not_is_a_problem_document(world: World, method: str, path: str) -> None:
    answer = stray(world, method, path)
    problem = json.loads(answer["body"])
    assert answer["statusCode"] == problem["status"] == 404
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert problem["type"] == "urn:auftakt:problem:route_unknown"
    assert not path.strip("/") or path not in answer["body"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/v1/orders", "GET, POST"),
        ("PATCH", "/v1/orders/ord_1", "GET"),
        ("HEAD", "/v1/health", "GET"),
        ("POST", "/", "GET"),
        ("OPTIONS", "/a/token", "GET, POST"),
    ],
)
def test_a_path_with_another_method_says_which_it_takes(
    world: World, method: str, path: str, allowed: str
) -> None:
    answer = stray(world, method, path)
    problem = json.loads(answer["body"])
    assert answer["statusCode"] == problem["status"] == 405
    assert problem["type"] == "urn:auftakt:problem:method_not_allowed"
    assert answer["headers"]["Allow"] == allowed


def test_strangers_touch_no_data(world: World) -> None:
    world.traced.clear()
    stray(world, "GET", "/.git/config")
    assert world.traced["records/show_docs"] == []


def test_a_path_is_one_path_and_no_pattern() -> None:
    assert methods_of("/v1/orders/a/b/c/d/e") == []
    assert methods_of("/v1xorders") == []
    assert methods_of("/v1/products/a%2Fb") == methods_of("/v1/products/a")
