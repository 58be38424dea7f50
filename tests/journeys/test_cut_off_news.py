"""News cut off between any two AWS calls on their way are neither lost nor doubled."""

from __future__ import annotations

import pytest

from tests.world.cutting import cut_at_every_call
from tests.world.lives import Life, plain

LIVES: dict[str, Life] = {
    "notices/tell_customer": plain,
    "notices/tell_subscriber": plain,
    "records/relay_events": plain,
    "records/archive_order": plain,
}
"""The cheapest life in which each step takes part."""


@pytest.mark.parametrize("step", LIVES)
def test_cut_off_at_any_call_changes_nothing_in_the_end(step: str) -> None:
    cut_at_every_call(step, LIVES[step])
