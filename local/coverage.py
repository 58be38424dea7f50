"""Branch coverage: how many branches of the domain and of the adapters the tests take."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from local import paths

TREES: Mapping[str, str] = {
    "oms": "layers/domain/python/oms",
    "oms_aws": "layers/aws/python/oms_aws",
}
FLOORS: Mapping[str, float] = {"oms": 94.3, "oms_aws": 91.3}
"""Percent of each tree's branches that are taken at least; they are raised, never lowered.

They lie a third of a percent below what was measured, as properties are tried by lot."""

REPORT = paths.ROOT / "build" / "coverage.json"

QUIET = (
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
    "-W", "ignore:Unable to activate pytest branch coverage:RuntimeWarning",
)  # fmt: skip
"""What measuring warns of: its own module is there before pytest, and tests are not measured."""


class Taken(NamedTuple):
    """Branches of a tree: how many are taken, of how many."""

    taken: int
    of: int

    @property
    def percent(self) -> float:
        """Percent of the branches that are taken."""
        return 100 * self.taken / self.of if self.of else 100.0


def measured() -> list[str]:
    """Command that runs a Python module, named behind it, and notes the branches it takes."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.unlink(missing_ok=True)
    noting = ["--branch", "--source", ",".join(TREES.values()), "--json", "--out", str(REPORT)]
    return [sys.executable, "-m", "slipcover", *noting, "-m"]


def taken(report: Mapping[str, Any]) -> dict[str, Taken]:
    """Branches by tree, from a report."""
    found = {}
    for name, folder in TREES.items():
        of = [each["summary"] for path, each in report["files"].items() if folder in path]
        hit = sum(summary["covered_branches"] for summary in of)
        found[name] = Taken(hit, hit + sum(summary["missing_branches"] for summary in of))
    return found


def told(report: Path = REPORT, floors: Mapping[str, float] = FLOORS) -> bool:
    """Print how many branches are taken; answers whether no tree has fewer than it had."""
    if not report.exists():
        sys.stdout.write("branches were not measured\n")
        return False
    held = True
    for name, branches in taken(json.loads(report.read_text())).items():
        fallen = branches.percent < floors[name]
        held = held and not fallen
        line = f"{name:<10} {branches.percent:.1f} % of {branches.of} branches taken"
        least = f", {floors[name]} % are the least" if fallen else ""
        sys.stdout.write(f"{line}{least}\n")
    return held
