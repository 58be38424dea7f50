"""`auftakt bench NAME`: runs one of the benchmarks in bench/."""

from __future__ import annotations

import argparse
import subprocess
import sys

from local import paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    found = sorted(path.stem for path in (paths.ROOT / "bench").glob("[a-z]*.py"))
    parser.add_argument("name", choices=found, metavar="NAME", help=", ".join(found))
    parser.add_argument("--json", action="store_true", help="print one JSON object on one line")


def run(args: argparse.Namespace) -> int:
    """The benchmark's exit code."""
    command = [sys.executable, "-m", f"bench.{args.name}", *(["--json"] * args.json), *args.rest]
    return subprocess.run(command, cwd=paths.ROOT, check=False).returncode
