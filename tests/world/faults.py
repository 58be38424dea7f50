"""What goes wrong in a world: deliveries in disorder, and processes that are gone."""

from __future__ import annotations

from dataclasses import dataclass


class Crash(BaseException):
    """The process of a function is gone, in the middle of a call."""


@dataclass(frozen=True)
class Chaos:
    """How badly deliveries go: chances of one being repeated, and of one butting into another."""

    shuffle: bool = False
    repeat: float = 0.0
    interleave: float = 0.0


ORDERLY = Chaos()
WILD = Chaos(shuffle=True, repeat=0.25, interleave=0.05)


@dataclass
class Trap:
    """Crashes a step at its n-th AWS call, before the call reaches AWS or after it took effect."""

    step: str
    call: int
    after: bool
    sprung: bool = False
