"""`auftakt down`: lets running work finish for a moment, saves the state and ends everything."""

from __future__ import annotations

import argparse
import sys
import time

from local import paths, running


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--patience",
        type=float,
        default=5.0,
        metavar="SECONDS",
        help="wait so long for running work",
    )


def run(args: argparse.Namespace) -> int:
    """Stop the system; fine if it does not run."""
    stopped = stop(args.patience)
    sys.stdout.write("down; its state is kept\n" if stopped else "nothing is running\n")
    return 0


def stop(patience: float = 5.0) -> bool:
    """Stop the system; false when there was none."""
    found = running.process()
    if found is None or not found.alive():
        paths.RUNNING.unlink(missing_ok=True)
        return False
    limit = time.monotonic() + patience
    while time.monotonic() < limit:
        try:
            if found.ask("underway")["quiet"]:
                break
        except (OSError, ValueError):
            break
        time.sleep(0.1)
    found.end()
    return True
