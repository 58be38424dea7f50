"""The synthesised template, as it is deployed; made anew only when something in it changed."""

from __future__ import annotations

import pytest

from infra.journey import JOURNEY, Step
from local import stack, synth
from tests.infra.deployed import Template


@pytest.fixture(scope="session")
def template() -> Template:
    return Template(stack.whole(synth.outline()))


@pytest.fixture(params=JOURNEY, ids=lambda step: step.name)
def step(request: pytest.FixtureRequest) -> Step:
    """Every step in turn."""
    found: Step = request.param
    return found
