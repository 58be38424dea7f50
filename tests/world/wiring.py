"""Wiring of all steps at once, for tests that play many."""

from __future__ import annotations

from oms_aws.notices.wiring import NoticesWiring
from oms_aws.records.wiring import RecordsWiring


class Wiring(NoticesWiring, RecordsWiring):
    """Collaborators of every step."""
