"""Objects of the emulator's S3 are on the disk as well, or their request is refused."""

from __future__ import annotations

import os
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ministack.services import s3

BESIDE = 64 * 1024  # what is written beside an object's own bytes
Response = tuple[int, dict[str, str], bytes]


@dataclass
class _Asked:
    """What became of one request: writes that failed, and the news of what it changed."""

    failed: list[OSError] = field(default_factory=list)
    news: list[tuple[tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)


_asked: ContextVar[_Asked | None] = ContextVar("asked", default=None)


def keep(scratch: Path) -> None:
    """Answer 503 when a disk has no room for an object; the emulator itself would only log that.

    Whom an object concerns is told before its answer, not by a thread that a kill would end.
    """
    handle, write = s3.handle_request, s3._atomic_write

    def writing(path: str, data: Any, *, text: bool = False) -> None:
        try:
            write(path, data, text=text)
        except OSError as error:
            if asked := _asked.get():
                asked.failed.append(error)
            raise

    async def handling(
        method: str, path: str, headers: Any, body: bytes, query: Any, **more: Any
    ) -> Response:
        if method not in ("PUT", "POST"):
            return _checked(await handle(method, path, headers, body, query, **more))
        if not _has_room(scratch, len(body or b"") + BESIDE):
            return _refusal()
        before, asked = _Object(path, headers), _Asked()
        token = _asked.set(asked)
        try:
            answer = await handle(method, path, headers, body, query, **more)
        finally:
            _asked.reset(token)
        if asked.failed:
            before.put_back()
            return _refusal()
        for about, details in asked.news:
            _tell(*about, **details)
        return _checked(answer)

    s3._atomic_write, s3.handle_request = writing, handling
    s3._fire_s3_event_async = _note


def _note(*about: Any, **details: Any) -> None:
    """News of an object: for the end of its request, or to be told now outside of one."""
    if asked := _asked.get():
        asked.news.append((about, details))
    else:
        _tell(*about, **details)


def _tell(bucket: str, key: str, event: str, *about: Any, **details: Any) -> None:
    if bucket in s3._bucket_notifications:
        place = s3._next_event_sequencer(event)
        s3._fire_s3_event(bucket, key, event, *about, sequencer=place, **details)


class _Object:
    """What is known of an object before a request changes it."""

    def __init__(self, path: str, headers: Any) -> None:
        self._bucket, self._key = s3._parse_bucket_key(path, headers)
        bucket = s3._buckets.get(self._bucket) or {"objects": {}}
        self._objects = bucket["objects"]
        self._present = self._objects.get(self._key)
        self._versions = list(s3._object_versions.get((self._bucket, self._key)) or [])

    def put_back(self) -> None:
        """Forget what could not be written."""
        if self._present is None:
            self._objects.pop(self._key, None)
        else:
            self._objects[self._key] = self._present
        versions = s3._object_versions.get((self._bucket, self._key))
        if versions is not None:
            versions[:] = self._versions


def _has_room(scratch: Path, size: int) -> bool:
    """Whether the disk takes so many bytes at this moment."""
    probe = scratch / f"probe-{os.getpid()}"
    try:
        handle = os.open(probe, os.O_CREAT | os.O_WRONLY, 0o600)
    except OSError:
        return False
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(handle, 0, size)
        else:
            os.write(handle, bytes(size))
    except OSError:
        return False
    finally:
        os.close(handle)
        with suppress(OSError):
            probe.unlink()
    return True


def _refusal() -> Response:
    return _checked(s3._error("ServiceUnavailable", "The disk has no room for this.", 503))


def _checked(answer: Any) -> Response:
    status, headers, body = answer
    return status, headers, body
