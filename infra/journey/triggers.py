"""What wakes a step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Http:
    """Routes of the HTTP API; `public` ones prove themselves, the others ask the authoriser."""

    routes: tuple[str, ...]
    public: bool = False


@dataclass(frozen=True)
class Queue:
    """Events on the bus that a queue of the step's own collects; what it gives up is kept.

    Without events it is woken by messages of another step alone, by objects (`arrives` is the
    folder of the uploads in which a new one wakes it), or by the clock, `every` so many minutes.
    `in_turn` makes it FIFO: what is of one group is delivered one after another.
    `batch` is the greatest number of events a delivery brings, `tries` how often a step fails at
    an event before that becomes a dead letter (a delivery that never reached the step is none),
    `side_by_side` the greatest number of deliveries at one time.
    """

    events: tuple[str, ...]
    batch: int = 10
    tries: int = 5
    side_by_side: int = 5
    arrives: str = ""
    every: int = 0
    in_turn: bool = False


@dataclass(frozen=True)
class Task:
    """A state of a Step Functions flow; `waits` hands the step a task token."""

    flow: str
    waits: bool = False


@dataclass(frozen=True)
class Stream:
    """The table's stream, narrowed to new event items."""

    batch: int = 100


@dataclass(frozen=True)
class DeadLetters:
    """What every other step gave up."""


@dataclass(frozen=True)
class Authoriser:
    """Asked by the HTTP API who is calling."""


Trigger = Http | Queue | Task | Stream | DeadLetters | Authoriser
