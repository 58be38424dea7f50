"""Plays a day at Berg&Beutel on a running system and tells what came of it."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import sys
import threading
import time
from contextlib import AsyncExitStack
from typing import Any, TextIO

import httpx

from local.player import merchant
from local.player.client import connected
from local.player.day import PATIENCE, Day
from local.player.evidence import figures, logs
from local.player.receiver import receiving
from local.player.screen import Screen
from local.player.wire import Problem
from local.running import Running
from local.up import addresses


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", type=positive, default=60, metavar="N", help="how many orders")
    parser.add_argument("--exit", action="store_true", help="stop the system when done")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--seed", type=int, default=17, help="another seed, another day")


def run(args: argparse.Namespace, running: Running) -> int:
    """Play the day; 0 when every order came to rest and all invariants hold."""
    with Screen("A day at Berg&Beutel") as screen:
        try:
            result = asyncio.run(_demo(args, running, screen))
        except (Problem, httpx.HTTPError) as error:
            screen.say(f"The demo could not go on: {type(error).__name__} {error}")
            return 1
        screen.note("verifying")
        result["verify"] = verified(running)
    result["ok"] = not result["unfinished"] and not result["troubles"] and result["verify"]["ok"]
    screen.report(result, as_json=args.json)
    if not args.exit:
        _stay_up(running, sys.stderr if args.json else sys.stdout)
    return 0 if result["ok"] else 1


def _stay_up(running: Running, people: TextIO) -> None:
    """Tell where everything is and wait for Ctrl-C."""
    people.write(f"{addresses(running)}\nUp until Ctrl-C.\n")
    people.flush()
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


def verified(running: Running) -> dict[str, Any]:
    """What the invariants' checkers say of the live data."""
    from local.verify import check

    found: dict[str, Any] = check(running)
    return found


async def _demo(args: argparse.Namespace, running: Running, screen: Screen) -> dict[str, Any]:
    began = time.monotonic()
    name, chance = f"{int(time.time()):x}", random.Random(args.seed)
    intents = list(merchant.day(name, args.orders, chance))
    async with AsyncExitStack() as stack:
        desks = await stack.enter_async_context(connected(running))
        receiver = stack.enter_context(receiving())
        screen.note("seeding Berg&Beutel")
        await merchant.seed(desks, times=1 + args.orders // 100)
        endpoint = await desks.shop.subscribe(receiver.url, ["*"])
        stack.push_async_callback(desks.shop.unsubscribe, endpoint.id)
        receiver.trust(endpoint.secret)
        day = Day(desks, name, intents, chance, screen)
        await day.play()
        screen.note("mails and webhooks catch up")
        found, late = await logs(desks, day.board, receiver.has, PATIENCE)
    still = [f"{rma} of {id} is still credited" for id, rma in day.returning.waiting.items()]
    resting = [f"{o.external_number} ({o.id}) is {o.status}" for o in day.unfinished]
    behind = [f"{day.board.orders[id].external_number} ({id}): {what}" for id, what in late.items()]
    return {
        **figures(found),
        "mails": await _mails(running, name),
        "webhooks": receiver.counts["received"],
        "webhooks_refused_on_purpose": receiver.counts["refused_on_purpose"],
        "webhooks_forged": receiver.counts["forged"],
        "scans": day.carrier.scans,
        "came_back": len(day.returning.sent),
        "credited_for_it": day.returning.credited,
        "seconds": round(time.monotonic() - began, 2),
        "unfinished": resting + behind + still,
        "troubles": day.troubles,
    }


async def _mails(running: Running, run: str) -> int:
    """How many mails to customers of this run are in the mailbox."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        answer = await http.get(running.mailbox, headers={"Accept": "application/json"})
    recipients = (to for mail in answer.raise_for_status().json()["items"] for to in mail["to"])
    return sum(f"+{run}@" in recipient for recipient in recipients)


def positive(text: str) -> int:
    """An argument that counts something."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
