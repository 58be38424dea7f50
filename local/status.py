"""`auftakt status`: whether the system runs, how it is doing, and where everything is."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from local import paths, running
from local.running import Process
from local.up import addresses


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print addresses and keys as JSON")


def run(args: argparse.Namespace) -> int:
    """Zero when it runs well, one when it does not."""
    process, system = running.process(), running.find()
    if system is None or process is None:
        sys.stderr.write(absence(process))
        return 1
    if args.json:
        sys.stdout.write(system.json() + "\n")
        return 0
    stats, underway = process.ask("stats"), process.ask("underway")
    calls = sum(step["invocations"] for step in stats["steps"].values())
    waiting = underway["messages"] + underway["records"]
    facts = {
        "running": f"process {process.pid}, for {(time.time() - process.since) / 60:.0f} minutes",
        "functions": f"{calls} calls, {stats['workers']} workers, {stats['busy']} busy",
        "under way": f"{waiting} messages, {underway['executions']} executions",
    }
    saving = stats["saving"]
    facts["keeping"] = kept(saving)
    sys.stdout.write("".join(f"{name:10} {value}\n" for name, value in facts.items()))
    sys.stdout.write(addresses(system))
    return 1 if saving["trouble"] else 0


def kept(saving: dict[str, Any]) -> str:
    """Whether changes are kept, and what stands in the way."""
    if saving["trouble"]:
        return f"NOT POSSIBLE, so nothing is accepted: {saving['trouble']}"
    journal = f"{saving['journal_bytes'] / 1024:.0f} KB in the journal since the last snapshot"
    if saving["failed"]:
        return f"{journal}; {saving['failed']} snapshots in a row could not be written"
    return journal


def absence(process: Process | None) -> str:
    """Why nothing can be said about a running system."""
    if process is None:
        return "not running: ./auftakt up starts it\n"
    if process.alive() and process.answers():
        return "starting: nothing is deployed yet\n"
    state = "does not answer" if process.alive() else "has ended unexpectedly"
    log = paths.LOGS / "cloud.log"
    return (
        f"process {process.pid} {state}; what it accepted is kept.\n"
        f"./auftakt up starts it again; {log} may say why.\n"
    )
