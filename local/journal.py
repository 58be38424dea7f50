"""Keeps on disk what has happened since the last snapshot, so that no answer promises too much."""

from __future__ import annotations

import asyncio
import os
import struct
import threading
import time
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

PREFIX = "journal-"
_HEAD = struct.Struct(">II")  # length and checksum of the record that follows
_encoder = msgspec.msgpack.Encoder()


class Journal:
    """Files of records, one for the time after each snapshot, and whether they could be written.

    A record is with the kernel as soon as `add` returns, so the end of this process cannot take it
    away; `kept` waits until it is on the disk, one `fdatasync` for all who wait, by a thread of its
    own, which `ask` sets to work early: a busy event loop has nothing to do for it. What cannot be
    written waits in memory, in order, and is tried again with each further record and by `retry`.
    """

    def __init__(self, folder: Path, number: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._waiting: deque[bytes] = deque()
        self._begun = 0  # bytes of the first one waiting that are written
        self._added = self._written = self._synced = 0
        self._held: list[_Held] = []
        self._wanted = threading.Event()  # somebody asks or is held, or all is over
        self._flusher: threading.Thread | None = None
        self._closed = False
        self._left: list[int] = []  # earlier files that may not be on the disk yet
        self._fresh = True  # the folder may not name the present file yet
        self._lost = 0  # the file of which the disk lost something, until a later snapshot
        self.waits, self.waited = 0, 0.0  # how often, and how many seconds in all, `kept` has held
        self.trouble: OSError | None = None
        self.number = number
        self._file = self._open(number)

    @property
    def well(self) -> bool:
        """Whether everything so far could be written."""
        return self.trouble is None

    @property
    def size(self) -> int:
        """Bytes in the present file."""
        return os.fstat(self._file).st_size

    def add(self, *record: Any) -> None:
        """Note something that has happened."""
        body = _encoder.encode(record)
        with self._lock:
            self._waiting.append(_HEAD.pack(len(body), zlib.crc32(body)) + body)
            self._added += 1
            self._write()

    def retry(self) -> bool:
        """Write what is left; whether all is well now."""
        with self._lock:
            self._write()
        return self.well

    def ask(self) -> int:
        """Let the disk begin with all that was added so far; answers what to wait for."""
        with self._lock:
            wanted = self._added
            if self._synced < wanted and self._flusher is None:
                self._flusher = threading.Thread(target=self._flush, daemon=True, name="journal")
                self._flusher.start()
        self._wanted.set()
        return wanted

    async def kept(self, wanted: int | None = None) -> bool:
        """Wait until what was asked for, or all that was added so far, is on the disk; false when
        it cannot be kept.
        """
        began, loop = time.perf_counter(), asyncio.get_running_loop()
        if wanted is None:
            wanted = self.ask()
        with self._lock:
            if self._synced >= wanted:
                self.waits += 1
                return True
            if self.trouble:
                return False
            held = _Held(wanted, loop, loop.create_future())
            self._held.append(held)
        self._wanted.set()
        found = await held.answer
        self.waits += 1
        self.waited += time.perf_counter() - began
        return found

    def rotate(self) -> int:
        """Begin the next file and answer its number; nothing is lost between this and a fork that
        follows at once.
        """
        with self._lock:
            file = self._open(self.number + 1)
            self._left.append(self._file)
            self._file, self._begun, self._fresh = file, 0, True
            self.number += 1
            return self.number

    def cut(self, number: int) -> None:
        """A snapshot holds all that happened before this file: the earlier ones may go."""
        for path in files(self._folder):
            if _number(path) < number:
                path.unlink(missing_ok=True)
        if self._lost < number:
            self._lost = 0
            self.retry()

    def close(self) -> None:
        """Nothing is noted any more."""
        self._closed = True
        self._wanted.set()
        if self._flusher:
            self._flusher.join()
        for file in (*self._left, self._file):
            os.close(file)

    def _open(self, number: int) -> int:
        path = self._folder / f"{PREFIX}{number:09d}"
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _write(self) -> None:
        try:
            while self._waiting:
                record = self._waiting[0]
                self._begun += os.write(self._file, memoryview(record)[self._begun :])
                if self._begun == len(record):
                    self._waiting.popleft()
                    self._begun = 0
                    self._written += 1
        except OSError as error:
            self.trouble = error
        else:
            if not self._lost:
                self.trouble = None

    def _flush(self) -> None:
        """Sync for as long as somebody asks for it."""
        while self._wanted.wait() and not self._closed:
            self._wanted.clear()
            with self._lock:
                if self._synced == self._written and not self._held:
                    continue
                written, left, file, number = self._written, self._left, self._file, self.number
                folder = self._folder if self._fresh else None
                self._left, self._fresh = [], False
            failed = _sync([*left, file], folder)
            for earlier in left:
                os.close(earlier)
            with self._lock:
                if failed:
                    self.trouble, self._lost = failed, number
                else:
                    self._synced = max(self._synced, written)
                self._answer()

    def _answer(self) -> None:
        """Let go whoever need not wait any longer, or waits in vain."""
        still = []
        for held in self._held:
            kept = self._synced >= held.wanted
            if kept or self.trouble:
                held.tell(kept)
            else:
                still.append(held)
        self._held = still
        if still:
            self._wanted.set()


class Promise:
    """What an answer waits for: all that was noted before the function that gives it was done.

    While the answer makes its way through a busy event loop, the disk is at work already.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._wanted: int | None = None

    def given(self) -> None:
        """The function is done, and with it all that its answer may promise; from any thread."""
        self._wanted = self._journal.ask()

    async def kept(self) -> bool:
        """Wait until the promise outlives this process; false when it cannot."""
        return await self._journal.kept(self._wanted)


promised: ContextVar[Promise | None] = ContextVar("promised", default=None)
"""The promise of the request that is being answered."""


@dataclass(frozen=True)
class _Held:
    """Somebody who waits until so many records are on the disk."""

    wanted: int
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[bool]

    def tell(self, kept: bool) -> None:
        with suppress(RuntimeError):  # the loop may have ended
            self.loop.call_soon_threadsafe(self._tell, kept)

    def _tell(self, kept: bool) -> None:
        if not self.answer.done():
            self.answer.set_result(kept)


def _sync(files: list[int], folder: Path | None) -> OSError | None:
    """Bring files, and the names in a folder, onto the disk; what stood in the way."""
    try:
        for file in files:
            getattr(os, "fdatasync", os.fsync)(file)
        if folder:
            flush_folder(folder)
    except OSError as error:
        return error
    return None


def flush_folder(folder: Path) -> None:
    """Let the disk know which files are in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def files(folder: Path) -> list[Path]:
    """The journal's files, oldest first."""
    return sorted(folder.glob(f"{PREFIX}[0-9]*"))


def _number(path: Path) -> int:
    return int(path.name.removeprefix(PREFIX))


def newest(folder: Path) -> int:
    """The number of the newest file, or zero."""
    return max((_number(path) for path in files(folder)), default=0)


def records(folder: Path, since: int) -> Iterator[list[Any]]:
    """What was noted in the files from this number on; a file ends at its first torn record."""
    for path in files(folder):
        if _number(path) >= since:
            yield from _read(path.read_bytes())


def _read(data: bytes) -> Iterator[list[Any]]:
    at = 0
    with suppress(struct.error):
        while True:
            size, checksum = _HEAD.unpack_from(data, at)
            body = data[at + _HEAD.size : at + _HEAD.size + size]
            if len(body) < size or zlib.crc32(body) != checksum:
                return
            yield msgspec.msgpack.decode(body)
            at += _HEAD.size + size
