"""The front of the embedded cloud: one port for the API, pages for people and AWS requests."""

from __future__ import annotations

import asyncio
import json
import os
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from local import effects, emulator, pages
from local.bridge import Bridge
from local.journal import Promise, promised
from local.snapshot import Snapshots
from oms_aws.platform.links import PURPOSES

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

API = ("/v1/", "/docs", "/openapi.json", *(f"/{path}/" for path, _ in PURPOSES.values()))
LARGEST_BODY = 6_000_000  # what a function can be handed
RUN = "auftakt-"  # functions mark their requests with this and the run they belong to
READING = ("Get", "List", "Describe", "Query", "Scan", "BatchGet", "Head", "Receive")
STRAGGLER = '{"__type": "AccessDeniedException", "message": "of a run that has ended"}'
NOT_NOW = "What changes cannot be kept at the moment. Please try again later."
NOT_KEEPING = "Changes cannot be written to the disk, so none are accepted. Is it full?"


class Front:
    """The ASGI application."""

    def __init__(self, bridge: Bridge, snapshots: Snapshots, run: str) -> None:
        self._bridge = bridge
        self._snapshots = snapshots
        self._journal = snapshots.journal
        self._run = run.encode()
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
        elif not _for_aws(scope):
            await self._api(scope, receive, send)
        else:
            await self._aws(scope, receive, send)

    async def _api(self, scope: Scope, receive: Receive, send: Send) -> None:
        api, path = emulator.http_api(), scope["path"]
        if api is None:
            await answer(send, 503, "application/json", '{"message": "nothing is deployed"}')
            return
        if path == "/v1/health" and not self._journal.well:
            await refuse(send, "not_keeping", NOT_KEEPING)
            return
        if _changes(scope) and not self._journal.well:
            await refuse(send, "busy", NOT_NOW)
            return
        body = await _body(receive)
        if body is None:
            await answer(send, 413, "application/json", '{"message": "Request Entity Too Large"}')
            return
        prefix = f"/_aws/execute-api/{api}/$default"
        inner = dict(scope, path=prefix + path)
        inner["raw_path"] = prefix.encode() + (scope.get("raw_path") or path.encode())
        self._changes += 1
        if not _changes(scope):
            await emulator.asgi(inner, _replay(body, receive), send)
            return
        promise = Promise(self._journal)
        token = promised.set(promise)
        try:
            await emulator.asgi(inner, _replay(body, receive), Held(send, promise))
        finally:
            promised.reset(token)

    async def _aws(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A request of the SDK: of a function of this run, or from outside."""
        run, changes = _run(scope), _changes(scope)
        if run is not None and run != self._run:
            await answer(send, 403, "application/json", STRAGGLER)
            return
        operation = _operation(scope)
        self._requests[operation] += 1
        if changes:
            self._changes += 1
            send = self._noting(operation, send)
            if run is None and not _reads(operation):
                send = Held(send, Promise(self._journal))
        await emulator.asgi(scope, receive, send)

    def _noting(self, operation: str, send: Send) -> Send:
        service = operation.partition(" ")[0]
        if service not in effects.WHOLE or _reads(operation):
            return send

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                effects.note_whole(self._journal, service)
            await send(message)

        return noting

    async def _own(self, name: str, send: Send) -> None:
        match name:
            case "health":
                facts: Any = {"api": emulator.http_api(), "stacks": emulator.stacks()}
                facts |= {"keeping": self._journal.well, "pid": os.getpid()}
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


class Held:
    """Sends an answer once all that led to it is on the disk, else says that it is not."""

    def __init__(self, send: Send, promise: Promise) -> None:
        self._send = send
        self._promise = promise
        self._refused = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and not await self._promise.kept():
            self._refused = True
            await refuse(self._send, "busy", NOT_NOW)
        if not self._refused:
            await self._send(message)


def _changes(scope: Scope) -> bool:
    return scope["method"] not in ("GET", "HEAD", "OPTIONS")


def _reads(operation: str) -> bool:
    return operation.partition(" ")[2].startswith(READING)


def _run(scope: Scope) -> bytes | None:
    """The run whose function asks, as the SDK says it in its user agent; nothing when none does."""
    agent = dict(scope["headers"]).get(b"user-agent", b"")
    _, marked, rest = agent.partition(b"app/" + RUN.encode())
    return rest.partition(b" ")[0] if marked else None


def _operation(scope: Scope) -> str:
    """What a signed AWS request asks for: `dynamodb PutItem`, or `s3 PUT` without a target."""
    headers = dict(scope["headers"])
    signed = headers.get(b"authorization", b"").decode("latin-1").partition("Credential=")[2]
    service = signed.split("/")[3] if signed.count("/") > 3 else "unsigned"
    target = headers.get(b"x-amz-target", b"").decode("latin-1").rpartition(".")[2]
    return f"{service} {target or scope['method']}"


def _for_aws(scope: Scope) -> bool:
    """Whether a request is one of the SDK, of a signed form or link, or for an object of S3."""
    headers, query = dict(scope["headers"]), scope["query_string"]
    signed = headers.get(b"authorization", b"").startswith(b"AWS") or b"x-amz-target" in headers
    folder = scope["path"].removeprefix("/").partition("/")[0]
    return (
        signed
        or b"X-Amz-" in query
        or b"AWSAccessKeyId=" in query
        or b"Action=" in query
        or folder.startswith("_")
        or folder in emulator.buckets()
    )


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


async def refuse(send: Send, reason: str, text: str) -> None:
    """Answer that it is not possible now, as the API's own problems say it."""
    problem = {
        "type": f"urn:auftakt:problem:{reason}",
        "title": reason.replace("_", " "),
        "status": 503,
        "detail": text,
        "instance": f"urn:auftakt:request:{uuid.uuid4()}",
        "errors": [],
    }
    kind = "application/problem+json"
    await answer(send, 503, kind, json.dumps(problem), ((b"retry-after", b"5"),))


async def answer(
    send: Send, status: int, kind: str, text: str, more: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    """Send one whole response."""
    body = text.encode()
    own = ((b"content-type", kind.encode()), (b"content-length", str(len(body)).encode()))
    headers = [*own, *more]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
