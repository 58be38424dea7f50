"""How many numbers a second one range gives: through its FIFO queue in batches, and one by one."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from msgspec.json import encode
from msgspec.structs import replace

from bench import yardstick
from bench.gear import load, meters
from bench.gear.bed import Bed, Stuck, fresh
from bench.gear.report import Target, options, publish
from bench.journey import ship
from local.cloud import credentials
from local.deployment import embedded
from local.player import merchant
from local.player.client import connected
from local.player.warehouse import Carrier, straight
from oms.billing.numbering import range_of
from oms.core.calendar import book_day
from oms.orders.order import Order
from oms_aws.billing.counter_batch import CounterBatch
from oms_aws.billing.invoicing import Draft, drafted
from oms_aws.billing.issuing import IssueRequest, issue
from oms_aws.orders.store import ORDER, StoredOrder
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform import keys
from oms_aws.platform.queue import EventNotice
from oms_aws.platform.vaults import new_vault
from oms_aws.platform.wiring import Settings

STEP, LINE = "billing/issue_invoice", "billing/line_up_shipments"
RELAY = "auftakt-records-relay_events"
SPENT = ("invocations", "wall_ms", "cpu_ms")
WARM_UP = 40
WANTED = 100.0
PATIENCE = 180.0


class Shop:
    """One shop's shipments in a running system, in which nobody hears of its invoices."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self.cloud = embedded(bed.running.api)
        self.template = asyncio.run(_one_order(bed))
        functions = self.cloud.client("lambda")
        own = functions.get_function_configuration(FunctionName="auftakt-" + STEP.replace("/", "-"))
        os.environ.update(credentials(bed.running.api) | own["Environment"]["Variables"])
        (relay,) = functions.list_event_source_mappings(FunctionName=RELAY)["EventSourceMappings"]
        functions.update_event_source_mapping(UUID=relay["UUID"], Enabled=False)
        self.made = 0
        self.ports = self.process()
        stored = self.ports.orders.get(self.template)
        bare = replace(stored.order.within("progress", completed_at=None), documents=())
        self._stored = stored._replace(state=bare)
        shop = self.ports.catalogue.shop(bare.shop)
        self.range = range_of(shop, "invoice", book_day(self.ports.now()))

    def process(self) -> PaymentsWiring:
        """The ports of a process of its own."""
        return PaymentsWiring(Settings.from_env())

    def shipped(self, many: int) -> list[Order]:
        """So many orders that have left, each like the one that really did."""
        orders = []
        for _ in range(many):
            self.made += 1
            order = self._stored.order
            copy = f"{order.id}-{self.made}"
            left = tuple(
                replace(each, id=f"{each.id}-{self.made}") for each in order.fulfilments[:1]
            )
            number = f"{order.external_number}-{self.made}"
            orders.append(replace(order, id=copy, external_number=number, fulfilments=left))
            stored = StoredOrder(
                orders[-1], 1, self._stored.sequence, self._stored.hash, new_vault()
            )
            put = self.ports.table.put(keys.order(copy), ORDER.item(stored, stored.hidden))
            self.ports.table.write([put])
        return orders

    def line_up(self, orders: Sequence[Order]) -> None:
        """Tell the queue of shipments of them all, as the bus does."""
        sqs = self.cloud.client("sqs")
        url = sqs.get_queue_url(QueueName="auftakt-" + LINE.replace("/", "-"))["QueueUrl"]
        bodies = [encode(_signal(order)).decode() for order in orders]
        for start in range(0, len(bodies), 10):
            some = enumerate(bodies[start : start + 10])
            entries = [{"Id": str(n), "MessageBody": body} for n, body in some]
            sqs.send_message_batch(QueueUrl=url, Entries=entries)

    def wait(self, last: int) -> None:
        """Until the range has come to a number. Raises Stuck."""
        limit = time.monotonic() + PATIENCE
        while self.ports.numbers.last(self.range.name) < last:
            if time.monotonic() > limit:
                raise Stuck(f"not at {last} after {PATIENCE:.0f} s: {self.bed.underway()}")
            time.sleep(0.05)

    def rest(self) -> None:
        """Until the functions are done; the stream stays unread. Raises Stuck."""
        limit = time.monotonic() + PATIENCE
        while (left := self.bed.underway())["calls"] or left["messages"]:
            if time.monotonic() > limit:
                raise Stuck(f"not at rest after {PATIENCE:.0f} s: {left}")
            time.sleep(0.1)

    def gaps(self) -> int:
        """Numbers up to the last one that no document has, and documents with more than one."""
        last = self.ports.numbers.last(self.range.name)
        places = [keys.numbered(self.range.name, n) for n in range(1, last + 1)]
        return last - len({item["document"] for item in self.ports.table.get_many(places)})


async def _one_order(bed: Bed) -> str:
    """An order's way to its warehouse's door."""
    async with connected(bed.running) as desks, load.shop(bed.running, 1) as client:
        await merchant.seed(desks, times=5)
        body = load.order("N-00001", load.basket(0))
        placed = await load.place(client, iter([body]), 1)
        carrier = Carrier(desks, merchant.CARRIER, straight)
        await ship(desks, {body["external_number"]}, 1, carrier)
    await asyncio.to_thread(bed.rest)
    return placed.ids[0]


def _signal(order: Order) -> EventNotice:
    facts = {"fulfilment": order.fulfilments[0].id}
    event = f"evt_{order.id.removeprefix('ord_')}"
    return EventNotice(
        type="Shipment.Confirmed",
        aggregate=f"order/{order.id}",
        id=event,
        shop=order.shop,
        facts=facts,
    )


def _asked(order: Order, oms: PaymentsWiring) -> IssueRequest:
    fulfilment = order.fulfilments[0].id
    id = fulfilment.replace("ful_", "inv_")

    def invoice(order: Order, taking: CounterBatch) -> Draft:
        return drafted(order, fulfilment, id, oms, taking, at=oms.now())

    return IssueRequest(id, order.id, "bench", invoice)


def _through_the_queue(shop: Shop, many: int) -> dict[str, Any]:
    """Numbers a second from the first message sent to the last number taken."""
    orders, first = shop.shipped(many), shop.ports.numbers.last(shop.range.name)
    before, root = shop.bed.stats()["steps"].get(STEP, {}), shop.bed.process.pid
    cpu = meters.cpu_seconds(root)
    began = time.perf_counter()
    shop.line_up(orders)
    shop.wait(first + many)
    seconds = time.perf_counter() - began
    shop.rest()
    after, used = shop.bed.stats()["steps"][STEP], meters.cpu_seconds(root)
    spent = {name: after[name] - before.get(name, 0) for name in SPENT}
    return {
        "numbers_per_second": round(many / seconds, 1),
        "invocations": spent["invocations"],
        "ms_per_number": round(spent["wall_ms"] / many, 2),
        "cpu_ms_per_number": {
            "step": round(spent["cpu_ms"] / many, 2),
            **{name: round((used[name] - cpu[name]) / many * 1000, 2) for name in used},
        },
    }


def _together(shop: Shop, many: int) -> Callable[[], None]:
    orders, oms = shop.shipped(many), shop.process()

    def act() -> None:
        assert not issue([_asked(order, oms) for order in orders], oms)

    return act


def _one_by_one(shop: Shop, many: int) -> Callable[[], None]:
    orders, oms = shop.shipped(many), shop.process()

    def act() -> None:
        for order in orders:
            assert not issue([_asked(order, oms)], oms)

    return act


def _rate(many: int, *acts: Callable[[], None]) -> dict[str, float]:
    """Numbers a second while these are done side by side."""
    threads = [threading.Thread(target=act) for act in acts]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"numbers_per_second": round(many / (time.perf_counter() - began), 1)}


def _measure(bed: Bed, many: int) -> tuple[dict[str, float], dict[str, Any]]:
    shop = Shop(bed)
    _through_the_queue(shop, WARM_UP)
    measured = yardstick.measure(bed)
    some = max(20, many // 4)
    figures: dict[str, Any] = {
        "numbers": many,
        "queue": _through_the_queue(shop, many),
        "table_in_tens": _rate(many, _together(shop, many)),
        "table_one_by_one": _rate(some, _one_by_one(shop, some)),
        "table_one_by_one_two_side_by_side": _rate(
            2 * some, _one_by_one(shop, some), _one_by_one(shop, some)
        ),
    }
    return measured, figures | {"gaps": shop.gaps()}


def main() -> None:
    """One shop, one range: the queue first, then the table alone, in tens and one by one."""
    asked = options(__doc__, orders=600).parse_args()
    with fresh() as bed:
        measured, figures = _measure(bed, asked.orders)
    rate = figures["queue"]["numbers_per_second"]
    figures["per_put"] = round(rate / measured["puts_per_second"], 3)
    targets = [
        Target("numbers/s through the queue", rate, at_least=WANTED),
        Target("gaps", figures["gaps"], at_most=0),
    ]
    publish("numbers", measured, figures, targets, quietly=asked.json)


if __name__ == "__main__":
    main()
