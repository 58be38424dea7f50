"""Money, credit and approval cut off between any two AWS calls are booked in the end, and once."""

from __future__ import annotations

import pytest

from tests.world.cutting import cut_at_every_call
from tests.world.lives import Life, dropped
from tests.world.money_lives import (
    approved,
    by_card,
    collected,
    dunned,
    let_go,
    paid_together,
    told,
    uncollected,
)

LIVES: dict[str, Life] = {
    "screening/check_credit": approved,
    "screening/decide_approval": approved,
    "screening/settle_payment": dropped,
    "payments/capture_payment": let_go,
    "payments/refund_payment": by_card,
    "payments/keep_captures": told,
    "payments/keep_payments": paid_together,
    "payments/dun_customer": dunned,
    "payments/render_letter": dunned,
    "payments/hold_dunning": dunned,
    "billing/issue_collective_invoice": uncollected,
    "billing/keep_bills": collected,
}
"""The cheapest life in which each step takes part."""


@pytest.mark.parametrize("step", ["billing/issue_invoice", "billing/issue_credit_note"])
def test_a_collective_invoice_and_its_cancellation_are_cut_off(step: str) -> None:
    cut_at_every_call(step, uncollected)


@pytest.mark.parametrize("step", LIVES)
def test_cut_off_at_any_call_changes_nothing_in_the_end(step: str) -> None:
    cut_at_every_call(step, LIVES[step])
