"""What tests of the embedded cloud share: a system of their own, one for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cloud.system import System


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    made = System(tmp_path_factory.mktemp("a state") / "state")
    made.up()
    yield made
    made.call("down")
