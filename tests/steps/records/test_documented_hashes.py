"""The program that stands in the documentation recomputes what the archive holds, and no other."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.world.merchant import Merchant
from tests.world.opening import opened

ROOT = Path(__file__).parents[3]
DOCUMENTED = (ROOT / "docs" / "books.md").read_text(encoding="utf-8")
SEALED_ON = datetime(2026, 11, 26, 2, tzinfo=UTC)


def program() -> str:
    (text,) = re.findall(r"<!-- recompute\.py -->\n```python\n(.*?)```", DOCUMENTED, re.DOTALL)
    return str(text)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The logs and seals of a few days, as an auditor would copy them out of the archive."""
    folder = tmp_path_factory.mktemp("archive")
    with opened() as world:
        world.strike("records/seal_day")
        merchant = Merchant(world)
        merchant.count("A", RUCK_45=9)
        for _ in range(2):
            body = merchant.request(RUCK_45=1)
            body["customer"] = {**body["customer"], "name": 'Zoë "Z" Ñandú\\ 李'}
            merchant.whole_life(merchant.place(body))
        world.settle()
        world.time = SEALED_ON
        world.strike("records/seal_day")
        for key in world.objects():
            if key.startswith(("orders/", "seals/")):
                (folder / key.replace("/", "_")).write_bytes(world.object(key))
    return folder


def recomputed(folder: Path) -> tuple[int, str]:
    script = folder / "recompute.py"
    script.write_text(program(), encoding="utf-8")
    files = sorted(str(path) for path in folder.iterdir() if path.suffix != ".py")
    done = subprocess.run(
        [sys.executable, "-I", str(script), *files], capture_output=True, text=True, check=False
    )
    assert not done.stderr
    return done.returncode, done.stdout.strip()


def copied(archive: Path, to: Path) -> Path:
    for path in archive.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


def test_it_finds_the_hashes_of_the_archive(archive: Path) -> None:
    logs, seals = len(list(archive.glob("*.jsonl"))), len(list(archive.glob("seals_*.json")))
    assert (logs, seals) == (2, 4)
    assert sum(len(path.read_bytes().splitlines()) for path in archive.glob("*.jsonl")) > 20
    assert recomputed(archive) == (0, f"{logs} logs and {seals} seals hold")


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        (b'"data":{', b'"data":{ '),
        (b'"sequence":3,', b'"sequence":4,'),
        (b'"shop":"berg-beutel"', b'"shop":"tal-tasche"'),
        (b'"actor":"', b'"actor":"x'),
        (b'"cause":"', b'"cause":"x'),
        (b'"at":"2026', b'"at":"2025'),
        (b'"aggregate":"order/', b'"aggregate":"0rder/'),
    ],
)
def test_it_names_an_altered_event(
    archive: Path, tmp_path: Path, what: bytes, instead: bytes
) -> None:
    folder = copied(archive, tmp_path)
    path = sorted(folder.glob("*.jsonl"))[0]
    lines = path.read_bytes().splitlines(keepends=True)
    assert what in lines[2]
    lines[2] = lines[2].replace(what, instead, 1)
    path.write_bytes(b"".join(lines))
    code, said = recomputed(folder)
    assert code == 1
    assert "event 3 (" in said


def test_it_names_an_event_that_is_gone(archive: Path, tmp_path: Path) -> None:
    folder = copied(archive, tmp_path)
    path = sorted(folder.glob("*.jsonl"))[0]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:4], *lines[5:]]))
    code, said = recomputed(folder)
    assert (code, "event 5 (" in said) == (1, True)


def test_it_names_a_seal_that_is_gone_or_altered(archive: Path, tmp_path: Path) -> None:
    folder = copied(archive, tmp_path)
    seals = sorted(folder.glob("seals_*.json"))
    seals[1].unlink()
    code, said = recomputed(folder)
    assert (code, "seal of 2026-11-24" in said) == (1, True)
    folder = copied(archive, tmp_path)
    seals[1].write_bytes(re.sub(rb"evt_", b"evt-", seals[1].read_bytes(), count=1))
    code, said = recomputed(folder)
    assert (code, "seal of 2026-11-23" in said) == (1, True)
