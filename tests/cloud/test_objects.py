"""Objects of the emulator's S3: whom a new one concerns is told before its answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from ministack.services import eventbridge, s3, sqs

from local import emulator, objects
from tests.cloud.test_journal import largest

QUEUE = "arn:aws:sqs:us-east-1:000000000000:arrivals"
PATTERN = '{"source": ["aws.s3"], "detail-type": ["Object Created"]}'
WANTED = "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>"
Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The emulator's S3 as the embedded cloud runs it, with its files in a folder of the test."""
    for name in ("handle_request", "_atomic_write", "_fire_s3_event_async"):
        monkeypatch.setattr(s3, name, getattr(s3, name))
    monkeypatch.setattr(s3, "S3_PERSIST", True)
    monkeypatch.setattr(s3, "DATA_DIR", str(tmp_path))
    objects.keep(tmp_path)
    yield
    for module in (s3, sqs, eventbridge):
        module.reset()


def run(scenario: Callable[[Ask], Awaitable[None]]) -> None:
    """Play a scenario with a bucket `files` whose new objects concern a queue `arrivals`."""

    async def play() -> None:
        transport = httpx.ASGITransport(app=emulator.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:

            async def ask(
                method: str, path: str, service: str, target: str = "", **more: Any
            ) -> httpx.Response:
                scope = f"Credential=local/20261130/us-east-1/{service}/aws4_request"
                headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}", "X-Amz-Target": target}
                return await http.request(method, path, headers=headers, **more)

            queue = {"QueueName": "arrivals"}
            rule = {"Name": "told", "EventPattern": PATTERN}
            target = {"Rule": "told", "Targets": [{"Id": "1", "Arn": QUEUE}]}
            for made in (
                await ask("POST", "/", "sqs", "AmazonSQS.CreateQueue", json=queue),
                await ask("POST", "/", "events", "AWSEvents.PutRule", json=rule),
                await ask("POST", "/", "events", "AWSEvents.PutTargets", json=target),
                await ask("PUT", "/files", "s3"),
                await ask("PUT", "/files?notification", "s3", content=WANTED.encode()),
            ):
                assert made.status_code == 200, made.text
            await scenario(ask)

    asyncio.run(play())


def arrived() -> int:
    ((_, queue),) = sqs._queues.all_items()
    return len(queue["messages"])


def test_who_waits_for_an_object_is_told_before_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the bus is: what is answered would outlive a kill in that moment."""
    dispatch = eventbridge._dispatch_event

    def slowly(*arguments: Any) -> None:
        time.sleep(0.3)
        dispatch(*arguments)

    monkeypatch.setattr(eventbridge, "_dispatch_event", slowly)

    async def scenario(ask: Ask) -> None:
        answer = await ask("PUT", "/files/count.csv", "s3", content=b"sku,on_hand\n")
        assert (answer.status_code, arrived()) == (200, 1)

    run(scenario)


def test_nobody_is_told_of_an_object_that_found_no_room() -> None:
    async def scenario(ask: Ask) -> None:
        with largest(100):
            answer = await ask("PUT", "/files/count.csv", "s3", content=bytes(1000))
        assert (answer.status_code, arrived()) == (503, 0)
        answer = await ask("PUT", "/files/count.csv", "s3", content=bytes(1000))
        assert (answer.status_code, arrived()) == (200, 1)

    run(scenario)
