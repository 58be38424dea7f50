"""Sourcing that is cut off between any two of its AWS calls loses and doubles nothing."""

from __future__ import annotations

import pytest

from tests.world.cutting import cut_at_every_call
from tests.world.lives import Life, plain, split

LIVES: dict[str, Life] = {
    "sourcing/reserve_stock": split,
    "sourcing/route_order": plain,
    "sourcing/settle_stock": plain,
    "sourcing/import_stock": split,
    "sourcing/allocate_backorders": split,
    "sourcing/route_allocated": split,
}
"""The cheapest life in which each step takes part."""


@pytest.mark.parametrize("step", LIVES)
def test_cut_off_at_any_call_changes_nothing_in_the_end(step: str) -> None:
    cut_at_every_call(step, LIVES[step])
