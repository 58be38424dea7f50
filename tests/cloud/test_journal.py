"""The journal gives back what was noted, torn or not, and says when it cannot note."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import pytest

from local import calls, journal
from local.journal import Journal, Promise


def noted(folder: Path, since: int = 0) -> list[list[object]]:
    return list(journal.records(folder, since))


def test_what_was_noted_comes_back_in_its_order(tmp_path: Path) -> None:
    made = Journal(tmp_path, 1)
    for n in range(3):
        made.add("come", ("queue", n), {"body": b"\x00", "größe": n})
    assert [record[2]["größe"] for record in noted(tmp_path)] == [0, 1, 2]  # type: ignore[index]


@pytest.mark.parametrize("cut", range(1, 14))
def test_torn_last_record_is_left_out_and_later_files_are_read(tmp_path: Path, cut: int) -> None:
    first = Journal(tmp_path, 1)
    first.add("whole")
    first.add("torn")
    (path,) = journal.files(tmp_path)
    path.write_bytes(path.read_bytes()[:-cut])
    Journal(tmp_path, 2).add("later")
    assert noted(tmp_path) == [["whole"], ["later"]]


def test_record_that_is_not_what_was_written_is_left_out(tmp_path: Path) -> None:
    Journal(tmp_path, 1).add("whole")
    (path,) = journal.files(tmp_path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert noted(tmp_path) == []


def test_snapshot_cuts_off_what_was_before_it(tmp_path: Path) -> None:
    async def run() -> None:
        made = Journal(tmp_path, 1)
        made.add("before")
        number = made.rotate()
        made.add("after")
        assert noted(tmp_path) == [["before"], ["after"]]
        made.cut(number)
        assert noted(tmp_path) == [["after"]]
        assert await made.kept()

    asyncio.run(run())


@contextmanager
def largest(size: int) -> Iterator[None]:
    """Files of this process grow no larger for a while: the kernel refuses, as on a full disk."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("room", [0, 5, 11])
def test_what_finds_no_room_waits_and_goes_on_where_it_stopped(tmp_path: Path, room: int) -> None:
    async def run() -> None:
        made = Journal(tmp_path, 1)
        made.add("kept")
        assert await made.kept()
        with largest(made.size + room):
            made.add("waits", 1)
            made.add("waits", 2)
            assert not await made.kept()
            assert not made.retry()
            assert noted(tmp_path) == [["kept"]]
        assert made.retry()
        assert await made.kept()
        assert noted(tmp_path) == [["kept"], ["waits", 1], ["waits", 2]]

    asyncio.run(run())


def test_next_file_begins_with_the_record_that_the_last_one_had_no_room_for(tmp_path: Path) -> None:
    async def run() -> None:
        made = Journal(tmp_path, 1)
        with largest(5):
            made.add("half")
        made.rotate()
        assert made.retry()
        assert noted(tmp_path) == [["half"]]

    asyncio.run(run())


def test_busy_loop_holds_nobody_up_whose_records_are_on_the_disk(tmp_path: Path) -> None:
    """Of each turn of the loop many requests have their part: no more than two are waited for."""

    async def run() -> None:
        made, turns = Journal(tmp_path, 1), 0

        async def busy() -> None:
            nonlocal turns
            while True:
                turns += 1
                time.sleep(0.05)
                await asyncio.sleep(0)

        others = asyncio.create_task(busy())
        needed = []
        for n in range(7):
            made.add("kept", n)
            before = turns
            assert await made.kept()
            needed.append(turns - before)
        others.cancel()
        assert median(needed) <= 2
        made.close()

    asyncio.run(run())


def test_promise_holds_for_what_was_noted_before_it_and_waits_for_nothing_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk begins when the function is done, not when its answer has come all its way."""
    began, sync = list[int](), os.fdatasync

    def counted(file: int) -> None:
        time.sleep(0.05)
        began.append(os.fstat(file).st_size)
        sync(file)

    monkeypatch.setattr(os, "fdatasync", counted)

    async def run() -> None:
        made = Journal(tmp_path, 1)
        made.add("by the function")
        size, promise = made.size, Promise(made)
        promise.given()
        while not began:  # the answer comes along
            await asyncio.sleep(0.01)
        made.add("by somebody else")
        assert await promise.kept()
        assert began == [size]
        other = Promise(made)
        assert await other.kept(), "without a function it waits for all"
        assert began == [size, made.size]
        made.add("lost?")
        monkeypatch.setattr(os, "fdatasync", broken)
        other.given()
        assert not await other.kept()
        assert await promise.kept(), "it was kept before the disk broke"
        made.close()

    asyncio.run(run())


def broken(file: int) -> None:
    raise OSError(errno.EIO, "input/output error")


def test_all_who_wait_share_what_the_disk_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, sync = 0, os.fdatasync

    def slowly(file: int) -> None:
        nonlocal synced
        synced += 1
        time.sleep(0.05)
        sync(file)

    monkeypatch.setattr(os, "fdatasync", slowly)

    async def run() -> None:
        made = Journal(tmp_path, 1)

        async def one(n: int) -> bool:
            await asyncio.sleep(n / 1000)
            made.add("kept", n)
            return await made.kept()

        assert all(await asyncio.gather(*(one(n) for n in range(40))))
        assert synced <= 4
        made.close()

    asyncio.run(run())


def test_disk_that_lost_something_is_not_trusted_before_the_next_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        made = Journal(tmp_path, 1)
        made.add("lost?")
        with monkeypatch.context() as failing:
            failing.setattr(os, "fdatasync", broken)
            assert not await made.kept()
        made.add("later")
        assert not await made.kept()
        assert not made.retry()
        made.cut(made.rotate())
        assert await made.kept()
        made.close()

    asyncio.run(run())


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB, where one may be made."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("no file system can be made here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_full_disk_is_noticed_and_left_behind(small_disk: Path) -> None:
    async def run() -> None:
        made = Journal(small_disk, 1)
        filler = small_disk / "filler"
        with pytest.raises(OSError, match="No space left"):
            filler.write_bytes(bytes(128 * 1024))
        made.add("waits", "x" * 8000)
        assert not await made.kept()
        filler.unlink()
        assert made.retry()
        assert await made.kept()
        assert noted(small_disk) == [["waits", "x" * 8000]]
        made.close()

    asyncio.run(run())


def test_log_of_calls_begins_anew_and_none_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "functions.jsonl"
    log = calls.Log(path, largest=2_000)
    for n in range(20):
        log.call("stage/step", str(n), "ok", 0.0, 1.0, "")
    log.close()
    assert [call["request_id"] for call in calls.read(path, follow=False)] == [
        str(n) for n in range(20)
    ]


def test_full_disk_costs_lines_of_the_log_and_no_call(tmp_path: Path) -> None:
    path = tmp_path / "functions.jsonl"
    log = calls.Log(path)
    log.call("stage/step", "1", "ok", 0.0, 1.0, "")
    with largest(path.stat().st_size + 20):
        log.call("stage/step", "2", "ok", 0.0, 1.0, "")
    log.call("stage/step", "3", "ok", 0.0, 1.0, "")
    log.close()
    assert "1" in [call["request_id"] for call in calls.read(path, follow=False)]
