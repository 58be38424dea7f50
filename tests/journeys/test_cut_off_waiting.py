"""What waits, expires or is taken back, cut off between any two AWS calls, ends the same."""

from __future__ import annotations

import pytest

from tests.world.cutting import cut_at_every_call
from tests.world.lives import Life
from tests.world.waiting_lives import awaited, bundled, crowded, given_up, lapsed, recounted

CUTS: tuple[tuple[str, Life], ...] = (
    ("sourcing/keep_purchases", awaited),
    ("sourcing/receive_goods", awaited),
    ("sourcing/expect_backorders", awaited),
    ("sourcing/cancel_waiting", given_up),
    ("records/see_to_due", lapsed),
    ("sourcing/settle_stock", lapsed),
    ("sourcing/settle_stock", crowded),
    ("sourcing/allocate_backorders", recounted),
    ("sourcing/reserve_stock", bundled),
    ("sourcing/route_order", bundled),
)
"""Steps, each with a life in which it takes part."""


@pytest.mark.parametrize(("step", "life"), CUTS, ids=lambda each: getattr(each, "__name__", each))
def test_cut_off_at_any_call_changes_nothing_in_the_end(step: str, life: Life) -> None:
    cut_at_every_call(step, life)
