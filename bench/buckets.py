"""One article that everybody wants: how reservations a second grow with its buckets."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any, cast

from bench import yardstick
from bench.gear.items import Limited
from bench.gear.report import Target, options, publish
from oms.core.refusals import NotNow
from oms.sourcing.stock import Reservation
from oms_aws.orders.store import DynamoOrders, StoredOrder
from oms_aws.platform.table import ConditionFailed, Table
from oms_aws.sourcing.counting import Count, Counting
from oms_aws.sourcing.stock import DynamoStock, Move

SKU = "BENCH-HOT"
BUCKETS = (1, 2, 4, 8, 16)
BUYERS, SECONDS = 48, 3.0
WRITES_A_SECOND = 40.0
GROWTH = 6.0


def _now() -> datetime:
    return datetime.now(UTC)


class Sale:
    """Buyers, each a process of its own, after one article whose items take few writes a second."""

    def __init__(self, parts: int, pieces: int) -> None:
        self.items = Limited(WRITES_A_SECOND)
        self.sold, self.short, self.busy = 0, 0, 0
        self._lock, self._number = threading.Lock(), 0
        self._until = float("inf")
        self._patiently(lambda stock: stock.take_counts([Count(SKU, pieces)], _by()))
        if parts:
            self._patiently(lambda stock: stock.arrange(SKU, parts))

    def port(self) -> DynamoStock:
        return DynamoStock(Table(self.items, "T"), _now, self.new_id)

    def new_id(self, prefix: str) -> str:
        with self._lock:
            self._number += 1
            return f"{prefix}_{self._number:08d}"

    def _patiently(self, act: Any) -> None:
        """Prepare the sale, however long that takes at so few writes a second."""
        while True:
            try:
                act(self.port())
                return
            except NotNow:
                time.sleep(0.05)

    def run(self, seconds: float) -> float:
        """Sell until time is up, or all is sold; answers the reservations a second."""
        began = time.monotonic()
        self._until = began + seconds
        buyers = [threading.Thread(target=self._shop) for _ in range(BUYERS)]
        for buyer in buyers:
            buyer.start()
        for buyer in buyers:
            buyer.join()
        return self.sold / (time.monotonic() - began)

    def _shop(self) -> None:
        stock = self.port()
        while time.monotonic() < self._until:
            held = Reservation(sku=SKU, order_id=self.new_id("ord"), placed_at=_now())
            try:
                soft = _reserved(stock, held)
            except (NotNow, ConditionFailed):
                self._tally(busy=1)
                continue
            self._tally(sold=soft, short=1 - soft)
            if not soft:
                return

    def _tally(self, *, sold: int = 0, short: int = 0, busy: int = 0) -> None:
        with self._lock:
            self.sold += sold
            self.short += short
            self.busy += busy

    @property
    def parts(self) -> int:
        return self.port().items([SKU])[SKU].parts


def _by() -> Counting:
    return Counting("A", _now(), 0, "bench", "bench")


def _reserved(stock: DynamoStock, held: Reservation) -> int:
    """Take one piece, or wait for one; answers the pieces taken."""
    item = stock.items([SKU])[SKU]
    soft = min(1, max(0, item.promisable_to(held)))
    after = Reservation(
        sku=SKU,
        order_id=held.order_id,
        placed_at=held.placed_at,
        soft=soft,
        backordered=1 - soft,
    )
    stock.move([Move(held, after)], cast(DynamoOrders, None), cast(StoredOrder, None))
    return soft


def _sold_out(parts: int, pieces: int) -> dict[str, int]:
    """A sale to the last piece: what was sold, and who came too late."""
    sale = Sale(parts, pieces)
    sale.run(60)
    return {"pieces": pieces, "sold": sale.sold, "too_late": sale.short}


def main() -> None:
    """Exit code 1 when buckets do not make it faster, or a sale does not end at the last piece."""
    asked = options(__doc__).parse_args()
    measured = yardstick.measure()
    rates: dict[int, float] = {}
    for parts in BUCKETS:
        sale = Sale(parts, 1_000_000)
        rates[parts] = round(sale.run(SECONDS), 1)
    by_itself = Sale(0, 1_000_000)
    alone = round(by_itself.run(4 * SECONDS), 1)
    ended = _sold_out(8, 200)
    growth = rates[BUCKETS[-1]] / rates[1]
    targets = [
        Target("growth_of_16_buckets", growth, at_least=GROWTH),
        Target("parts_by_itself", by_itself.parts, at_least=2),
        Target("sold_to_the_last_piece", ended["sold"], at_least=200, at_most=200),
    ]
    publish(
        "buckets",
        measured,
        {
            "writes_a_second_an_item": WRITES_A_SECOND,
            "buyers": BUYERS,
            "reservations_per_second": {str(parts): rate for parts, rate in rates.items()},
            "growth": {str(parts): round(rate / rates[1], 2) for parts, rate in rates.items()},
            "by_itself": {"parts": by_itself.parts, "reservations_per_second": alone},
            "to_the_last": ended,
        },
        targets,
        quietly=asked.json,
    )
    sys.exit(0 if all(target.met for target in targets) else 1)


if __name__ == "__main__":
    main()
