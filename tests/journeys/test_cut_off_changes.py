"""A change or recall cut off between any two AWS calls is neither lost nor done twice."""

from __future__ import annotations

import pytest

from tests.world.cutting import cut_at_every_call
from tests.world.lives import Life, changed, moved, recalled, refused

LIVES: dict[str, Life] = {
    "orders/change_order": changed,
    "sourcing/follow_change": changed,
    "orders/finish_change": moved,
    "orders/cancel_order": recalled,
    "fulfilment/answer_recall": recalled,
    "sourcing/settle_stock": recalled,
    "notices/tell_customer": refused,
}
"""The cheapest life in which each step takes part."""


@pytest.mark.parametrize("step", LIVES)
def test_cut_off_at_any_call_changes_nothing_in_the_end(step: str) -> None:
    cut_at_every_call(step, LIVES[step])
