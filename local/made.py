"""Files that are made from the code: written anew, or compared with what they should hold."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from local import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; fail if they differ")


def write(made: Mapping[Path, str], *, check: bool) -> int:
    """Write what differs and name it; with `check`, only name it: zero when nothing differs."""
    stale = [path for path, text in made.items() if _read(path) != text]
    for path in stale:
        name = path.relative_to(paths.ROOT)
        sys.stdout.write(f"{'differs' if check else 'written'}: {name}\n")
        if not check:
            path.write_text(made[path], encoding="utf-8")
    return 1 if stale and check else 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
