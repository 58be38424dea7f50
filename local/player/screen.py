"""Shows people how far the orders have come, on stderr, so that stdout stays for programs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

_WIDTH = 40
_COLOURS = {"held": "yellow", "backordered": "magenta", "refused": "red", "completed": "green"}


class Screen:
    """A live table on a terminal, a line every few seconds elsewhere."""

    def __init__(self, title: str) -> None:
        self.console = Console(stderr=True)
        self._title = title
        self._live = Live(console=self.console, refresh_per_second=8, transient=True)
        self._shown: tuple[Any, ...] = ()
        self._next_line = 0.0

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def show(self, counts: Mapping[str, int], total: int, note: str) -> None:
        """Orders per stage out of a total, and what is going on."""
        if self.console.is_terminal:
            self._live.update(_bars(self._title, counts, total, note))
            return
        shown = (*counts.items(), note)
        if shown != self._shown and time.monotonic() >= self._next_line:
            self._shown, self._next_line = shown, time.monotonic() + 5
            stages = "  ".join(f"{stage} {count}" for stage, count in counts.items() if count)
            self.say(f"{note}: {stages or 'nothing yet'}")

    def note(self, text: str) -> None:
        """What is going on when there is nothing to count."""
        if self.console.is_terminal:
            self._live.update(Text(text))
        else:
            self.say(text)

    def say(self, text: str) -> None:
        self.console.print(text, highlight=False, soft_wrap=True)

    def report(self, result: Mapping[str, Any], *, as_json: bool) -> None:
        """The closing table for people; for programs one JSON object on stdout instead of it."""
        if as_json:
            sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        target = self.console if as_json else Console()
        target.print(_closing(self._title, result))


def _bars(title: str, counts: Mapping[str, int], total: int, note: str) -> Table:
    table = Table(title=title, caption=note, box=None, title_justify="left", show_header=False)
    table.add_column(justify="right")
    table.add_column(justify="right")
    table.add_column(width=_WIDTH)
    for stage, count in counts.items():
        bar = "━" * (round(_WIDTH * count / total) if total else 0)
        colour = _COLOURS.get(stage, "cyan")
        table.add_row(stage.replace("_", " "), str(count), Text(bar or "╶", style=colour))
    return table


def _closing(title: str, result: Mapping[str, Any]) -> Table:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right", overflow="fold")
    for name, value in result.items():
        words = _verdict(value) if name == "verify" else _worded(value)
        table.add_row(name.replace("_", " "), Text(words))
    return table


def _verdict(found: Mapping[str, Any]) -> str:
    """What verify found: the number of checks, or everything that is broken."""
    broken = [
        f"{check}: {item}" for check, one in found["checks"].items() for item in one["broken"]
    ]
    return "\n".join(broken[:20]) or f"{len(found['checks'])} checks, nothing broken"


def _worded(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, Mapping):
        return "\n".join(f"{name} {_worded(item)}" for name, item in value.items()) or "none"
    if isinstance(value, list):
        return "\n".join(map(str, value[:20])) or "none"
    return "none" if value is None else str(value)
