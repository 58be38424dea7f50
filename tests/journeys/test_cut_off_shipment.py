"""A shipment or invoice cut off between any two AWS calls is neither lost nor doubled."""

from __future__ import annotations

import pytest

from tests.world.cutting import cut_at_every_call
from tests.world.lives import Life, abroad, papered, plain, split
from tests.world.money_lives import credited, deposited, in_business

LIVES: dict[str, Life] = {
    "orders/confirm_order": papered,
    "fulfilment/print_papers": papered,
    "fulfilment/pack_parcels": plain,
    "fulfilment/ship_parcels": plain,
    "billing/line_up_shipments": split,
    "billing/issue_invoice": split,
    "billing/validate_document": in_business,
    "billing/render_document": in_business,
    "billing/issue_credit_note": credited,
    "billing/issue_deposit": deposited,
    "fulfilment/hear_carrier": plain,
}
"""The cheapest life in which each step takes part."""


def test_an_invoice_cut_off_counts_its_distance_sale_once() -> None:
    cut_at_every_call("billing/issue_invoice", abroad)


def test_what_an_order_with_a_deposit_wants_is_issued_once_wherever_it_is_cut_off() -> None:
    cut_at_every_call("billing/issue_invoice", deposited)


@pytest.mark.parametrize("step", LIVES)
def test_cut_off_at_any_call_changes_nothing_in_the_end(step: str) -> None:
    cut_at_every_call(step, LIVES[step])
