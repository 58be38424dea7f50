"""From what was counted to what AWS would charge."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.prices import PRICES
from infra.journey import JOURNEY, Http, Queue, Step, Task

PLATFORM_LINES = 320
"""Bytes that Lambda itself logs of an invocation: START, END and REPORT."""
TRACED = 0.05
"""The part of the requests that X-Ray samples once there are more than one a second."""
POLLERS, POLLS_A_MONTH = 5, 3 * 60 * 24 * 30
"""Lambda keeps five long polls of 20 s open on every queue, whether anything comes or not."""
LETTERS = 2
"""The queues of all steps' dead letters."""
STEPS: Mapping[str, Step] = {step.name: step for step in JOURNEY}


@dataclass
class Usage:
    """What a step used in all its invocations."""

    invocations: int = 0
    billed_ms: int = 0
    read: float = 0.0
    written: float = 0.0
    indexed: float = 0.0
    log_bytes: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)

    def add(self, note: Mapping[str, Any]) -> None:
        self.invocations += 1
        self.billed_ms += math.ceil(note["ms"])
        self.read += note["read"]
        self.written += note["written"]
        self.indexed += note["indexed"]
        self.log_bytes += PLATFORM_LINES
        self.requests.update(note["requests"])
        self.events.update(note["events"])


def usage(notes: Path, log: Path, but: Iterable[str] = ()) -> dict[str, Usage]:
    """What each step used, from the noted invocations and what the functions printed."""
    found: dict[str, Usage] = {}
    for line in notes.read_text().splitlines():
        note = json.loads(line)
        if note["step"] not in but:
            found.setdefault(note["step"], Usage()).add(note)
    for line in log.read_text().splitlines():
        printed = json.loads(line)
        if printed["step"] in found:
            found[printed["step"]].log_bytes += len(printed["text"].encode())
    return found


def listeners(type: str) -> int:
    """How many queues an event goes to."""
    events = (step.on.events for step in JOURNEY if isinstance(step.on, Queue))
    return sum("*" in wanted or type in wanted for wanted in events)


def units(step: str, used: Usage) -> dict[str, float]:
    """What a step's use is in the units that are charged, but for the flow's transitions."""
    on, gigabytes = STEPS[step].on, STEPS[step].memory / 1024
    deliveries = 2 * used.invocations if isinstance(on, Queue) else 0
    sent = sum(n * listeners(type) for type, n in used.events.items())
    return {
        "lambda requests": used.invocations,
        "lambda duration": used.billed_ms / 1000 * gigabytes,
        "dynamodb writes": used.written,
        "dynamodb reads": used.read,
        "sqs": deliveries + sent + _asked(used, "sqs"),
        "eventbridge": sum(used.events.values()),
        "http api": used.invocations if isinstance(on, Http) else 0,
        "s3 writes": _asked(used, "s3 Put"),
        "s3 reads": _asked(used, "s3 Get"),
        "logs": used.log_bytes,
        "x-ray": used.invocations * TRACED,
        "mail": _asked(used, "sesv2"),
    }


def _asked(used: Usage, prefix: str) -> int:
    return sum(n for name, n in used.requests.items() if name.startswith(prefix))


def transitions(entered: Mapping[str, int], used: Mapping[str, Usage]) -> float:
    """States entered; inside of a Parallel, where the emulator logs none, the calls of steps."""
    tasks = [step for step in JOURNEY if isinstance(step.on, Task) and step.name in used]
    inside = [step for step in tasks if step.verb_noun not in entered]
    return sum(entered.values()) + sum(used[step.name].invocations for step in inside)


def charged(used: Mapping[str, float]) -> dict[str, Decimal]:
    """USD by service."""
    return {name: PRICES[name].of(n) for name, n in used.items()}


def idle_month() -> dict[str, float]:
    """What a month costs in which nothing happens: empty receives from all queues, in USD."""
    queues = sum(isinstance(step.on, Queue) for step in JOURNEY) + LETTERS
    polls = queues * POLLERS * POLLS_A_MONTH
    usd = float(PRICES["sqs"].of(polls))
    return {"queues": queues, "empty_receives": polls, "usd": round(usd, 2)}
