"""`auftakt export`: the books of a shop as an accountant or an auditor takes them away."""

from __future__ import annotations

import argparse
import io
import json
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

from lxml import etree

from local.running import Running
from local.up import say
from oms.records.gdpdu import DTD_NAME

PATIENCE = 300.0  # seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=("datev", "z3"), help="a DATEV batch, or tables (Z3)")
    parser.add_argument("--from", dest="since", required=True, metavar="DAY", help="YYYY-MM-DD")
    parser.add_argument("--to", dest="until", required=True, metavar="DAY", help="inclusive")
    parser.add_argument("--shop", default="berg-beutel")
    parser.add_argument("--output", type=Path, default=Path(), metavar="FOLDER")
    parser.add_argument(
        "--dtd", type=Path, metavar="FILE", help="the authorities' own file, in place of ours (z3)"
    )


def run(args: argparse.Namespace, system: Running) -> int:
    """Ask for the export, wait until it is written, save its files; 1 if it is refused."""
    if args.dtd and args.kind != "z3":
        raise SystemExit("--dtd goes with z3 alone")
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
    if args.dtd:
        (archive,) = (args.output / each["name"] for each in export["files"])
        replace_grammar(archive, args.dtd)
    totals = export["totals"]
    say(f"{totals['vouchers']} documents: {totals['net']} net, {totals['gross']} gross, in EUR")
    return 0


def replace_grammar(archive: Path, official: Path) -> None:
    """Put the authorities' DTD into an archive of tables in place of ours, which says the same.

    Raises SystemExit when it is none, or `index.xml` does not follow it; nothing is replaced then.
    """
    try:
        written = official.read_bytes()
        declared = written.partition(b"?>")[2] if written.startswith(b"<?xml") else written
        grammar = etree.DTD(io.BytesIO(declared))
        with zipfile.ZipFile(archive) as before:
            files = {info: before.read(info) for info in before.infolist()}
        (index,) = (body for info, body in files.items() if info.filename == "index.xml")
        if not grammar.validate(etree.fromstring(index, _QUIET)):
            raise SystemExit(f"index.xml does not follow {official}: {grammar.error_log}")
    except (OSError, etree.LxmlError) as error:
        raise SystemExit(f"{official}: {error}") from None
    whole = archive.with_suffix(".part")
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as after:
        for info, body in files.items():
            after.writestr(info, written if info.filename == DTD_NAME else body)
    whole.replace(archive)


_QUIET = etree.XMLParser(load_dtd=False, no_network=True, resolve_entities=False)


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
