"""The client of the API: what it tries again, what it raises, how it reads lists."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable

import httpx
import pytest

from local.player import wire
from local.player.client import Desk
from local.player.crowd import each
from local.player.wire import Problem

Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "PAUSE", 0)


def asked(
    answer: Answer, ask: Callable[[Desk], Awaitable[object]], key: str | None = "k"
) -> object:
    async def call() -> object:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(base_url="http://api/v1/", transport=transport) as http:
            return await ask(Desk(http, key))

    return asyncio.run(call())


def test_busy_answers_and_lost_connections_are_tried_again() -> None:
    answers: list[httpx.Response | httpx.ConnectError] = [
        httpx.Response(503),
        httpx.ConnectError("gone"),
        httpx.Response(429),
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Authorization"] == "Bearer k"
        if not answers:
            return httpx.Response(200, json={"sku": "RUCK 45/2", "promisable": 3})
        first = answers.pop(0)
        if isinstance(first, httpx.ConnectError):
            raise first
        return first

    found = asked(answer, lambda desk: desk.stock("RUCK 45/2"))
    assert getattr(found, "promisable", None) == 3


def test_server_error_is_a_problem_at_once() -> None:
    tries = []

    def answer(request: httpx.Request) -> httpx.Response:
        tries.append(request)
        return httpx.Response(500, json={"message": "Internal Server Error"})

    with pytest.raises(Problem, match="Internal Server Error"):
        asked(answer, lambda desk: desk.order("ord_1"))
    assert len(tries) == 1


def test_problem_names_the_fields() -> None:
    body = {
        "type": "about:blank",
        "title": "request_invalid",
        "status": 422,
        "detail": "no",
        "errors": [{"field": "lines.0.quantity", "reason": "too small"}],
    }
    with pytest.raises(Problem, match=r"422 request_invalid: no \(lines.0.quantity: too small\)"):
        asked(lambda _: httpx.Response(422, json=body), lambda desk: desk.place_order({}, "key"))


def test_unknown_stock_is_none() -> None:
    assert asked(lambda _: httpx.Response(404, json={}), lambda desk: desk.stock("x")) is None


def test_lists_are_read_to_their_end() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        second = request.url.params.get("cursor") == "c/+="
        order = {"id": "ord_2" if second else "ord_1", "external_number": "1", "status": "held"}
        return httpx.Response(200, json={"items": [order], "cursor": None if second else "c/+="})

    async def ids(desk: Desk) -> list[str]:
        return [order.id async for order in desk.orders(status="held")]

    assert asked(answer, ids) == ["ord_1", "ord_2"]


def test_scan_is_signed_and_carries_no_key() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        expected = hmac.new(b"secret", request.content, hashlib.sha256).hexdigest()
        assert request.headers["X-Signature"] == f"sha256={expected}"
        assert "Authorization" not in request.headers
        assert json.loads(request.content) == {"status": "delivered"}
        return httpx.Response(202, json={})

    asked(answer, lambda desk: desk.scan("dhl", "secret", {"status": "delivered"}), key=None)


def test_crowd_is_bounded_and_its_first_error_is_raised() -> None:
    busy, most = 0, 0

    async def act(number: int) -> int:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0)
        busy -= 1
        if number == 99:
            raise Problem(409, "no", "no")
        return number

    assert sorted(asyncio.run(each(range(20), act, width=3))) == list(range(20))
    assert most <= 3
    with pytest.raises(Problem):
        asyncio.run(each([1, 99, 2], act))
