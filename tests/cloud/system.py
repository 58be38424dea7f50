"""A system of its own in the embedded cloud, and how tests call it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx

from local import paths

PRODUCT = {
    "name": {"de": "Rucksack", "en": "Backpack"},
    "weight_g": 1500,
    "length_mm": 600,
    "width_mm": 300,
    "height_mm": 250,
    "tax_category": "standard",
    "list_price": "129.90",
    "price_currency": "EUR",
}
ADDRESS = {
    "name": "Anna Beispiel", "company": None, "line1": "Ringstr. 5", "line2": None,
    "postal_code": "80331", "city": "München", "region": None, "country": "DE",
}  # fmt: skip
NOW = datetime.now(UTC)
NOON = NOW.replace(hour=12, minute=0) - timedelta(days=1 if NOW.hour < 12 else 0)
"""A time of day at which nobody takes orders for those of a thief: they count more at night."""

ORDER = {
    "placed_at": NOON.isoformat(),
    "currency": "EUR",
    "price_mode": "gross",
    "customer": {
        "id": "C-17", "type": "B2C", "name": "Anna Beispiel", "email": "anna@kunde.example",
        "phone": None, "locale": "de", "company": None, "vat_id": None, "group": None,
    },
    "billing_address": ADDRESS,
    "shipping_address": None,
    "lines": [{"number": "1", "sku": "RUCK-45", "quantity": 2, "unit_price": "129.90"}],
    "shipping": {"method": "standard", "price": "4.90"},
    "payment": {
        "method": "paypal", "status": "authorised", "amount": "264.70", "reference": "PAY-1",
    },
    "delivery": {"partial_allowed": True},
    "note": None,
}  # fmt: skip


class System:
    """A system of its own, apart from the one in .auftakt."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.environment = {**os.environ, "AUFTAKT_STATE": str(state)}
        self.clients: list[Any] = []

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        if arguments[0] == "down":
            while self.clients:
                self.clients.pop().close()
        return subprocess.run(
            [sys.executable, "-m", "local", *arguments],
            cwd=paths.ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def up(self) -> dict[str, Any]:
        done = self.call("up", "--json")
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def kill(self) -> None:
        os.kill(json.loads((self.state / "running.json").read_text())["pid"], signal.SIGKILL)
        time.sleep(0.3)


def client(system: System, key: str = "shop") -> httpx.Client:
    found = system.up()
    headers = {"Authorization": f"Bearer {found['keys'][key]}"}
    return httpx.Client(base_url=found["api"], headers=headers, timeout=30)


def aws(system: System, service: str) -> Any:
    made = boto3.client(
        service,
        endpoint_url=system.up()["api"],
        region_name="eu-central-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )
    system.clients.append(made)
    return made


def documents(system: System) -> Any:
    return aws(system, "s3")


def wait_for(http: httpx.Client, path: str, seconds: int) -> Any:
    """The record of an upload once it is finished."""
    limit = time.monotonic() + seconds
    while not (found := http.get(path).json()).get("finished_at"):
        assert time.monotonic() < limit, found
        time.sleep(0.5)
    return found


def until(look: Callable[[], Any], seconds: float = 60) -> Any:
    """What a look finds, once it finds something."""
    limit = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < limit
        time.sleep(0.2)
    return found


def told(http: httpx.Client, number: str, times: int) -> list[str]:
    """The subjects of the mails about an order, once there are that many."""
    mails = http.get("/mailbox").json()["items"]
    subjects = [mail["subject"] for mail in mails if number in mail["subject"]]
    return subjects if len(subjects) >= times else []
