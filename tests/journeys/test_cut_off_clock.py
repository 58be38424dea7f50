"""What the clock does, cut off between any two AWS calls, is done in the end, and once."""

from __future__ import annotations

import pytest

from tests.world.cutting import cut_at_every_call
from tests.world.lives import Life, overdue

LIVES: dict[str, Life] = {
    "records/raise_due": overdue,
    "records/see_to_due": overdue,
}
"""The cheapest life in which each step takes part."""


@pytest.mark.parametrize("step", LIVES)
def test_cut_off_at_any_call_changes_nothing_in_the_end(step: str) -> None:
    cut_at_every_call(step, LIVES[step])
