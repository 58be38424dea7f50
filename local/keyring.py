"""`auftakt keys`: lists, makes, rotates and revokes the keys of the API, without needing one."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

from local import running, stack
from local.stack import Cloud

if TYPE_CHECKING:
    from oms_aws.master.keyring import ApiKey, DynamoKeyring, Made

BY = "auftakt keys"
"""Who is on record as having made or revoked a key here."""

COLUMNS = ("id", "client", "role", "shop", "state", "created_at", "expires_at", "last_used_at")


def of(cloud: Cloud) -> DynamoKeyring:
    """The keys of the deployed system."""
    import uuid_utils

    from oms_aws.master.keyring import DynamoKeyring
    from oms_aws.platform.table import Table

    table = Table(cloud.client("dynamodb"), stack.outputs(cloud)["TableName"])
    return DynamoKeyring(table, _now, lambda prefix: f"{prefix}_{uuid_utils.uuid7().hex}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from oms_aws.master.keyring import OVERLAP_HOURS
    from oms_aws.platform.clients import Role

    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--aws", action="store_true", help="in the AWS account, not locally")
    commands = parser.add_subparsers(dest="action", required=True)
    listing = commands.add_parser(
        "list", parents=[shared], help="show all keys, never their secret"
    )
    listing.add_argument("--client", help="only those of this client")
    listing.add_argument("--json", action="store_true", help="print JSON")
    add = commands.add_parser(
        "add", parents=[shared], help="make a key and print it; it is shown only now"
    )
    add.add_argument("client", help="a name for the client, such as the shop's")
    add.add_argument("--role", choices=get_args(Role), default="shop")
    add.add_argument("--shop", default="", help="the shop that a client with the role shop is of")
    add.add_argument("--days", type=int, default=0, help="how long it lives (default: no end)")
    rotate = commands.add_parser(
        "rotate", parents=[shared], help="print a new key; the old one works for some hours more"
    )
    rotate.add_argument("id", help="the id of the old key (key_…)")
    rotate.add_argument(
        "--overlap-hours", type=int, default=OVERLAP_HOURS, help=f"default: {OVERLAP_HOURS}"
    )
    rotate.add_argument("--days", type=int, help="how long the new one lives (default: as the old)")
    revoke = commands.add_parser("revoke", parents=[shared], help="a key opens nothing any more")
    revoke.add_argument("id", help="the key's id (key_…)")


def run(args: argparse.Namespace) -> int:
    """`auftakt keys list|add|rotate|revoke`; what is wrong is said on stderr."""
    from oms.core.refusals import NotNow, Refusal

    try:
        sys.stdout.write(_done(args, of(_cloud(aws=args.aws))))
    except (Refusal, NotNow, ValueError) as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


def _done(args: argparse.Namespace, ring: DynamoKeyring) -> str:
    _demand_plausible(args)
    match args.action:
        case "add":
            shop = args.shop or (args.client if args.role == "shop" else "")
            if shop:
                ring.demand_shop(shop)
            return _told(ring.add(args.client, args.role, shop, by=BY, days=args.days))
        case "rotate":
            made = ring.rotate(args.id, by=BY, overlap_hours=args.overlap_hours, days=args.days)
            return _told(made)
        case "revoke":
            return f"{ring.revoke(args.id, by=BY).id} is revoked\n"
    rows = [*_rows(ring, args.client)]
    return json.dumps(rows, indent=1) + "\n" if args.json else _table(rows)


def _demand_plausible(args: argparse.Namespace) -> None:
    """Raises ValueError for times that no key has."""
    from oms_aws.master.keyring import MOST_DAYS, MOST_OVERLAP_HOURS

    if not 0 <= (getattr(args, "days", None) or 0) <= MOST_DAYS:
        raise ValueError(f"--days is at most {MOST_DAYS}")
    if not 0 <= getattr(args, "overlap_hours", 0) <= MOST_OVERLAP_HOURS:
        raise ValueError(f"--overlap-hours is at most {MOST_OVERLAP_HOURS}")


def _told(made: Made) -> str:
    """The key on stdout, alone, so that it can be taken up; its id on stderr."""
    sys.stderr.write(f"{made.record.id} of {made.record.client}, shown only now:\n")
    return f"{made.key}\n"


def _rows(ring: DynamoKeyring, client: str | None) -> list[dict[str, Any]]:
    found = [each for each in ring.listed() if client in (None, each.client)]
    used = ring.last_used([each.id for each in found])
    return [_row(each, used.get(each.id, "")) for each in found]


def _row(record: ApiKey, used_at: str) -> dict[str, Any]:
    known = {"state": record.state(_now()), "last_used_at": used_at}
    return {name: known.get(name, getattr(record, name, "")) for name in COLUMNS}


def _table(rows: list[dict[str, Any]]) -> str:
    """Columns as wide as what stands in them; times to the minute."""
    times = ("created_at", "expires_at", "last_used_at")
    lines = [[name.removesuffix("_at").replace("_", " ") for name in COLUMNS]]
    lines += [[row[n][:16] if n in times else row[n] or "-" for n in COLUMNS] for row in rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(COLUMNS))]
    shown = (
        "  ".join(text.ljust(w) for text, w in zip(line, widths, strict=True)) for line in lines
    )
    return "".join(f"{line.rstrip()}\n" for line in shown)


def _cloud(*, aws: bool) -> Cloud:
    if aws:
        from local.deploy import account

        return account(None)
    from local.deployment import embedded

    found = running.process()
    if found is None or not found.answers():
        raise SystemExit("nothing is running: call ./auftakt up first")
    return embedded(found.base)


def _now() -> datetime:
    return datetime.now(UTC)
