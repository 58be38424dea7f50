"""Requests of one caller to the HTTP API: tried again when busy, refusals as problems."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, TypeVar

import httpx
import msgspec

from local.player import answers

T = TypeVar("T")
Json = dict[str, Any]
TRIES = 6
PAUSE = 0.1
PAGE = 100
_AGAIN = (429, 503)
_LOST = (httpx.ConnectError, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


class Problem(Exception):
    """The API said no: its problem document (RFC 9457), or what came in its place."""

    def __init__(self, status: int, title: str, detail: str, errors: Sequence[Json] = ()) -> None:
        fields = ", ".join(f"{e.get('field')}: {e.get('reason')}" for e in errors)
        super().__init__(f"{status} {title}: {detail}" + (f" ({fields})" if fields else ""))
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)


class Caller:
    """One caller with a key of its own; only lost connections, 429 and 503 are tried again."""

    def __init__(self, http: httpx.AsyncClient, key: str | None) -> None:
        self._http = http
        self._key = key

    async def _get(self, kind: type[T], path: str, params: Mapping[str, str] | None = None) -> T:
        answer = await self._ask("GET", path, params=params)
        return msgspec.json.decode(answer.content, type=kind)

    async def _post(
        self, kind: type[T], path: str, body: Json, headers: Mapping[str, str] | None = None
    ) -> T:
        answer = await self._ask("POST", path, json=body, headers=headers)
        return msgspec.json.decode(answer.content, type=kind)

    async def _pages(
        self, kind: type[T], path: str, filters: Mapping[str, str]
    ) -> AsyncIterator[T]:
        params = {**filters, "limit": str(PAGE)}
        while True:
            page = await self._get(_Page, path, params)
            for item in msgspec.convert(page.items, list[kind]):  # type: ignore[valid-type]
                yield item
            if not page.cursor:
                return
            params["cursor"] = page.cursor

    async def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = dict(options.pop("headers", None) or {})
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        turn = 1
        while True:
            try:
                answer = await self._http.request(method, path, headers=headers, **options)
            except _LOST:
                if turn == TRIES:
                    raise
            else:
                if answer.is_success:
                    return answer
                if answer.status_code not in _AGAIN or turn == TRIES:
                    raise _problem(answer)
            await asyncio.sleep(PAUSE * 2**turn)
            turn += 1


class _Page(msgspec.Struct):
    items: list[Any]
    cursor: str | None = None


class Batch(msgspec.Struct):
    """What became of a batch of rows."""

    refused: list[answers.Rejected] = []


def refused(rows: Sequence[Json], batch: Batch) -> dict[str, str]:
    """The SKUs of the rows that were refused, with the reason."""
    return {str(rows[rejected.row]["sku"]): rejected.reason for rejected in batch.refused}


def _problem(answer: httpx.Response) -> Problem:
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return Problem(answer.status_code, answer.reason_phrase, answer.text[:200])
    title, detail = said.get("title", ""), said.get("detail") or said.get("message", "")
    return Problem(answer.status_code, str(title), str(detail), said.get("errors") or ())
