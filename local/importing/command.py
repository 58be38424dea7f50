"""`./auftakt import`: master data from a CSV file into a running system, or into one on AWS."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from local import running
from local.importing.columns import KINDS
from local.importing.reading import Record, Unreadable, read

MOST_ROWS = 1_000
MOST_BYTES = 1_500_000
TRIES = 6
PAUSE = 0.5
_AGAIN = (429, 503)
Refused = tuple[int, str]


class Stopped(Exception):
    """The system said no to a whole batch, or could not be reached."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("kind", choices=KINDS, help="what the rows are")
    parser.add_argument("file", type=Path, help="CSV in UTF-8, with commas or semicolons")
    parser.add_argument("--url", help="base address of another system, as https://….amazonaws.com")
    parser.add_argument("--key", help="a clerk's key for it (or AUFTAKT_KEY in the environment)")
    parser.add_argument("--shop", help="whose customers they are")


def run(args: argparse.Namespace) -> int:
    """Zero when every row was taken, else one; each refused line is named."""
    kind = KINDS[args.kind]
    try:
        base, key = _target(args)
        if kind.of_a_shop and not args.shop:
            raise Stopped("customers are a shop's: name it with --shop")
        found = read(args.file, kind)
        with httpx.Client(timeout=60, headers={"Authorization": f"Bearer {key}"}) as http:
            sent, refused = _send(http, f"{base.rstrip('/')}/v1/{kind.path}", found.records, args)
    except (Stopped, Unreadable) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    refused += found.refused
    for line, why in sorted(refused):
        sys.stdout.write(f"line {line}: {why}\n")
    counts = f"{sent['stored']} stored, {sent['unchanged']} unchanged, {len(refused)} refused"
    sys.stdout.write(f"{args.kind}: {counts}\n")
    return 1 if refused else 0


def _target(args: argparse.Namespace) -> tuple[str, str]:
    """The system's address and a key for it. Raises Stopped."""
    key = args.key or os.environ.get("AUFTAKT_KEY")
    if args.url:
        if not key:
            raise Stopped("--url needs --key, or AUFTAKT_KEY in the environment")
        return args.url, key
    system = running.find()
    if system is None:
        raise Stopped("not running: ./auftakt up starts it; --url and --key name another one")
    return system.api, key or system.keys["clerk"]


def _send(
    http: httpx.Client, url: str, records: Sequence[Record], args: argparse.Namespace
) -> tuple[dict[str, int], list[Refused]]:
    """Send all records; what became of how many, and why lines were refused. Raises Stopped."""
    sent = {"stored": 0, "unchanged": 0}
    refused: list[Refused] = []
    query = {"shop": args.shop} if args.shop else {}
    for batch in batches(records):
        answer = _post(http, url, query, [record.values for record in batch])
        for name in sent:
            sent[name] += answer[name]
        for row in answer["refused"]:
            record = batch[row["row"]]
            refused += [(line, f"{row['sku'] or ''}: {row['reason']}") for line in record.lines]
    return sent, refused


def batches(records: Sequence[Record]) -> Iterator[list[Record]]:
    """The records in as many as the API takes at once; bundles after what they are made of."""
    ordered = sorted(records, key=lambda record: record.values.get("kind") == "bundle")
    batch: list[Record] = []
    size = 0
    for record in ordered:
        more = len(json.dumps(record.values))
        if batch and (len(batch) == MOST_ROWS or size + more > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += more
    if batch:
        yield batch


def _post(http: httpx.Client, url: str, query: dict[str, str], rows: list[Any]) -> Any:
    """The answer to a batch; sending it again changes nothing, so it is, while it may help."""
    for attempt in range(TRIES):
        last = attempt == TRIES - 1
        try:
            answer = http.post(url, params=query, json={"items": rows})
        except httpx.TransportError as error:
            if last:
                raise Stopped(f"{url} cannot be reached: {error}") from None
        else:
            if answer.status_code == 200:
                return answer.json()
            if answer.status_code not in _AGAIN or last:
                raise Stopped(f"{url} answers {answer.status_code}: {answer.text[:500]}")
        time.sleep(PAUSE * 2**attempt)
    raise Stopped(f"{url} stays busy")
