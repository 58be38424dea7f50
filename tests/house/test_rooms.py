"""Rooms stay rooms: the same names in every tree, no circles, and nothing in them grows too big."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from statistics import median

import pytest

from infra.journey import JOURNEY, Http
from tests.house.imports import OURS, TREES, cycles, loaded
from tests.house.tree import ROOT, WRITTEN, listed, modules, parsed

STAGES = {step.stage for step in JOURNEY}
FLAT = 8
"""Modules of `oms` that may lie beside its rooms."""

LONGEST_MODULE = 400
BROADEST_CLASS = 25
AUTHORISER = "master/authorise_client"
AUTHORISER_LOADS = 20
"""Modules of ours that the authoriser, on every cold way into the API, may load."""

MEDIAN_LOADS = 92
"""Modules of ours that half of the handlers load at their import; to be lowered to 50."""

# What is too big as yet, with its size: it may shrink, and is struck out once it fits.
LONG: dict[str, int] = {}
BROAD = {
    "tests/domain/sourcing/test_stock_machine.py Shop": 28,
}


def rooms(*trees: str) -> set[str]:
    """Names of the folders below the trees that hold modules."""
    below = [path.relative_to(tree) for tree in trees for path in modules(tree)]
    return {path.parts[0] for path in below if len(path.parts) > 1}


def test_a_stage_has_a_room_of_its_name_in_every_tree() -> None:
    assert rooms("functions") == STAGES
    assert not STAGES - rooms("layers/aws/python/oms_aws"), "stages without adapters"
    assert not STAGES - rooms("tests/steps"), "stages whose steps have no tests"
    domain = rooms("layers/domain/python/oms")
    assert rooms("tests/domain") <= domain
    assert domain - STAGES == {"core", "tax"}


def test_a_stage_has_its_words_in_its_room() -> None:
    for stage in STAGES:
        room = import_module(f"oms_aws.{stage}")
        assert room.GERMAN_NAME, stage
        if any(isinstance(step.on, Http) for step in JOURNEY if step.stage == stage):
            assert room.API_TAG.endswith("."), stage


def test_few_modules_lie_outside_the_rooms() -> None:
    for name, tree in TREES.items():
        flat = [module for module in OURS.values() if module.parent == tree / name]
        assert len(flat) <= FLAT, listed([str(module) for module in flat])


def test_no_modules_import_one_another() -> None:
    """At runtime or for their types, which import-linter does not look at within a room."""
    assert not cycles(), listed([" ".join(sorted(group)) for group in cycles()])


def lines(module: Path) -> int:
    return len((ROOT / module).read_text(encoding="utf-8").splitlines())


def public_methods(node: ast.ClassDef) -> int:
    methods = [m for m in node.body if isinstance(m, ast.FunctionDef | ast.AsyncFunctionDef)]
    return sum(not method.name.startswith("_") for method in methods)


def breaches(sizes: dict[str, int], known: dict[str, int], most: int) -> list[str]:
    """What is too big, bigger than it was known to be, or known and no longer too big."""
    grown = [
        f"{name}: {size}, at most {max(most, known.get(name, 0))}"
        for name, size in sizes.items()
        if size > max(most, known.get(name, 0))
    ]
    fits = [f"{name}: strike it out" for name in known if sizes.get(name, 0) <= most]
    return grown + fits


def test_no_module_is_longer_than_can_be_read_at_once() -> None:
    sizes = {str(module): lines(module) for module in modules(*WRITTEN, "tests")}
    found = breaches(sizes, LONG, LONGEST_MODULE)
    assert not found, listed(found)


def test_no_class_has_more_public_methods_than_can_be_known() -> None:
    sizes = {
        f"{module} {node.name}": public_methods(node)
        for module in modules(*WRITTEN, "tests")
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.ClassDef)
    }
    found = breaches(sizes, BROAD, BROADEST_CLASS)
    assert not found, listed(found)


def test_what_is_too_big_may_shrink_and_never_grow() -> None:
    known = {"a.py": 500}
    assert breaches({"a.py": 450}, known, 400) == []
    assert breaches({"a.py": 501}, known, 400) == ["a.py: 501, at most 500"]
    assert breaches({"a.py": 400}, known, 400) == ["a.py: strike it out"]
    assert breaches({}, known, 400) == ["a.py: strike it out"]
    assert breaches({"a.py": 500, "b.py": 401}, known, 400) == ["b.py: 401, at most 400"]


def handler(step: str) -> Path:
    return Path("functions") / step / "handler.py"


LOADING = """
import importlib.util, json, sys
path, collaborators = sys.argv[1:]
spec = importlib.util.spec_from_file_location("handler", path)
spec.loader.exec_module(importlib.util.module_from_spec(spec))
if collaborators:
    from oms_aws.platform.wiring import PlatformWiring, collaborators as made
    for name in collaborators.split():
        getattr(made(PlatformWiring), name)
print(json.dumps([name for name in sys.modules if name.split(".")[0] in ("oms", "oms_aws")]))
"""
SETTINGS = (
    "TABLE", "BUS", "DOCUMENTS", "UPLOADS", "QUEUES", "PUBLIC_URL", "SENDER", "STEP", "LOCK",
)  # fmt: skip


def really_loaded(step: str, collaborators: str = "") -> set[str]:
    """Our modules in a fresh process that has imported a handler and made collaborators."""
    done = subprocess.run(
        [sys.executable, "-c", LOADING, str(handler(step)), collaborators],
        cwd=ROOT,
        env={
            **os.environ,
            **dict.fromkeys(SETTINGS, "x"),
            "SECONDS": "20",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "PYTHONPATH": os.pathsep.join(str(ROOT / tree) for tree in TREES.values()),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


def test_the_authoriser_loads_little() -> None:
    found = really_loaded(AUTHORISER, "table clients")
    assert "oms_aws.platform.clients" in found
    assert len(found) <= AUTHORISER_LOADS, listed(sorted(found))


@pytest.mark.parametrize("step", [AUTHORISER, "orders/receive_order"])
def test_what_a_handler_loads_is_read_from_the_syntax_as_it_is(step: str) -> None:
    assert loaded(handler(step)) == really_loaded(step)


def test_half_of_the_handlers_load_few_modules() -> None:
    loads = {step.name: len(loaded(handler(step.name))) for step in JOURNEY}
    middle = median(loads.values())
    most = [f"{step}: {count}" for step, count in sorted(loads.items(), key=lambda each: -each[1])]
    assert middle <= MEDIAN_LOADS, listed(most)
