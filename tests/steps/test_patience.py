"""A service that stalls, or leaves keys for later, costs a bounded wait and is told of."""

from __future__ import annotations

import socket
import threading
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from infra.journey import JOURNEY
from oms.core.refusals import NotNow
from oms_aws.platform import keys, wiring
from oms_aws.platform.attributes import marshal
from oms_aws.platform.table import FRUITLESS_READS, Table
from oms_aws.platform.wiring import patience

SERVICES = ("dynamodb", "s3", "sqs", "sesv2", "events", "stepfunctions", "ssm")


@pytest.mark.parametrize("seconds", sorted({step.seconds for step in JOURNEY}))
@pytest.mark.parametrize("service", SERVICES)
def test_a_call_is_given_up_before_its_step_is_cut_off(service: str, seconds: int) -> None:
    attempts, connect, read = patience(service, seconds)
    pauses = sum(2**n for n in range(attempts - 1))
    assert attempts * (connect + read) + pauses < seconds
    assert read >= 3, "an ordinary call is not cut"


def test_a_mail_is_asked_for_once() -> None:
    assert patience("sesv2", 20).attempts == 1


def test_a_service_that_takes_the_request_and_says_nothing_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:

        def take() -> None:
            while True:
                try:
                    asked.append(silent.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        port = silent.getsockname()[1]
        for name, value in {
            "SECONDS": "2",
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
        wiring.client.cache_clear()
        try:
            with pytest.raises(ReadTimeoutError):
                Table(wiring.client("dynamodb"), "t").get(keys.order("ord_1"))
        finally:
            wiring.client.cache_clear()
        silent.shutdown(socket.SHUT_RDWR)
    assert len(asked) == patience("dynamodb", 2).attempts
    for connection in asked:
        connection.close()


class Overloaded:
    """A table that answers a key a request, or none at all."""

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers
        self.requests = 0

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        self.requests += 1
        ((name, asked),) = RequestItems.items()
        now = asked["Keys"][:1] if self._answers else []
        left = asked["Keys"][len(now) :]
        rest = {name: {**asked, "Keys": left}} if left else {}
        return {"Responses": {name: now}, "UnprocessedKeys": rest}


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that are made, without making them."""
    made: list[float] = []
    monkeypatch.setattr("oms_aws.platform.table.time.sleep", made.append)
    return made


def test_keys_left_for_later_are_read_after_a_pause(paused: list[float]) -> None:
    client = Overloaded(answers=True)
    wanted = [keys.order(f"ord_{n}") for n in range(12)]
    found = Table(client, "t").get_many(wanted)
    assert [marshal(item) for item in found] == [marshal(key._asdict()) for key in wanted]
    assert len(paused) == 11


def test_a_table_that_answers_no_key_is_left_after_ever_longer_pauses(paused: list[float]) -> None:
    client = Overloaded(answers=False)
    with pytest.raises(NotNow):
        Table(client, "t").get_many([keys.order("ord_1")])
    assert client.requests == FRUITLESS_READS
    assert sum(paused) < 5
