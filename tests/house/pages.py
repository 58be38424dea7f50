"""What a page of the documentation tells its reader to write, done in a copy of the tree."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.house.tree import LEFT_OUT, ROOT

BLOCK = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COPIED = ("auftakt", "bench", "docs", "functions", "infra", "layers", "local", "tests")
"""What is copied, beside the project's settings; layers hold what they carry, not what is built."""

Stamps = dict[str, tuple[int, int]]


def copied(place: Path) -> Path:
    """A copy of the tree below a folder, without what running it leaves behind."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns(*LEFT_OUT))
        else:
            shutil.copy2(source, place / name)
    shutil.copy2(ROOT / "pyproject.toml", place)
    return place


def stamps(place: Path) -> Stamps:
    """Time and size of every file, by its path, to see later which were touched."""
    files = (path for path in place.rglob("*") if path.is_file() and not LEFT_OUT & {*path.parts})
    return {
        path.relative_to(place).as_posix(): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in files
    }


def follow(page: Path, place: Path) -> None:
    """Do in a copy of the tree what a page says: its blocks that name a file are that file.

    A block of the language `diff` changes one that is there, any other makes a new one. Raises
    ValueError where the page speaks of something that is not as it says.
    """
    for language, name, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        file = place / name
        if language == "diff":
            file.write_text(_changed(file.read_text(encoding="utf-8"), text, name), "utf-8")
        elif file.exists():
            raise ValueError(f"{page.name} makes {name}, which is there")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")


def _changed(text: str, diff: str, name: str) -> str:
    """The text with the changes of a diff, each part of it wherever its lines stand."""
    for part in diff.split("@@\n"):
        lines = part.splitlines()
        before = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
        after = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
        if before not in text:
            raise ValueError(f"{name} does not hold:\n{before}")
        text = text.replace(before, after)
    return text
