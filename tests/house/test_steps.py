"""A step is a folder and a line of the journey, and nothing more."""

from __future__ import annotations

import ast
import json

from infra.journey import JOURNEY, Http, Queue
from tests.house.tree import ROOT, imported, listed, modules, parsed

FUNCTIONS = ROOT / "functions"
ALLOWED = {"handler.py", "event.json"}
LONGEST_HANDLER = 60


def folders() -> set[str]:
    steps = FUNCTIONS.glob("*/*")
    return {
        step.relative_to(FUNCTIONS).as_posix()
        for step in steps
        if step.is_dir() and step.name != "__pycache__"
    }


def test_every_folder_is_a_line_of_the_journey_and_every_line_a_folder() -> None:
    assert folders() == {step.name for step in JOURNEY}


def test_no_step_and_no_route_stands_in_the_journey_twice() -> None:
    names = [step.name for step in JOURNEY]
    routes = [route for step in JOURNEY if isinstance(step.on, Http) for route in step.on.routes]
    assert len(names) == len(set(names))
    assert len(routes) == len(set(routes))


def test_who_listens_to_a_queue_can_note_why_it_failed() -> None:
    needs = {"table:read", "table:write"}
    deaf = [s.name for s in JOURNEY if isinstance(s.on, Queue) and not needs <= {*s.may}]
    assert not deaf, listed(deaf)


def test_a_step_folder_holds_its_handler_and_a_sample_of_what_wakes_it() -> None:
    files = [path for path in FUNCTIONS.rglob("*") if path.is_file()]
    strange = [
        str(path.relative_to(ROOT))
        for path in files
        if "__pycache__" not in path.parts
        and (path.name not in ALLOWED or len(path.relative_to(FUNCTIONS).parts) != 3)
    ]
    assert not strange, listed(strange)


def test_samples_are_json() -> None:
    for sample in FUNCTIONS.rglob("event.json"):
        json.loads(sample.read_text())


def test_every_handler_is_called_handler() -> None:
    without = [
        str(module)
        for module in modules("functions")
        if "handler" not in {getattr(node, "name", None) for node in parsed(module).body}
        and "handler"
        not in {
            target.id
            for node in parsed(module).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
    ]
    assert not without, listed(without)


def test_handlers_stay_short() -> None:
    lengths = [(m, len((ROOT / m).read_text().splitlines())) for m in modules("functions")]
    long = [f"{module}: {lines}" for module, lines in lengths if lines >= LONGEST_HANDLER]
    assert not long, listed(long)


def test_handlers_know_no_aws_and_no_other_handler() -> None:
    forbidden = {"boto3", "botocore", "functions", "handler", "infra", "local"}
    breaches = [
        f"{module}: {name}"
        for module in modules("functions")
        for name in imported(parsed(module))
        if name.split(".")[0] in forbidden
    ]
    assert not breaches, listed(breaches)
