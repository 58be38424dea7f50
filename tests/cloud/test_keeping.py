"""The embedded cloud keeps what it accepted, and accepts nothing that it cannot keep."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import httpx
import psutil
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bench import kill
from bench.gear.bed import Bed
from local.running import Process, Running
from tests.cloud.system import ORDER, System, aws, client, documents, told, until, wait_for

pytestmark = pytest.mark.cloud

KILLS = 3
MOST_TRIES = 5  # of a message to tell_customer
VISIBLE_AGAIN = 900  # so many seconds after it was taken, for the test


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    made = System(tmp_path_factory.mktemp("keeping") / "state")
    made.up()
    yield made
    made.call("down", "--patience", "0")


def bed(system: System) -> Bed:
    running = Running(**system.up())
    return Bed(running, process(system), system.state)


def process(system: System) -> Process:
    return Process(**json.loads((system.state / "running.json").read_text()))


def place(http: httpx.Client, number: str) -> httpx.Response:
    order = {**ORDER, "external_number": number}
    return http.post("/v1/orders", json=order, headers={"Idempotency-Key": number})


def test_first_mail_of_all_is_seen_and_kept(system: System) -> None:
    with client(system) as http:
        assert place(http, "FIRST").status_code == 202
        until(lambda: told(http, "FIRST", 1))
    os.kill(process(system).pid, signal.SIGKILL)
    with client(system) as http:
        assert len(told(http, "FIRST", 1)) == 1


# A connection that the kill cuts off while it opens is closed by nobody.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_nothing_accepted_is_lost_when_the_cloud_is_killed(system: System) -> None:
    """Orders come and parcels leave while it is killed; what was not answered is sent again."""
    stream, figures = kill.killed(bed(system), KILLS, random.Random(23), longest=1.5)
    assert figures["broken"] == []
    assert figures["breaches"] == []
    assert len(stream.accepted) == stream.sent > 0


def test_order_is_kept_once_it_is_accepted(system: System) -> None:
    """Not a moment passes between the answer and the kill."""
    with client(system) as http:
        placed = place(http, "ONE-MOMENT")
        os.kill(process(system).pid, signal.SIGKILL)
    assert placed.status_code == 202
    with client(system) as http:
        again = place(http, "ONE-MOMENT")
        assert (again.status_code, again.json()["id"]) == (202, placed.json()["id"])
        until(lambda: http.get(placed.headers["Location"]).json()["status"] != "received")


def test_every_answer_to_a_change_has_waited_for_the_disk(system: System) -> None:
    def held() -> int:
        saving = process(system).ask("stats", seconds=60)["saving"]
        return int(saving["answers_held"])

    with client(system) as http:
        before = held()
        assert place(http, "HELD").status_code == 202
        assert http.get("/v1/orders").status_code == 200
        assert held() == before + 1


def test_file_is_read_once_its_upload_is_answered(system: System) -> None:
    """Not a moment passes between the answer and the kill."""
    with client(system, "wms") as http:
        body = {"location": "A", "as_of": datetime.now(UTC).isoformat(), "format": "csv"}
        form = http.post("/v1/stock/uploads", json=body).json()
        rows = {"file": "sku,on_hand\nNOBODY-KNOWS,1\n"}
        sent = httpx.post(form["url"], data=form["fields"], files=rows, timeout=60)
        os.kill(process(system).pid, signal.SIGKILL)
    assert sent.status_code == 204
    with client(system, "wms") as http:
        found = wait_for(http, f"/v1/stock/uploads/{form['id']}", 60)
    assert (found["taken"], found["broken"]) == (0, 1)


def test_secret_is_kept_once_it_is_stored(system: System) -> None:
    """It lies in no table: after the kill the carrier's scans are believed, and forged ones not."""
    for n in range(KILLS):
        secret = f"a-secret-of-the-courier-{n}"
        with client(system, "clerk") as clerk:
            stored = clerk.put("/v1/carriers/courier", json={"secret": secret})
        os.kill(process(system).pid, signal.SIGKILL)
        assert stored.status_code == 200
        assert scanned(system, secret) == 404  # believed, and nobody knows the parcel
        assert scanned(system, "a-secret-that-was-guessed") == 401


def scanned(system: System, secret: str) -> int:
    scan = {"tracking_number": "T-none", "status": "delivered"}
    raw = json.dumps({**scan, "occurred_at": datetime.now(UTC).isoformat()}).encode()
    mac = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    with client(system) as http:
        headers = {"X-Signature": f"sha256={mac}", "Content-Type": "application/json"}
        return http.post("/v1/carriers/courier/webhook", content=raw, headers=headers).status_code


def test_another_cloud_at_the_port_is_not_taken_for_one_that_was_killed(system: System) -> None:
    there = Process(**json.loads((system.state / "running.json").read_text()))
    assert there.answers()
    assert not replace(there, pid=there.pid + 1).answers()


def test_killed_cloud_comes_back_under_its_port(system: System) -> None:
    before = system.up()["api"]
    os.kill(process(system).pid, signal.SIGKILL)
    assert system.up()["api"] == before


def test_functions_end_with_their_cloud(system: System) -> None:
    system.up()
    found = psutil.Process(process(system).pid).children(recursive=True)
    assert found
    os.kill(process(system).pid, signal.SIGKILL)
    assert psutil.wait_procs(found, timeout=5)[1] == []


def test_function_of_another_run_is_refused(system: System) -> None:
    straggler = boto3.client(
        "dynamodb",
        endpoint_url=system.up()["api"],
        region_name="eu-central-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(user_agent_appid="auftakt-0123456789abcdef"),
    )
    with closing(straggler), pytest.raises(ClientError, match="AccessDenied"):
        straggler.list_tables()


def test_every_call_has_a_line_in_the_log(system: System) -> None:
    with client(system) as http:
        assert http.get("/v1/health").status_code == 200
    said = system.call("logs", "--step", "records/report_health").stdout.splitlines()
    assert any(" records/report_health ok " in line for line in said[-5:])


def test_refused_delivery_is_logged_and_costs_neither_a_try_nor_a_wait(system: System) -> None:
    """A call that goes on holds the only place: its function's message is refused more often than
    it may be tried, and comes long before it would be seen again.
    """
    functions = aws(system, "lambda")
    pages = functions.get_paginator("list_functions").paginate()
    names = [found["FunctionName"] for page in pages for found in page["Functions"]]
    (name,) = (name for name in names if "tell_customer" in name)
    (source,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    queues = aws(system, "sqs")
    url = queues.get_queue_url(QueueName=source["EventSourceArn"].rpartition(":")[2])["QueueUrl"]
    kept = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    queues.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBLE_AGAIN)})
    started = psutil.Process(process(system).pid).children()
    (host,) = (found for found in started if "local.host" in found.cmdline())
    with client(system) as http, ThreadPoolExecutor() as pool:
        functions.update_event_source_mapping(UUID=source["UUID"], Enabled=False)
        assert place(http, "REFUSED").status_code == 202
        until(lambda: waits_alone(process(system)))
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
        log = system.state / "logs" / "cloud.log"
        before = log.read_text().count("refused: ")
        host.suspend()
        try:
            call = pool.submit(functions.invoke, FunctionName=name, Payload=b'{"Records": []}')
            until(lambda: process(system).ask("underway")["calls"] >= 1)
            functions.update_event_source_mapping(UUID=source["UUID"], Enabled=True)
            until(lambda: log.read_text().count("refused: ") - before > MOST_TRIES)
        finally:
            host.resume()
        assert call.result()["StatusCode"] == 200
        until(lambda: told(http, "REFUSED", 1), VISIBLE_AGAIN / 4)
        functions.delete_function_concurrency(FunctionName=name)
        queues.set_queue_attributes(QueueUrl=url, Attributes=kept["Attributes"])


def waits_alone(found: Process) -> bool:
    """Whether all is done but what nobody takes from a queue."""
    underway = found.ask("underway")
    return bool(underway["messages"]) and not (underway["calls"] or underway["records"])


class Disk:
    """Lets the kernel refuse what the cloud wants to write, as a full disk does."""

    def __init__(self, system: System) -> None:
        self._pid = process(system).pid
        self._limits = self._set()

    def _set(self, *limits: tuple[int, int]) -> tuple[int, int]:
        return resource.prlimit(self._pid, resource.RLIMIT_FSIZE, *limits)

    def fill(self) -> None:
        self._set((0, self._limits[1]))

    def free(self) -> None:
        self._set(self._limits)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process can be set on Linux")
def test_full_disk_stops_the_intake_and_nothing_else_until_there_is_room(system: System) -> None:
    with client(system) as http:
        before = place(http, "BEFORE")
        assert before.status_code == 202
        disk = Disk(system)
        disk.fill()
        try:
            refused = until(lambda: (a := place(http, "FULL")).status_code != 202 and a)
            assert refused.status_code == 503
            assert refused.headers["content-type"] == "application/problem+json"
            assert int(refused.headers["retry-after"]) > 0
            assert http.get("/v1/health").status_code == 503
            assert http.get(before.headers["Location"]).status_code == 200
            status = system.call("status")
            assert (status.returncode, "NOT POSSIBLE" in status.stdout) == (1, True)
            assert http.get("/_auftakt/save").json() == {"saved": False}
            assert_not_archived(system)
            time.sleep(6)  # a regular snapshot is tried, and fails
        finally:
            disk.free()
        until(lambda: http.get("/v1/health").status_code == 200, 10)
        taken = place(http, "FULL")
        assert taken.status_code == 202
        assert http.get("/_auftakt/save").json() == {"saved": True}
        assert list((system.state / "state").glob("writing-*")) == []
        last = place(http, "AFTER")
    os.kill(process(system).pid, signal.SIGKILL)
    with client(system) as http:
        for placed in (before, taken, last):
            assert http.get(placed.headers["Location"]).status_code == 200


def assert_not_archived(system: System) -> None:
    """An object that finds no room is refused, and not there."""
    found: Any = documents(system)
    name = next(b["Name"] for b in found.list_buckets()["Buckets"] if "cdk-" not in b["Name"])
    with pytest.raises(ClientError, match=r"Service ?Unavailable"):
        found.put_object(Bucket=name, Key="no-room", Body=b"kept?")
    assert found.list_objects_v2(Bucket=name, Prefix="no-room")["KeyCount"] == 0


def test_kill_while_a_snapshot_is_written_harms_nothing(system: System) -> None:
    with client(system) as http:
        placed = place(http, "SNAPSHOT")
        asyncio.run(_save_and_kill(system))
    with client(system) as http:
        assert http.get(placed.headers["Location"]).status_code == 200


async def _save_and_kill(system: System) -> None:
    found = process(system)
    saving = asyncio.create_task(asyncio.to_thread(_save, found))
    await asyncio.sleep(0.05)
    os.kill(found.pid, signal.SIGKILL)
    await saving


def _save(found: Process) -> None:
    with suppress(OSError):
        found.ask("save", seconds=10)
