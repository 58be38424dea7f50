"""Keys of the API end within seconds, whoever is served meanwhile, and the command keeps them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.cloud.system import System

pytestmark = pytest.mark.cloud

SOON = 8.0
"""Seconds: five that the API remembers a key for, and some for a busy machine."""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    made = System(tmp_path_factory.mktemp("keys") / "state")
    made.up()
    yield made
    made.call("down")


def status(system: System, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.get(f"{system.up()['api']}/v1/orders", headers=headers, timeout=30).status_code


def ends_soon(system: System, key: str) -> bool:
    """Whether the key is refused soon, though it is used all the while."""
    limit = time.monotonic() + SOON
    while time.monotonic() < limit:
        if status(system, key) == 403:
            return True
        time.sleep(0.2)
    return False


def commanded(system: System, *arguments: str) -> str:
    done = system.call("keys", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_key_revoked_by_api_is_refused_within_seconds(system: System) -> None:
    keys = system.up()["keys"]
    headers = {"Authorization": f"Bearer {keys['admin']}"}
    with httpx.Client(base_url=system.up()["api"], headers=headers, timeout=30) as admin:
        body = {"client": "web", "role": "shop", "shop": "berg-beutel"}
        new = admin.post("/v1/keys", json=body).json()
        assert status(system, new["key"]) == 200
        assert admin.delete(f"/v1/keys/{new['id']}").status_code == 204
        assert ends_soon(system, new["key"])
        (seen,) = admin.get("/v1/keys", params={"client": "web"}).json()["items"]
    assert seen["state"] == "revoked"
    assert seen["last_used_at"]
    assert status(system, keys["shop"]) == 200


def test_command_adds_lists_rotates_and_revokes(system: System) -> None:
    old = commanded(system, "add", "cli", "--role", "clerk", "--days", "30").strip()
    assert status(system, old) == 200
    (row,) = json.loads(commanded(system, "list", "--client", "cli", "--json"))
    assert (row["role"], row["state"]) == ("clerk", "active")
    assert row["last_used_at"]
    assert old not in commanded(system, "list")
    new = commanded(system, "rotate", row["id"], "--overlap-hours", "0").strip()
    assert status(system, new) == 200
    assert ends_soon(system, old)
    rows = json.loads(commanded(system, "list", "--client", "cli", "--json"))
    assert [each["state"] for each in rows] == ["expired", "active"]
    commanded(system, "revoke", rows[1]["id"])
    assert ends_soon(system, new)
    refused = system.call("keys", "rotate", rows[1]["id"])
    assert refused.returncode == 1
    assert "revoked" in refused.stderr


def test_revoked_key_of_the_examples_stays_revoked_after_a_restart(system: System) -> None:
    """`up` makes its example keys known each time; that brings none back."""
    (row,) = json.loads(commanded(system, "list", "--client", "other-shop", "--json"))
    commanded(system, "revoke", row["id"])
    assert system.call("down").returncode == 0
    assert status(system, system.up()["keys"]["other_shop"]) == 403
