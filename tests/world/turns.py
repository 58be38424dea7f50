"""Actors that take turns: a scheduler decides, step by step, which of them goes on."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable


class Actor:
    """Something that runs in a thread of its own, and only when it is its turn."""

    def __init__(self, name: str, act: Callable[[], None]) -> None:
        self.name = name
        self.over = False
        self.error: BaseException | None = None
        self._go, self._paused = threading.Semaphore(0), threading.Semaphore(0)
        self._act = act
        threading.Thread(target=self._run, daemon=True, name=name).start()

    def _run(self) -> None:
        self._go.acquire()
        try:
            self._act()
        except BaseException as error:
            self.error = error
        self.over = True
        self._paused.release()

    def pause(self) -> None:
        """Called by the actor's own thread: wait for the next turn."""
        self._paused.release()
        self._go.acquire()

    def turn(self) -> None:
        """Let it go on to its next pause, or to its end."""
        self._go.release()
        self._paused.acquire()


class Turns:
    """Gives turns to actors in an order that a seed decides."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now: Actor | None = None
        self._actors: list[Actor] = []

    def add(self, name: str, act: Callable[[], None]) -> None:
        """Another actor."""
        self._actors.append(Actor(name, act))

    def pause(self) -> None:
        """What an actor calls before each step; nothing while no actor runs."""
        if self.now is not None:
            self.now.pause()

    def play(self, watch: Callable[[str], None]) -> None:
        """Give turns until all are done, watching after each; raises what an actor raised."""
        left = list(self._actors)
        while left:
            self.now = self.chance.choice(left)
            self.now.turn()
            actor, self.now = self.now, None
            if actor.error:
                raise actor.error
            watch(actor.name)
            if actor.over:
                left.remove(actor)
