"""`auftakt verify`: checks the invariants over the live data and says what is broken, and where."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from local import stack
from local.deployment import embedded
from local.running import Running
from local.stack import Cloud

PAUSES = (1.0, 3.0)
"""Seconds before what looked broken is looked at again: what was in motion has settled by then."""

WORDS = {
    "line_conservation": "every piece of every order is in one place",
    "stock": "counters are the sums of reservations and counts",
    "reservations": "orders hold what they claim",
    "credit": "what customers use of their credit is what their orders take",
    "departures": "no more fulfilments leave a warehouse on a day than are counted",
    "payments": "every cent of the bank is on the order that got it, once",
    "documents": "documents add up, and together to their orders, in every sum and rate",
    "shipped_value": "every piece that left is billed once, with its price and discounts",
    "credit_notes": "no invoice is credited with more than it billed",
    "money": "what came less what went back is what documents say, up to what is open",
    "bookings": "DATEV bookings and exports are the documents to the cent",
    "captures": "nothing is captured beyond its authorisation, nor refunded beyond its capture",
    "open_items": "the list of open items is what documents and money of the orders come to",
    "number_ranges": "numbers without gap or duplicate",
    "event_logs": "logs without gap, chained, and telling the stored state",
    "silent_orders": "every order is finished, waits for someone, or is a dead letter",
    "projections": "lists and pointers say what the orders say",
    "distance_sales": "what counts towards the threshold of distance sales is what was invoiced",
    "archive": "every archived document is the one that its order's log names",
    "seals": "every sealed day is as it was sealed",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--stack", help="verify this stack in the AWS account instead")
    parser.add_argument("--region", help="the region of --stack, instead of the environment's")


def run(args: argparse.Namespace, running: Running | None) -> int:
    """Print the verdict; 1 when something is broken. Without a running system, that of --stack."""
    if running is None:
        from local.deploy import account

        found = _checked(account(args.region), args.stack)
    else:
        found = check(running)
    sys.stdout.write(json.dumps(found) + "\n" if args.json else _told(found))
    return 0 if found["ok"] else 1


def check(running: Running) -> dict[str, Any]:
    """The verdict over a running system's data."""
    return _checked(embedded(running.api), stack.STACK)


def _checked(cloud: Cloud, name: str) -> dict[str, Any]:
    from oms_aws import verify

    client, outputs = cloud.client("dynamodb"), stack.outputs(cloud, name)
    read = archive(cloud.client("s3"), outputs["DocumentsBucket"])

    def once() -> dict[str, Any]:
        return verify.check(scan(client, outputs["TableName"]), at=datetime.now(UTC), read=read)

    found = once()
    for pause in PAUSES:
        if found["ok"]:
            break
        time.sleep(pause)
        found = verify.persisting(found, once())
    return found


def scan(client: Any, table: str) -> Iterator[dict[str, Any]]:
    """Every item of the table, read consistently, as plain values."""
    from oms_aws.table import unmarshal

    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            yield unmarshal(item)


def archive(client: Any, bucket: str) -> Callable[[str], bytes | None]:
    """What reads a file of the archive, None where there is none."""

    def read(key: str) -> bytes | None:
        try:
            found: bytes = client.get_object(Bucket=bucket, Key=key)["Body"].read()
        except client.exceptions.NoSuchKey:
            return None
        return found

    return read


def _told(found: dict[str, Any]) -> str:
    lines = []
    for name, each in found["checks"].items():
        mark = "BROKEN" if each["broken"] else "ok"
        lines.append(f"{mark:6} {name:18} {each['checked']:8} checked  {WORDS.get(name, '')}")
        lines += [f"       {broken['where']}: {broken['what']}" for broken in each["broken"]]
    number = sum(len(each["broken"]) for each in found["checks"].values())
    lines.append("All invariants hold." if found["ok"] else f"{number} breaches.")
    return "\n".join(lines) + "\n"
