"""The intake flow: cheap when nothing happens, and never silent when something does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.flows import Parts, intake
from infra.journey import JOURNEY, Task

BUDGET = 11
STEPS = {step.verb_noun: step.verb_noun for step in JOURNEY if isinstance(step.on, Task)}
STATES: dict[str, Any] = intake(Parts(STEPS, "letters", "aws", "orders/start_intake"))["States"]
TASKS = [name for name, state in STATES.items() if state["Type"] in ("Task", "Parallel")]


def travel(*verdicts: str) -> list[str]:
    """The states an order enters, with the verdicts that the choices see."""
    state, entered, answers = "check", [], list(verdicts)
    while state:
        entered.append(state)
        here = STATES[state]
        if here["Type"] == "Parallel":
            entered += [branch["StartAt"] for branch in here["Branches"]]
        if here["Type"] == "Choice":
            verdict = answers.pop(0)
            (state,) = [r["Next"] for r in here["Choices"] if r["StringEquals"] == verdict]
        else:
            state = here.get("Next", "")
    return entered


def test_an_order_that_nothing_holds_stays_in_the_budget_of_transitions() -> None:
    path = travel("pass")
    assert path[-2:] == ["reserve_stock", "route_order"]
    assert len(path) + 1 <= BUDGET  # leaving the last state is a transition, too


def test_a_held_order_has_its_stock_before_it_waits() -> None:
    path = travel("hold", "pass")
    assert path[-5:-1] == ["reserve_held", "await_release", "released", "reserve_stock"]
    assert path[-1] == "route_order"


@pytest.mark.parametrize("verdicts", [("refuse",), ("cancelled",), ("hold", "cancelled")])
def test_an_order_that_is_not_wanted_ends_well(verdicts: tuple[str, ...]) -> None:
    assert travel(*verdicts)[-1] == "ended"


def test_every_step_of_the_flow_stands_in_it() -> None:
    text = json.dumps(STATES)
    assert all(f'"{name}"' in text for name in STEPS)


@pytest.mark.parametrize("name", [name for name in TASKS if name != "keep_failure"])
def test_what_fails_for_good_becomes_a_dead_letter(name: str) -> None:
    (catch,) = STATES[name]["Catch"]
    assert catch == {
        "ErrorEquals": ["States.ALL"],
        "ResultPath": "$.failure",
        "Next": "keep_failure",
    }
    assert STATES["keep_failure"]["Next"] == "failed"


def test_every_task_is_tried_again() -> None:
    checks = [state for b in STATES["check"]["Branches"] for state in b["States"].values()]
    for state in [*checks, *(STATES[name] for name in TASKS if name != "check")]:
        assert state["Retry"]


def test_a_letter_says_what_failed_and_why() -> None:
    parameters = STATES["keep_failure"]["Parameters"]
    assert parameters["MessageBody"].keys() == {"type", "aggregate.$", "facts", "failure.$"}
    assert parameters["MessageAttributes"]["Step"]["StringValue"] == "orders/start_intake"


@pytest.mark.parametrize("name", ["reserve_stock", "reserve_held", "keep_failure"])
def test_an_answer_that_nobody_needs_does_not_replace_the_state(name: str) -> None:
    assert STATES[name]["ResultPath"] is None
