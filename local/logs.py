"""`auftakt logs`: every call and what it printed, all or about one order, now or as it comes."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from local import calls, paths


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--follow", "-f", action="store_true", help="go on as more is printed")
    parser.add_argument("--order", metavar="ID", help="only calls that speak of this order")
    parser.add_argument("--step", metavar="NAME", help="only calls of this step")


def run(args: argparse.Namespace) -> int:
    """Print the log until its end, or until Ctrl-C."""
    try:
        for call in calls.read(paths.LOGS / "functions.jsonl", args.follow):
            if args.step and args.step not in call["step"]:
                continue
            if args.order and args.order not in call["text"]:
                continue
            sys.stdout.write(shown(call))
            sys.stdout.flush()
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    return 0


def shown(call: dict[str, Any]) -> str:
    """A call as text: one line about it, and what it printed."""
    head = f"{call['time'][11:23]} {call['step']} {call['outcome']} {call['ms']} ms\n"
    return head + "".join(f"    {line}\n" for line in call["text"].splitlines())
