"""Whatever somebody makes of what came back, `verify` finds it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from oms_aws.records.verify import check
from tests.steps.records.test_verify import Items, change, remove, swap_body
from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.return_lives import sent_back
from tests.world.world import World


@pytest.fixture(scope="module")
def lived() -> Iterator[tuple[World, Items]]:
    """A world with an order of which a piece came back, and its items."""
    with opened() as world:
        sent_back(Merchant(world))
        yield world, list(world.items())


BROKEN: list[tuple[str, Callable[[Items], None]]] = [
    ("returns", swap_body("return", '"quantity":1,"grade"', '"quantity":2,"grade"')),
    ("returns", swap_body("return", '"note":"', '"note":"no_')),
    ("returns", swap_body("return", '"original":"', '"original":"no_')),
    ("returns", swap_body("order", '"taken_back":{"1":1}', '"taken_back":{"1":2}')),
    ("line_conservation", swap_body("order", '"taken_back":{"1":1}', '"taken_back":{"1":2}')),
    ("returns", swap_body("return", '"pieces":{"1":1}', '"pieces":{"1":2}')),
    ("returns", remove("goods_back")),
    ("returns", remove("return")),
    ("event_logs", change("return", "sequence", 9)),
    ("event_logs", swap_body("return", '"grade":"A"', '"grade":"B"')),
]


def test_untouched_data_is_clean(lived: tuple[World, Items]) -> None:
    world, items = lived
    verdict = check(items, at=world.now(), archive=world.archive)
    assert verdict["ok"], verdict
    assert verdict["checks"]["returns"]["checked"] == 1


@pytest.mark.parametrize(("name", "tamper"), BROKEN, ids=[name for name, _ in BROKEN])
def test_tampering_is_found(
    lived: tuple[World, Items], name: str, tamper: Callable[[Items], None]
) -> None:
    world, items = lived
    copies = [dict(item) for item in items]
    tamper(copies)
    verdict = check(copies, at=world.now(), archive=world.archive)
    assert verdict["checks"][name]["broken"], verdict
