"""Branches that the tests take are counted by tree, and may not become fewer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.coverage import FLOORS, TREES, Taken, taken, told
from tests.house.tree import ROOT


def report(**missing: int) -> dict[str, Any]:
    """A report in which each tree has a file with ten branches."""
    return {
        "files": {
            f"{folder}/some/module.py": {
                "summary": {
                    "covered_branches": 10 - missing.get(name, 0),
                    "missing_branches": missing.get(name, 0),
                }
            }
            for name, folder in TREES.items()
        }
    }


def written(place: Path, **missing: int) -> Path:
    file = place / "coverage.json"
    file.write_text(json.dumps(report(**missing)))
    return file


def test_branches_are_counted_by_tree() -> None:
    assert taken(report(oms=3)) == {"oms": Taken(7, 10), "oms_aws": Taken(10, 10)}
    assert Taken(7, 10).percent == 70.0
    assert Taken(0, 0).percent == 100.0


def test_fewer_branches_than_before_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    floors = {"oms": 70.0, "oms_aws": 95.0}
    assert told(written(tmp_path, oms=3), floors)
    assert not told(written(tmp_path, oms=4), floors)
    assert "60.0 % of 10 branches taken, 70.0 % are the least" in capsys.readouterr().out
    assert not told(written(tmp_path, oms_aws=1), floors)


def test_what_was_not_measured_does_not_pass(tmp_path: Path) -> None:
    assert not told(tmp_path / "coverage.json")


def test_every_tree_is_there_and_has_a_floor() -> None:
    assert FLOORS.keys() == TREES.keys()
    assert all((ROOT / folder).is_dir() for folder in TREES.values())
    assert min(FLOORS.values()) > 90
