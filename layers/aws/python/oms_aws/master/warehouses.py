"""Warehouses as callers see them: with the shops that may not send from there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oms.core.calendar import book_day
from oms.master.shop import Shop
from oms.sourcing.dispatch import barred
from oms_aws.master.keeping import View
from oms_aws.master.kinds import SHOPS
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform import indexes
from oms_aws.platform.shown import whole

PAGE = 100
"""How many shops are read at once."""


def with_barred(oms: MasterWiring) -> View:
    """A warehouse as it is shown, as things stand today."""
    shops, today = list(_shops(oms)), book_day(oms.now())

    def view(warehouse: Any) -> dict[str, Any]:
        unregistered = [each.id for each in shops if barred([warehouse], each.tax, today)]
        return {**whole(warehouse), "unregistered_shops": unregistered}

    return view


def _shops(oms: MasterWiring) -> Iterator[Shop]:
    after, found = "", PAGE
    while found == PAGE:
        some, after = oms.catalogue.master.page(SHOPS, indexes.SELLERS, after=after, limit=PAGE)
        yield from some
        found = len(some)
