"""`auftakt verify`: checks the invariants over the live data and says what is broken, and where."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from local import stack
from local.deployment import embedded
from local.running import Running
from local.stack import Cloud
from local.up import say

PAUSES = (1.0, 3.0)
"""Seconds before what looked broken is looked at again: what was in motion has settled by then."""

WORDS = {
    "readable": "every item is in the form of its kind",
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
    "bills": "collective invoices are what was collected, and shared out as billed",
    "number_ranges": "numbers without gap or duplicate",
    "event_logs": "logs without gap, chained, and telling the stored state",
    "silent_orders": "every order is finished, waits for someone, or is a dead letter",
    "projections": "lists and pointers say what the orders say",
    "distance_sales": "what counts towards the threshold of distance sales is what was invoiced",
    "archive": "every archived document is the one that its order's log names",
    "archived_logs": "what is finished lies in the archive with the log that it has",
    "counterfoils": "every number on an archived paper is in its range, on the same document",
    "notifications": "every mail that a log names is on record, so that it is sent once",
    "seals": "every sealed day is as it was sealed",
    "personal_data": "pseudonyms are those of their vaults, and who is forgotten is gone",
    "withdrawals": "withdrawals are acknowledged, in time or not as the law says, and taken once",
    "returns": "what came back is in its order, and credited once or still to be",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument(
        "--check", action="append", default=[], metavar="NAME", help="this check alone; repeatable"
    )
    parser.add_argument("--stack", help="verify this stack in the AWS account instead")
    parser.add_argument("--region", help="the region of --stack, instead of the environment's")


def run(args: argparse.Namespace, running: Running | None) -> int:
    """Print the verdict; 1 when something is broken. Without a running system, that of --stack."""
    from oms_aws.records.verify import UnknownCheck

    try:
        if running is None:
            from local.deploy import account

            found = _checked(account(args.region), args.stack, args.check)
        else:
            found = check(running, args.check)
    except UnknownCheck as error:
        raise SystemExit(str(error)) from None
    sys.stdout.write(json.dumps(found) + "\n" if args.json else _told(found))
    return 0 if found["ok"] else 1


def check(running: Running, only: Sequence[str] = ()) -> dict[str, Any]:
    """The verdict over a running system's data; raises UnknownCheck."""
    return _checked(embedded(running.api), stack.STACK, only)


def _checked(cloud: Cloud, name: str, only: Sequence[str]) -> dict[str, Any]:
    from oms_aws.records import verify

    client, outputs = cloud.client("dynamodb"), stack.outputs(cloud, name)
    archive = Archive(cloud, outputs["DocumentsBucket"])

    def once() -> dict[str, Any]:
        items = scan(client, outputs["TableName"])
        return verify.check(items, at=datetime.now(UTC), archive=archive, only=only, told=progress)

    found = once()
    for pause in PAUSES:
        if found["ok"]:
            break
        time.sleep(pause)
        found = verify.persisting(found, once())
    return found


def progress(text: str) -> None:
    """Say how far it is, where somebody is looking."""
    if sys.stderr.isatty():
        say(f"looking: {text}")


def scan(client: Any, table: str) -> Iterator[dict[str, Any]]:
    """Every item of the table, read consistently, as plain values."""
    from oms_aws.platform.attributes import unmarshal

    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            yield unmarshal(item)


class Archive:
    """The archive of a deployment, to be read."""

    def __init__(self, cloud: Cloud, bucket: str) -> None:
        from botocore.config import Config

        # A damaged file shall be read like any other, and found to be damaged by who knows its sum.
        self._client = cloud.client("s3", Config(response_checksum_validation="when_required"))
        self._bucket = bucket

    def read(self, key: str) -> bytes | None:
        """The content of a file, None where there is none."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key)
        except self._client.exceptions.NoSuchKey:
            return None
        found: bytes = answer["Body"].read()
        return found

    def keys(self, folder: str) -> Iterator[str]:
        """The keys of a folder, in order."""
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=folder):
            yield from (each["Key"] for each in page.get("Contents", ()))


def _told(found: dict[str, Any]) -> str:
    lines = []
    for name, each in found["checks"].items():
        mark = "BROKEN" if each["broken"] else "ok"
        lines.append(f"{mark:6} {name:18} {each['checked']:8} checked  {WORDS.get(name, '')}")
        lines += [f"       {broken['where']}: {broken['what']}" for broken in each["broken"]]
    number = sum(len(each["broken"]) for each in found["checks"].values())
    lines.append("All invariants hold." if found["ok"] else f"{number} breaches.")
    return "\n".join(lines) + "\n"
