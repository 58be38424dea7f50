"""What a thousand orders of three lines would cost on AWS, counted in a real run, step by step."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import yardstick
from bench.gear import bill, load
from bench.gear.bed import ROOT, Bed, fresh
from bench.gear.bill import Usage
from bench.gear.report import Target, options, publish
from bench.gear.wiretap import listening
from bench.journey import ship
from local.deployment import embedded
from local.player import merchant
from local.player.client import connected
from local.player.warehouse import ROUTE, Carrier, straight

WARM_UP = 3
THOUSAND = 1_000
ASKING = ("fulfilment/list_fulfilments", "master/authorise_client")
"""Not an order's: warehouses ask by the clock, and the API asks who calls every 5 s at most."""
FLOW, END = "the intake flow", "the end"
EVENT_OVERHEAD = 250
"""Bytes around each event in the log of a state machine."""


async def _one_by_one(bed: Bed, run: str, orders: int) -> list[str]:
    """Each order begins when all that the one before caused is done."""
    ids: list[str] = []
    async with connected(bed.running) as desks, load.shop(bed.running, 1) as client:
        for n in range(orders):
            body = load.order(f"{run}-{n:05d}", load.basket(n))
            ids += (await load.place(client, iter([body]), 1)).ids
            carrier = Slow(desks, merchant.CARRIER, straight)
            await ship(desks, {body["external_number"]}, 1, carrier)
            for status in ROUTE:
                await asyncio.to_thread(bed.rest)
                await carrier.scan(status)
            await asyncio.to_thread(bed.rest)
    return ids


@dataclass
class Slow(Carrier):
    """A carrier whose scans come, as in life, when all that came before is done."""

    taken: list[str] = field(default_factory=list)

    async def take(self, number: str) -> None:
        self.taken.append(number)

    async def scan(self, status: str) -> None:
        """Scan every parcel with the next status of its way."""
        route, self.route = self.route, lambda _: (status,)
        for number in self.taken:
            await super().take(number)
        self.route = route


def _executions(bed: Bed, ids: list[str]) -> tuple[Counter[str], int]:
    """How often which state was entered in the orders' executions, and the bytes they logged."""
    client = embedded(bed.running.api).client("stepfunctions")
    machine = client.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    entered: Counter[str] = Counter()
    logged = 0
    for id in ids:
        execution = f"{machine.replace(':stateMachine:', ':execution:')}:{id}"
        history = client.get_execution_history(executionArn=execution, maxResults=1000)["events"]
        entered.update(
            event["stateEnteredEventDetails"]["name"]
            for event in history
            if "stateEnteredEventDetails" in event
        )
        entered[END] += 1
        logged += sum(len(json.dumps(event, default=str)) + EVENT_OVERHEAD for event in history)
    return entered, logged


def _measure(orders: int) -> tuple[dict[str, float], dict[str, Usage], dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder, "notes.jsonl")
        with fresh(listening(ROOT / "functions", Path(folder, "functions"), notes)) as bed:
            log = bed.state / "logs" / "functions.jsonl"
            asyncio.run(_seed(bed))
            asyncio.run(_one_by_one(bed, "W", WARM_UP))
            measured = yardstick.measure(bed)
            for file in (notes, log):
                file.write_text("")
            ids = asyncio.run(_one_by_one(bed, "M", orders))
            used = bill.usage(notes, log, ASKING)
            entered, logged = _executions(bed, ids)
    flow = {"stepfunctions": bill.transitions(entered, used), "logs": logged}
    return measured, used, flow


async def _seed(bed: Bed) -> None:
    async with connected(bed.running) as desks:
        await merchant.seed(desks, times=5)


def _step(used: Usage | None, units: Mapping[str, float], orders: int) -> dict[str, Any]:
    usd = sum(bill.charged(units).values(), Decimal(0))
    found: dict[str, Any] = {"usd_per_1000": _thousand(usd, orders)}
    if used is not None:
        found |= {
            "invocations": round(used.invocations / orders, 2),
            "ms": round(used.billed_ms / used.invocations, 1),
            "requests": {n: round(c / orders, 2) for n, c in sorted(used.requests.items())},
        }
    for name in ("dynamodb writes", "dynamodb reads"):
        if units.get(name):
            found[name] = round(units[name] / orders, 1)
    return found


def _thousand(usd: Decimal, orders: int) -> float:
    return round(float(usd) * THOUSAND / orders, 4)


def main() -> None:
    """Prints units an order and USD per 1,000 orders, by service and by step."""
    asked = options(__doc__, orders=8).parse_args()
    orders = asked.orders
    measured, used, flow = _measure(orders)
    units = {step: bill.units(step, use) for step, use in sorted(used.items())} | {FLOW: flow}
    total: Counter[str] = Counter()
    for step in units.values():
        total.update(step)
    services = {name: _thousand(usd, orders) for name, usd in bill.charged(total).items()}
    mails = services["mail"]
    requests: Counter[str] = sum((use.requests for use in used.values()), Counter())
    publish(
        "cost",
        measured,
        {
            "orders": orders,
            "usd_per_1000_orders": {
                "without_mails": round(sum(services.values()) - mails, 4),
                "with_mails": round(sum(services.values()), 4),
            },
            "usd_per_1000_by_service": dict(sorted(services.items(), key=lambda s: -s[1])),
            "units_per_order": {name: round(n / orders, 3) for name, n in total.items()},
            "index_writes_per_order": sum(use.indexed for use in used.values()) / orders,
            "lambda_ms_per_order": sum(use.billed_ms for use in used.values()) / orders,
            "requests_per_order": {n: round(c / orders, 2) for n, c in requests.most_common()},
            "steps": {n: _step(used.get(n), u, orders) for n, u in units.items()},
            "idle_month": bill.idle_month(),
        },
        [
            Target(
                "USD per 1,000 orders without mails", sum(services.values()) - mails, at_most=1.0
            ),
            Target("AWS requests heard an order", sum(requests.values()) / orders, at_least=20),
            Target("transitions an order", total["stepfunctions"] / orders, at_most=12),
        ],
        quietly=asked.json,
    )


if __name__ == "__main__":
    main()
