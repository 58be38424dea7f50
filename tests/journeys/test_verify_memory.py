"""`verify` needs hardly more memory for more orders: it looks at one after another."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.world.crowd import seed_of
from tests.world.merchant import Merchant
from tests.world.opening import opened

FEW, MANY = 100, 1_100
MOST_KB = 15
"""What an order more may take: 10,000 stay under 300 MB then, with 120 for the program itself."""


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with opened() as world:
        merchant = Merchant(world)
        merchant.count("A", RUCK_45=1)
        merchant.whole_life(merchant.place(merchant.request(RUCK_45=1)))
        world.settle()
        place = tmp_path_factory.mktemp("crowd") / "seed.json"
        place.write_text(json.dumps(seed_of(world)))
    return place


def verified(seed: Path, many: int) -> Any:
    """Verified in a process of its own, so that nothing but that is measured."""
    command = [sys.executable, "-m", "tests.world.crowd", str(seed), str(many)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["breaches"] == 0, found["broken"]
    return found


def test_an_order_more_takes_little_memory(seed: Path) -> None:
    few, many = verified(seed, FEW), verified(seed, MANY)
    assert many["events"] > MANY / FEW * few["events"] - few["events"]
    assert (many["peak_mb"] - few["peak_mb"]) * 1024 / (MANY - FEW) < MOST_KB
