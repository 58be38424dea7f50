"""`auftakt test`: pytest over tests/, spread over the processors unless told otherwise."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from local import coverage, paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-n", "--processes", default=None, help="how many processes (default: all)")


def run(args: argparse.Namespace) -> int:
    """Pytest's exit code; 1 if all tests pass, but take fewer branches than they did."""
    chosen = [part for part in args.rest if not part.startswith("-")]
    alone = any("::" in part or part.endswith(".py") for part in chosen)
    processes = args.processes or ("0" if alone else str(os.cpu_count() or 1))
    whole = not chosen
    python = coverage.measured() if whole else [sys.executable, "-m"]
    command = [*python, "pytest", "-n", processes, "--dist", "loadscope"]
    # tests/conftest.py says what goes first, so that nothing long is left for the end.
    command += ["--no-loadscope-reorder", *(coverage.QUIET if whole else ()), *args.rest]
    code = subprocess.run(command, cwd=paths.ROOT, check=False).returncode
    held = not whole or coverage.told()
    return code or (0 if held else 1)
