"""Bundles are sold as themselves and shipped as their components."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world.merchant import Merchant
from tests.world.pieces import UNPAID, quantities
from tests.world.world import World


@pytest.fixture
def bundle(merchant: Merchant) -> str:
    """A set of a rucksack and two pairs of socks."""
    components = [{"sku": "RUCK-45", "quantity": 1}, {"sku": "SOCKE-42", "quantity": 2}]
    merchant.sell("SET-1", "150.00", kind="bundle", components=components)
    return "SET-1"


def of_sets(merchant: Merchant, quantity: int, /, **more: int) -> dict[str, Any]:
    body = merchant.request(SET_1=quantity, **more)
    body["lines"][0]["unit_price"] = "150.00"
    body["payment"]["amount"] = "9999.00"
    return body


def test_bundle_ships_as_its_components_and_is_billed_as_itself(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=3, SOCKE_42=5)
    id = merchant.place(of_sets(merchant, 2))
    world.settle()
    (fulfilment,) = merchant.do(
        "GET /v1/fulfilments", merchant.wms, query={"location": "A", "status": "released"}
    )["items"]
    components = fulfilment["lines"][0]["components"]
    picked = [(part["sku"], part["quantity"]) for part in components]
    assert picked == [("RUCK-45", 2), ("SOCKE-42", 4)]
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert order["documents"][0]["gross"] == "304.90"
    assert merchant.stock("RUCK-45")["locations"]["A"]["on_hand"] == 1
    assert merchant.stock("SOCKE-42")["locations"]["A"]["on_hand"] == 1


def test_bundle_with_one_component_missing_reserves_none_of_them(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=3, SOCKE_42=3)
    id = merchant.place(of_sets(merchant, 2))
    world.settle()
    assert quantities(merchant, id) == {"released": 1, "backordered": 1}
    assert (merchant.stock("RUCK-45")["soft"], merchant.stock("SOCKE-42")["soft"]) == (0, 0)
    merchant.count("A", SOCKE_42=4)
    world.settle()
    assert quantities(merchant, id) == {"released": 2}


def test_component_in_a_bundle_and_on_a_line_counts_together(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=2, SOCKE_42=9)
    id = merchant.place(of_sets(merchant, 2, RUCK_45=1))
    world.settle()
    assert quantities(merchant, id, 0) == {"released": 2}
    assert quantities(merchant, id, 1) == {"backordered": 1}
    assert merchant.stock("RUCK-45")["backordered"] == 1


def test_bundle_whose_components_lie_apart_waits_and_others_get_them(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.count("B", SOCKE_42=2)
    id = merchant.place(of_sets(merchant, 1))
    world.settle()
    assert quantities(merchant, id) == {"backordered": 1}
    single = merchant.place(merchant.request(SOCKE_42=2))
    world.settle()
    assert quantities(merchant, single) == {"released": 2}


def test_components_of_a_cancelled_bundle_come_back(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=1, SOCKE_42=2)
    id = merchant.place(of_sets(merchant, 1) | {"payment": UNPAID})
    world.settle()
    assert merchant.stock("SOCKE-42")["promisable"] == 0
    merchant.cancel(id)
    world.settle()
    assert merchant.stock("SOCKE-42")["promisable"] == 2
    assert merchant.stock("RUCK-45")["promisable"] == 1


def test_bundle_keeps_the_components_it_was_sold_with(
    world: World, merchant: Merchant, bundle: str
) -> None:
    merchant.count("A", RUCK_45=1)
    id = merchant.place(of_sets(merchant, 1))
    world.settle()
    merchant.sell("SET-1", "150.00", kind="bundle", components=[{"sku": "ZELT-2", "quantity": 1}])
    merchant.count("A", SOCKE_42=2)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    assert merchant.stock("SOCKE-42")["locations"]["A"]["on_hand"] == 0


def test_bundle_is_sold_on_the_day_of_its_last_component(world: World, merchant: Merchant) -> None:
    merchant.sell("NEU-1", "10.00", kind="preorder", available_from="2026-12-01")
    components = [{"sku": "NEU-1", "quantity": 1}, {"sku": "RUCK-45", "quantity": 1}]
    merchant.sell("SET-2", "10.00", kind="bundle", components=components)
    merchant.count("A", NEU_1=1, RUCK_45=1)
    id = merchant.place(merchant.request(SET_2=1))
    world.settle()
    assert merchant.order(id)["lines"][0]["expected_on"] == "2026-12-01"
    assert quantities(merchant, id) == {"backordered": 1}
    world.pass_time(days=9)
    world.tick()
    assert quantities(merchant, id) == {"released": 1}
