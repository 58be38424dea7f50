"""Master data that may be a little old: never missing, however slowly time lets it be read."""

from __future__ import annotations

from datetime import datetime, timedelta

from oms_aws.master.catalogue import FRESH_SECONDS, DynamoCatalogue
from tests.world.merchant import Merchant
from tests.world.world import World

SKUS = ["RUCK-45", "SOCKE-42"]


def test_products_that_grow_too_old_while_they_are_read_are_read_again(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1, SOCKE_42=1)
    at = world.now()

    def slowly() -> datetime:
        nonlocal at
        at += timedelta(seconds=FRESH_SECONDS / 3)
        return at

    catalogue = DynamoCatalogue(world.ports("billing/issue_invoice").table, slowly)
    for _ in range(12):
        assert sorted(catalogue.cached_products(SKUS)) == SKUS


def test_what_is_not_in_the_catalogue_is_asked_for_each_time(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    catalogue = world.ports("billing/issue_invoice").catalogue
    for _ in range(2):
        assert list(catalogue.cached_products(["RUCK-45", "NEW-1"])) == ["RUCK-45"]
