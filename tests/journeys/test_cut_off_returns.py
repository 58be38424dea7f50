"""A return cut off between any two AWS calls moves each piece, and each cent, once."""

from __future__ import annotations

import pytest

from tests.world.cutting import cut_at_every_call
from tests.world.lives import Life
from tests.world.return_lives import sent_back, worthless

LIVES: dict[str, Life] = {
    "returns/announce_return": sent_back,
    "returns/receive_return": sent_back,
    "returns/follow_return": sent_back,
    "returns/decide_return": worthless,
}


@pytest.mark.parametrize("step", LIVES)
def test_cut_off_at_any_call_changes_nothing_in_the_end(step: str) -> None:
    cut_at_every_call(step, LIVES[step])
