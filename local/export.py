"""`auftakt export`: the books of a shop as an accountant or an auditor takes them away."""

from __future__ import annotations

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from local.running import Running
from local.up import say

PATIENCE = 300.0  # seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=("datev", "z3"), help="a DATEV batch, or tables (Z3)")
    parser.add_argument("--from", dest="since", required=True, metavar="DAY", help="YYYY-MM-DD")
    parser.add_argument("--to", dest="until", required=True, metavar="DAY", help="inclusive")
    parser.add_argument("--shop", default="berg-beutel")
    parser.add_argument("--output", type=Path, default=Path(), metavar="FOLDER")


def run(args: argparse.Namespace, system: Running) -> int:
    """Ask for the export, wait until it is written, save its files; 1 if it is refused."""
    body = {"kind": args.kind, "from": args.since, "to": args.until}
    try:
        export = _ask(system, f"/v1/exports?shop={args.shop}", body)
        limit = time.monotonic() + PATIENCE
        while export["status"] == "asked" and time.monotonic() < limit:
            time.sleep(0.5)
            export = _ask(system, f"/v1/exports/{export['id']}")
    except urllib.error.HTTPError as error:
        raise SystemExit(f"not exported: {json.load(error).get('detail')}") from None
    if export["status"] != "written":
        sys.stderr.write(f"not exported: {export['reason'] or 'it is not written yet'}\n")
        return 1
    args.output.mkdir(parents=True, exist_ok=True)
    for file in export["files"]:
        target = args.output / file["name"]
        with urllib.request.urlopen(file["url"], timeout=60) as content:
            target.write_bytes(content.read())
        sys.stdout.write(f"{target}\n")
    totals = export["totals"]
    say(f"{totals['vouchers']} documents: {totals['net']} net, {totals['gross']} gross, in EUR")
    return 0


def _ask(system: Running, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    request = urllib.request.Request(
        system.api + path,
        data=json.dumps(body).encode() if body else None,
        headers={
            "Authorization": f"Bearer {system.keys['accountant']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        answer: dict[str, Any] = json.load(response)
    return answer
