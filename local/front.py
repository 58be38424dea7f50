"""The front of the embedded cloud: one port for the API, pages for people and AWS requests."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from local import emulator, pages
from local.bridge import Bridge
from local.snapshot import Snapshots
from oms_aws.links import PURPOSES

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

API = ("/v1/", "/docs", "/openapi.json", *(f"/{path}/" for path, _ in PURPOSES.values()))
LARGEST_BODY = 6_000_000  # what a function can be handed


class Front:
    """The ASGI application."""

    def __init__(self, bridge: Bridge, snapshots: Snapshots) -> None:
        self._bridge = bridge
        self._snapshots = snapshots
        self._changes = 0
        self._requests: Counter[str] = Counter()

    @property
    def changes(self) -> int:
        """Grows whenever something may have changed."""
        return self._changes + self._bridge.calls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await emulator.asgi(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(API):
            await self._api(scope, receive, send)
        elif path.startswith("/_auftakt/"):
            await self._own(path.removeprefix("/_auftakt/"), send)
        elif scope["method"] == "GET" and (page := await self._page(scope)) is not None:
            await answer(send, *page)
        else:
            self._changes += scope["method"] not in ("GET", "HEAD")
            self._requests[_operation(scope)] += 1
            await emulator.asgi(scope, receive, send)

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        api = emulator.http_api()
        if api is None:
            await answer(send, 503, "application/json", '{"message": "nothing is deployed"}')
            return
        body = await _body(receive)
        if body is None:
            await answer(send, 413, "application/json", '{"message": "Request Entity Too Large"}')
            return
        prefix = f"/_aws/execute-api/{api}/$default"
        inner = dict(scope, path=prefix + scope["path"])
        inner["raw_path"] = prefix.encode() + (scope.get("raw_path") or scope["path"].encode())
        self._changes += 1
        await emulator.asgi(inner, _replay(body, receive), send)

    async def _own(self, name: str, send: Send) -> None:
        match name:
            case "health":
                facts: Any = {"api": emulator.http_api(), "stacks": emulator.stacks()}
            case "stats":
                facts = await asyncio.to_thread(self._bridge.stats)
                facts["requests"] = dict(self._requests)
                facts["saving"] = self._snapshots.facts()
            case "underway":
                underway = emulator.underway(self._bridge)
                facts = {**asdict(underway), "quiet": underway.quiet}
            case "save":
                facts = {"saved": await self._snapshots.save()}
            case _:
                await answer(send, 404, "application/json", "{}")
                return
        await answer(send, 200, "application/json", json.dumps(facts))

    async def _page(self, scope: Scope) -> tuple[int, str, str] | None:
        path, people = scope["path"], _wants_page(scope)
        query = {
            name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()
        }
        if path == "/" and people:
            return 200, "text/html; charset=utf-8", pages.index()
        if path == "/mailbox" or path.startswith("/mailbox/"):
            return pages.mailbox(path.removeprefix("/mailbox").strip("/"), query, people)
        if path == "/documents":
            return await asyncio.to_thread(pages.documents, people)
        return None


def _operation(scope: Scope) -> str:
    """What a signed AWS request asks for: `dynamodb PutItem`, or `s3 PUT` without a target."""
    headers = dict(scope["headers"])
    signed = headers.get(b"authorization", b"").decode("latin-1").partition("Credential=")[2]
    service = signed.split("/")[3] if signed.count("/") > 3 else "unsigned"
    target = headers.get(b"x-amz-target", b"").decode("latin-1").rpartition(".")[2]
    return f"{service} {target or scope['method']}"


def _wants_page(scope: Scope) -> bool:
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or nothing when it is too large."""
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        size += len(message.get("body", b""))
        if size <= LARGEST_BODY:
            parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts) if size <= LARGEST_BODY else None


def _replay(body: bytes, receive: Receive) -> Receive:
    held: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return held.pop() if held else await receive()

    return next_message


async def answer(send: Send, status: int, kind: str, text: str) -> None:
    """Send one whole response."""
    body = text.encode()
    headers = [(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
