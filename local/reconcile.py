"""`auftakt reconcile`: names where table and archive have parted, and brings them together."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from local import stack
from local.deployment import embedded
from local.running import Running
from local.stack import Cloud
from local.verify import Archive, progress, scan

if TYPE_CHECKING:
    from oms_aws.records.reconcile import Reconciling


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--apply", action="store_true", help="do it; without, nothing is changed, only named"
    )
    parser.add_argument(
        "--put-back", metavar="TABLE", help="make the table what this restored one is"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--stack", help="that of this stack in the AWS account instead")
    parser.add_argument("--region", help="the region of --stack, instead of the environment's")


def run(args: argparse.Namespace, running: Running | None) -> int:
    """Print the differences; 1 when there are some and they were not to be brought together."""
    if running is None:
        from local.deploy import account

        cloud, name = account(args.region), args.stack
    else:
        cloud, name = embedded(running.api), stack.STACK
    outputs = stack.outputs(cloud, name)
    if args.put_back:
        return _put_back(cloud, outputs["TableName"], args.put_back, apply=args.apply)
    found = differences(cloud, outputs)
    protocol = _apply(found, cloud, outputs) if args.apply else ""
    said = msgspec.to_builtins(found.differences)
    told = {"differences": said, "applied": args.apply, "protocol": protocol}
    sys.stdout.write(json.dumps(told) + "\n" if args.json else _told(said, protocol))
    return 1 if said and not args.apply else 0


def _put_back(cloud: Cloud, table: str, then: str, *, apply: bool) -> int:
    from local import putting_back

    client, written, deleted = cloud.client("dynamodb"), 0, 0
    for change in putting_back.changes(client, table, then):
        written, deleted = written + bool(change.was), deleted + (not change.was)
        if apply:
            putting_back.put_back(client, table, change)
    done = "" if apply else "; nothing was changed: --apply does it"
    sys.stdout.write(f"{written} items as they were, {deleted} deleted{done}\n")
    return 1 if written + deleted and not apply else 0


def differences(cloud: Cloud, outputs: dict[str, str]) -> Reconciling:
    """What table and archive of a deployment say differently."""
    from oms_aws.records.reconcile import Reconciling
    from oms_aws.records.scanned import Snapshot

    archive = Archive(cloud, outputs["DocumentsBucket"])
    items = scan(cloud.client("dynamodb"), outputs["TableName"])
    return Reconciling(Snapshot(items, at=datetime.now(UTC), archive=archive, told=progress))


def _apply(found: Reconciling, cloud: Cloud, outputs: dict[str, str]) -> str:
    from oms_aws.billing.counterfoils import S3Counterfoils
    from oms_aws.billing.documents import S3Documents
    from oms_aws.billing.numbers import DynamoNumbers
    from oms_aws.billing.recall import Recall, Stores
    from oms_aws.billing.turnover import DynamoTurnover
    from oms_aws.master.catalogue import DynamoCatalogue
    from oms_aws.platform.table import Table
    from oms_aws.records.seals import DynamoSeals

    s3, bucket = cloud.client("s3"), outputs["DocumentsBucket"]
    rule = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]["Rule"]
    table = Table(cloud.client("dynamodb"), outputs["TableName"])
    documents = S3Documents(s3, bucket, table, rule["DefaultRetention"]["Mode"])
    stores = Stores(
        table,
        DynamoNumbers(table),
        documents,
        S3Counterfoils(documents),
        DynamoTurnover(table),
        DynamoCatalogue(table, now),
    )
    return found.apply(Recall(stores, now), documents, DynamoSeals(table, documents), at=now())


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _told(said: list[dict[str, Any]], protocol: str) -> str:
    lines = [f"{each['where']}: {each['what']} ({each['done']})" for each in said]
    if not said:
        lines.append("Table and archive say the same.")
    elif protocol:
        lines.append(f"{len(said)} differences, brought together: {protocol}")
    else:
        lines.append(f"{len(said)} differences; nothing was changed: --apply does it.")
    return "\n".join(lines) + "\n"
