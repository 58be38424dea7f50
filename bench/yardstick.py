"""The yardstick: how fast this machine is right now, for its speed drifts within a day."""

from __future__ import annotations

import statistics
import time

from bench.gear.bed import Bed, fresh
from bench.gear.report import options, publish

STEPS = 1_000_000
TURNS = 3
PUTS = 300
TABLE = "yardstick"


def measure(bed: Bed | None = None) -> dict[str, float]:
    """Million steps of a fixed loop per second, and raw puts per second where there is a cloud.

    `cpu` is per CPU second, `wall` per second on the clock: their ratio says how much others took.
    """
    turns = [_loop() for _ in range(TURNS)]
    found = {
        "cpu_msteps": round(statistics.median(cpu for cpu, _ in turns), 3),
        "wall_msteps": round(statistics.median(wall for _, wall in turns), 3),
    }
    if bed is not None:
        found["puts_per_second"] = round(_puts(bed), 1)
    return found


def _loop() -> tuple[float, float]:
    cpu, wall, number = time.process_time(), time.perf_counter(), 1
    for _ in range(STEPS):
        number = (number * 1_103_515_245 + 12_345) & 0x7FFF_FFFF
    million = STEPS / 1e6
    return million / (time.process_time() - cpu), million / (time.perf_counter() - wall)


def _puts(bed: Bed) -> float:
    """One client puts small items one after another into a table of its own."""
    from local.deployment import embedded

    client = embedded(bed.running.api).client("dynamodb")
    if TABLE not in client.list_tables()["TableNames"]:
        client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        )
    began = time.perf_counter()
    for n in range(PUTS):
        item = {"pk": {"S": str(n)}, "body": {"S": "x" * 500}}
        client.put_item(TableName=TABLE, Item=item)
    return PUTS / (time.perf_counter() - began)


def main() -> None:
    """Print the yardstick alone."""
    asked = options(__doc__).parse_args()
    with fresh() as bed:
        publish("yardstick", measure(bed), {}, [], quietly=asked.json)


if __name__ == "__main__":
    main()
