"""A consumer withdraws over real HTTP, through real roles, and gets the receipt by mail."""

from __future__ import annotations

import html
import re

import httpx
import pytest

from tests.cloud.system import ORDER, System, client, until

pytestmark = pytest.mark.cloud


def test_a_consumer_withdraws_on_the_page_and_the_order_is_stopped(system: System) -> None:
    number = "WITHDRAWN-1"
    order = {**ORDER, "external_number": number}
    with client(system) as shop:
        headers = {"Idempotency-Key": number}
        placed = shop.post("/v1/orders", json=order, headers=headers)
        assert placed.status_code == 202, placed.text
        said = {"name": "Erika Mustermann", "contract": number, "part": ""}
        said["email"] = "anna@kunde.example"
        shown = {"params": {"shop": "berg-beutel"}, "headers": {"Accept-Language": "de"}}
        with httpx.Client(base_url=shop.base_url, **shown) as consumer:  # type: ignore[arg-type]
            form = consumer.get("/withdraw")
            assert form.status_code == 200, form.text
            assert "Vertrag widerrufen" in form.text
            check = consumer.post("/withdraw", data={**said, "step": "check"})
            found = re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', check.text)
            again = {name: html.unescape(value) for name, value in found}
            done = consumer.post("/withdraw", data={**again, "step": "confirm"})
            assert done.status_code == 200, done.text

        def settled() -> object:
            items = shop.get("/v1/withdrawals").json()["items"]
            mine = [each for each in items if each["statement"]["contract"] == number]
            return mine and mine[0]["acknowledged_at"] and mine[0]["stopped"] and mine[0]

        withdrawal = until(settled)
        assert withdrawal["order"] == placed.json()["id"]
        mails = shop.get("/mailbox").json()["items"]
        assert any("Widerruf" in mail["subject"] for mail in mails)
