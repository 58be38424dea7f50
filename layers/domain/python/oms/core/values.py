"""Values of aggregates, and what waits in them until when."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

BUSINESS_ZONE = ZoneInfo("Europe/Berlin")
"""Where a day of sale begins."""


class Value(Struct, frozen=True, omit_defaults=True):
    """A value of the order aggregate."""


Provider = Literal["stripe", "test"]
"""Payment service providers that we move money through."""


class Waiting(Value, frozen=True):
    """Wait of an unfinished order: for whom, for what, and until when."""

    party: str
    cause: str
    until: datetime


class Due(Value, frozen=True):
    """Act of the clock on an order at a time, unless something happens before.

    `kind` says what (`oms.records.due`), `id` to which part of the order.
    """

    kind: str
    id: str
    at: datetime
