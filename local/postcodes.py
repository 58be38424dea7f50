"""`auftakt postcodes`: makes the table of postcodes anew from files of GeoNames' postal codes."""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import re
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median

from oms.screening.gazetteer import plain
from oms_aws.screening.gazetteer import COUNTRIES, TABLES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        type=Path,
        help="with at.csv, ch.csv and de.csv: columns postcode, place, latitude, longitude",
    )


def run(args: argparse.Namespace) -> int:
    """Zero when all tables are written."""
    for country in COUNTRIES:
        source = args.folder / f"{country.lower()}.csv"
        if not source.is_file():
            sys.stderr.write(f"{source} is missing\n")
            return 2
        made = table(source.read_text(encoding="utf-8"))
        (TABLES / f"{country.lower()}.tsv.gz").write_bytes(packed(made))
        sys.stdout.write(f"{country}: {made.count(chr(10))} postcodes\n")
    return 0


def table(rows: str) -> str:
    """The lines of a country's table, by postcode; the centre is the median of its rows."""
    places: dict[str, set[str]] = defaultdict(set)
    spots: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in csv.DictReader(io.StringIO(rows)):
        if names := _names(row["place"]):
            places[row["postcode"]] |= names
            spots[row["postcode"]].append((float(row["latitude"]), float(row["longitude"])))
    return "".join(
        f"{code}\t{_centre(spots[code], 0)}\t{_centre(spots[code], 1)}"
        f"\t{'|'.join(sorted(places[code]))}\n"
        for code in sorted(places)
    )


def _centre(spots: list[tuple[float, float]], axis: int) -> int:
    return round(median(spot[axis] for spot in spots) * 100)


def _names(place: str) -> set[str]:
    """The plain names of a place: whole, and of `Graz,01.Bezirk` or `Biel/Bienne` each part."""
    return {name for part in (place, *re.split(r"[,/]", place)) if (name := plain(part))}


def packed(made: str) -> bytes:
    """The table as a file: the same bytes for the same table."""
    return gzip.compress(made.encode("ascii"), 9, mtime=0)
