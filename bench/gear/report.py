"""One JSON line on stdout, a table for people on stderr, and targets met or missed."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A figure that shall not be below, or not above, a bound."""

    name: str
    reached: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def met(self) -> bool:
        above = self.at_least is None or self.reached >= self.at_least
        return above and (self.at_most is None or self.reached <= self.at_most)

    @property
    def bound(self) -> str:
        if self.at_least == self.at_most:
            return f"= {self.at_least:g}"
        return f">= {self.at_least:g}" if self.at_least is not None else f"<= {self.at_most:g}"

    def figures(self) -> Json:
        reached = round(self.reached, 3)
        return {"name": self.name, "target": self.bound, "reached": reached, "met": self.met}


def options(about: str | None, orders: int | None = None) -> argparse.ArgumentParser:
    """The arguments that every benchmark takes."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--json", action="store_true", help="no table for people")
    if orders is not None:
        parser.add_argument("--orders", type=int, default=orders, metavar="N")
    return parser


def publish(
    name: str,
    yardstick: Mapping[str, float],
    figures: Mapping[str, Any],
    targets: Sequence[Target],
    *,
    quietly: bool,
) -> None:
    """Print what was measured."""
    result = {
        "bench": name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "yardstick": dict(yardstick),
        **figures,
        "targets": [target.figures() for target in targets],
        "met": all(target.met for target in targets),
    }
    sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
    if not quietly:
        sys.stderr.write(table(result))


def table(result: Mapping[str, Any]) -> str:
    """The figures, one a line, and the targets."""
    lines = [f"{name:44} {value}" for name, value in _flat(result) if value is not None]
    for target in result["targets"]:
        word = "met" if target["met"] else "MISSED"
        lines.append(
            f"{word:7} {target['name']:36} {target['reached']:g}, wanted {target['target']}"
        )
    return "\n".join(lines) + "\n"


def _flat(value: Mapping[str, Any], path: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            found += _flat(inner, f"{path}{name}.")
        elif not isinstance(inner, list):
            found.append((f"{path}{name}", inner))
    return found
