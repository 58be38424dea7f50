"""What tests share: a deployed world in this process, and a merchant who works in it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.world import World

# A property holds or not: how long a busy machine takes to see it says nothing.
settings.register_profile("auftakt", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("auftakt")


LONGEST_FIRST = ("cloud", "journeys", "infra", "steps", "domain")
"""Folders of tests, those first whose modules take longest."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: two processes then end at about the same time."""
    root = Path(__file__).parent
    places = {name: at for at, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path.relative_to(root).parts[0], len(places)))


def pytest_collection_finish() -> None:
    """Keep what tests share out of the collector's sight, and let it look around less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture
def world() -> Iterator[World]:
    """A fresh deployment; when the test is done, its invariants must hold."""
    with opened() as made:
        yield made
        made.settle()
        assert made.broken() == []


@pytest.fixture
def merchant(world: World) -> Merchant:
    """The merchant, with products, warehouses and shops, and nothing in stock."""
    return Merchant(world)
