"""Is anything lost that was accepted, when the cloud is killed at random moments of a busy day?"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from statistics import median
from typing import Any

from bench.gear.bed import Bed, fresh
from bench.gear.kills import Stream, calm, settled
from bench.gear.report import Target, options, publish
from local import verify
from local.player import merchant
from local.player.client import connected
from local.up import say

LONGEST = 8.0


async def _seed(bed: Bed) -> None:
    async with connected(bed.running) as desks:
        await merchant.seed(desks, times=50)


def killed(
    bed: Bed, times: int, chance: random.Random, longest: float = LONGEST
) -> tuple[Stream, dict[str, Any]]:
    """Kill the cloud so many times under the stream; what the stream saw, and the figures."""
    asyncio.run(_seed(bed))
    stream, restarts, first = Stream(), list[float](), time.monotonic()
    for n in range(1, times + 1):
        asyncio.run(stream.until_killed(bed, chance.uniform(0.1, longest)))
        began = time.monotonic()
        bed = bed.again()
        restarts.append(time.monotonic() - began)
        asyncio.run(stream.check(bed))
        say(f"kill {n} of {times}: {len(stream.accepted)} accepted, {len(stream.broken)} broken")
    last = time.monotonic()
    waiting = calm(bed)
    asyncio.run(settled(bed, stream))
    asyncio.run(stream.check(bed, everything=True))
    found = verify.check(bed.running)
    breaches = [f"{name}: {b}" for name, c in found["checks"].items() for b in c["broken"]]
    return stream, {
        "kills": times,
        "accepted": len(stream.accepted),
        "shipped": len(stream.left),
        "files_of_counts": len(stream.counts),
        "mails_in_doubt": waiting,
        "restart_seconds": round(median(restarts), 2),
        "seconds_of_kills": round(last - first),
        "seconds_until_calm": round(time.monotonic() - last),
        "broken": stream.broken,
        "breaches": breaches,
    }


def main() -> None:
    """Fails when a promise was broken or an invariant does not hold."""
    parser = options(__doc__)
    parser.add_argument("--kills", type=int, default=50, metavar="N")
    parser.add_argument("--longest", type=float, default=LONGEST, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=17, help="other moments")
    asked = parser.parse_args()
    with fresh() as bed:
        _, figures = killed(bed, asked.kills, random.Random(asked.seed), asked.longest)
    lost, breaches = len(figures["broken"]), len(figures["breaches"])
    publish(
        "kill",
        {},
        figures,
        [
            Target("promises broken", lost, at_most=0),
            Target("breaches that verify finds", breaches, at_most=0),
        ],
        quietly=asked.json,
    )
    sys.exit(1 if lost or breaches else 0)


if __name__ == "__main__":
    main()
