"""An intake that is cut off between any two of its AWS calls loses and doubles nothing."""

from __future__ import annotations

import pytest

from tests.world.cutting import cut_at_every_call
from tests.world.lives import Life, dropped, held, mended, plain

LIVES: dict[str, Life] = {
    "orders/receive_order": plain,
    "orders/start_intake": plain,
    "screening/check_address": plain,
    "screening/check_payment": plain,
    "screening/check_price": plain,
    "screening/check_fraud": plain,
    "screening/correct_address": mended,
    "screening/ask_address": mended,
    "screening/settle_checks": held,
    "screening/await_release": held,
    "screening/release_hold": held,
    "screening/resume_intake": held,
    "orders/cancel_order": dropped,
}
"""The cheapest life in which each step takes part."""


@pytest.mark.parametrize("step", LIVES)
def test_cut_off_at_any_call_changes_nothing_in_the_end(step: str) -> None:
    cut_at_every_call(step, LIVES[step])
