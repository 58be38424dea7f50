"""A step, a stage and an aggregate added as the pages say touch few files; the house takes them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.check import IMPORTS
from tests.house.pages import copied, follow, stamps
from tests.house.tree import ROOT

DOCS = ROOT / "docs"
LAYERS = ("layers/domain/python", "layers/aws/python")
JUDGES = [f"tests/house/test_{name}.py" for name in ("map", "modules", "rooms", "steps")]
NEW = "not (load or import_one_another or public_methods or read_at_once)"
"""Leaves out what takes long and looks at what is there anyhow: loads, circles and sizes."""

PAGES = ("add-a-step.md", "add-a-stage.md", "add-an-aggregate.md")
STEP, STAGE = "ring_warehouse", "loyalty"
LOADED = """
import importlib.util, sys
from infra.journey import JOURNEY
for name in sys.argv[1:]:
    assert name in [step.name for step in JOURNEY], name
    spec = importlib.util.spec_from_file_location("handler", f"functions/{name}/handler.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert callable(module.handler)
"""


@dataclass(frozen=True)
class Followed:
    """A copy of the tree in which the pages were followed, and what each of them touched."""

    place: Path
    by_step: set[str]
    by_stage: set[str]
    by_aggregate: set[str]

    @property
    def touched(self) -> set[str]:
        """All files that were made or changed."""
        return self.by_step | self.by_stage | self.by_aggregate

    def run(self, *arguments: str) -> None:
        """Run Python in the copy; fails with what it printed."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
        importable = (self.place, *(self.place / layer for layer in LAYERS))
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.place,
            env={**kept, "PYTHONPATH": os.pathsep.join(map(str, importable))},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    place = copied(tmp_path_factory.mktemp("tree"))
    touched = []
    for page in PAGES:
        before = stamps(place)
        follow(DOCS / page, place)
        after = stamps(place)
        touched.append({name for name in after if after[name] != before.get(name)})
    made = Followed(place, *touched)
    made.run("-m", "local", "map")
    return made


def test_a_step_is_its_folder_its_room_and_an_entry(followed: Followed) -> None:
    rooms = {
        f"functions/fulfilment/{STEP}/",
        "layers/domain/python/oms/fulfilment/",
        "layers/aws/python/oms_aws/fulfilment/",
        "tests/domain/fulfilment/",
    }
    assert outside(followed.by_step, rooms) == {"infra/journey/fulfilment.py"}
    assert f"functions/fulfilment/{STEP}/handler.py" in followed.by_step


def test_a_stage_is_its_rooms_and_its_place(followed: Followed) -> None:
    rooms = {
        f"functions/{STAGE}/",
        f"layers/domain/python/oms/{STAGE}/",
        f"layers/aws/python/oms_aws/{STAGE}/",
        f"tests/domain/{STAGE}/",
        f"tests/steps/{STAGE}/",
    }
    assert outside(followed.by_stage, rooms) == {
        f"infra/journey/{STAGE}.py",
        "infra/journey/__init__.py",
        "pyproject.toml",
        "tests/world/wiring.py",
    }


def test_an_aggregate_is_a_module_of_the_domain_and_one_of_the_adapters(followed: Followed) -> None:
    assert followed.by_aggregate == {
        f"layers/domain/python/oms/{STAGE}/account.py",
        f"layers/aws/python/oms_aws/{STAGE}/accounts.py",
        f"tests/domain/{STAGE}/test_accounts.py",
    }


def outside(touched: set[str], rooms: set[str]) -> set[str]:
    """What is touched beside the rooms, each of which is."""
    for room in rooms:
        assert any(name.startswith(room) for name in touched), room
    return {name for name in touched if not any(name.startswith(room) for room in rooms)}


def test_the_journey_has_both_and_their_handlers_name_their_collaborators(
    followed: Followed,
) -> None:
    followed.run("-c", LOADED, f"fulfilment/{STEP}", f"{STAGE}/credit_points")
    drawn = (followed.place / "docs/map.md").read_text(encoding="utf-8")
    assert f"`{STEP}`" in drawn
    assert f"{STAGE}[" in drawn


def test_the_house_takes_what_the_pages_say(followed: Followed) -> None:
    """Its rules on rooms, steps and modules, and the pages' own tests."""
    tests = sorted(name for name in followed.touched if Path(name).name.startswith("test_"))
    assert len(tests) == 4
    quiet = ("-q", "-p", "no:cacheprovider", "--noconftest", "-k", NEW)
    followed.run("-m", "pytest", *quiet, *JUDGES, *tests)


def test_what_the_pages_say_is_written_as_the_house_writes(followed: Followed) -> None:
    written = sorted(name for name in followed.touched if name.endswith(".py"))
    followed.run("-m", "ruff", "check", "--no-cache", *written)
    followed.run("-m", "ruff", "format", "--no-cache", "--check", *written)


def test_the_new_stage_has_its_place_among_those_that_know_one_another(followed: Followed) -> None:
    followed.run("-c", IMPORTS)
