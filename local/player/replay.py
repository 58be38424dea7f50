"""Replays transactions of real shops as orders on a running system, and accounts for every row."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import httpx

from local.player import retail
from local.player.books import book_day
from local.player.client import connected
from local.player.demo import positive, verified
from local.player.rerun import Rerun, Terms
from local.player.retail import WrongForm
from local.player.screen import Screen
from local.player.sums import sum_of
from local.player.wire import Problem
from local.running import Running


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "Columns: " + ", ".join(retail.COLUMNS)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV, any size")
    parser.add_argument(
        "--stock-factor",
        type=_factor,
        default=Decimal(1),
        metavar="F",
        help="opening stock as a share of what is ordered, rounded down per article",
    )
    parser.add_argument("--currency", default="EUR", help="currency of the prices, e.g. GBP")
    parser.add_argument("--limit", type=positive, metavar="N", help="only the first N documents")
    parser.add_argument("--no-ship", action="store_true", help="leave orders at the warehouses")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(args: argparse.Namespace, running: Running) -> int:
    """Replay; 0 when all rows are accounted for and all invariants hold, 2 for unusable files."""
    terms = Terms(args.currency, args.stock_factor, ships=not args.no_ship)
    with Screen("Replay") as screen:
        try:
            result = asyncio.run(_replay(args, running, terms, screen))
        except (OSError, WrongForm) as error:
            screen.say(f"replay: {error}")
            return 2
        except (Problem, httpx.HTTPError) as error:
            screen.say(f"The replay could not go on: {type(error).__name__} {error}")
            return 1
        screen.note("verifying")
        result["verify"] = verified(running)
    sound = result["balanced"] and result["money"]["adds_up"] and result["verify"]["ok"]
    result["ok"] = bool(sound) and not result["unfinished"]
    screen.report(result, as_json=args.json)
    _print_equation(result)
    return 0 if result["ok"] else 1


async def _replay(
    args: argparse.Namespace, running: Running, terms: Terms, screen: Screen
) -> dict[str, Any]:
    began, first_day = time.monotonic(), book_day(datetime.now(UTC))
    screen.note("reading")
    found = retail.survey(retail.rows(args.files, args.limit))
    async with connected(running) as desks:
        rerun = Rerun(desks, f"R{time.time_ns() // 1_000_000:x}", terms, found, screen)
        documents = retail.documents(retail.rows(args.files, args.limit), found.sizes)
        phases: dict[str, Callable[[], Awaitable[None]]] = {
            "stocking": rerun.stock_up,
            "placing": lambda: rerun.place(documents),
            "routing": rerun.route,
            "cancelling": rerun.cancel,
            "shipping": rerun.fulfil,
            "crediting": rerun.credit,
            "reading_back": rerun.read_back,
        }
        took = {"reading": time.monotonic() - began}
        for phase, work in phases.items():
            start = time.monotonic()
            await work()
            took[phase] = time.monotonic() - start
        screen.note("exporting")
        last_day = book_day(datetime.now(UTC))
        exported = await rerun.books.exported(desks, first_day, last_day)
    seconds = sum(took.values())
    money = rerun.books.outcome(sum_of(args.files, args.limit), exported)
    return {
        **rerun.outcome(),
        "money": money,
        "seconds": round(seconds, 2),
        "orders_per_second": round(rerun.orders / seconds, 2),
        "phases": {phase: round(spent, 2) for phase, spent in took.items()},
    }


def _print_equation(result: dict[str, Any]) -> None:
    sign = "=" if result["balanced"] else "IS NOT"
    parts = " + ".join(f"{part} {result[part]}" for part in ("placed", "refused", "not_applied"))
    sys.stderr.write(f"rows {result['rows']} {sign} {parts}\n")
    money = result["money"]
    sign = "=" if money["adds_up"] else "IS NOT"
    rest = "invoices {invoices} - credit_notes {credit_notes} + unbilled {unbilled}"
    rest += " - cancelled {cancelled} + left_out {left_out}; datev {datev}; z3 {z3}"
    sys.stderr.write(f"file {money['file']} {sign} {rest.format(**money)}\n")


def _factor(text: str) -> Decimal:
    try:
        factor = Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text} is not a number") from None
    if not 0 <= factor <= 1000:
        raise argparse.ArgumentTypeError("between 0 and 1000")
    return factor
