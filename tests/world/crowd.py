"""A table and an archive of many orders, each the copy of one life, to see what `verify` needs."""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from oms.core.events import GENESIS, chained
from oms_aws.billing.counterfoils import written
from oms_aws.billing.documents import counterfoil_of
from oms_aws.platform.log import stored_event
from oms_aws.records.verify import check

Items = list[dict[str, Any]]

OWN = (
    "found",
    "order",
    "fulfilment",
    "vault",
    "event",
    "reservation",
    "number",
    "document",
    "stock",
    "notification",
)
"""Kinds of items that each copy has of its own, and pointers; the rest is there once."""


class Crowd:
    """Copies of an order's life: another order, another SKU, the next number, chained anew."""

    def __init__(self, seed: dict[str, Any], many: int) -> None:
        self._many = many
        self._at = datetime.fromisoformat(seed["at"])
        self._pdf = bytes.fromhex(seed["pdf"])
        own = [item for item in seed["items"] if _own(item)]
        self._shared = [item for item in seed["items"] if not _own(item)]
        self._text = json.dumps(own)
        (order,) = [item for item in own if item.get("kind") == "order"]
        self._order = order["pk"].removeprefix("ORDER#ord_")
        self._number = order["external_number"]
        self._events = sorted(set(re.findall(r"evt_[0-9a-f]{32}", self._text)))

    def items(self) -> Iterator[dict[str, Any]]:
        """Everything that a scan of the table would show."""
        for item in self._shared:
            name = {"range": "last", "departures": "leaving"}.get(item.get("kind", ""))
            yield {**item, name: item[name] * self._many} if name else item
        for n in range(1, self._many + 1):
            yield from self._copy(n)

    @lru_cache(maxsize=8)  # noqa: B019
    def _copy(self, n: int) -> Items:
        text = self._text.replace(self._order, f"{n:032x}").replace("RUCK-45", f"RUCK-{n}")
        text = text.replace(f'"{self._number}', f'"X-{n}').replace(f"#{self._number}", f"#X-{n}")
        text = text.replace("RE-2026-000001", f"RE-2026-{n:06d}")
        text = text.replace("NUMBER#0000000001", f"NUMBER#{n:010d}")
        for place, id in enumerate(self._events):
            text = text.replace(id, f"evt_{n:024x}{place:08x}")
        items: Items = json.loads(text)
        for item in items:
            if item.get("kind") in ("number", "document"):
                item["number"] = n
        _rechain(items)
        return items

    def verdict(self) -> dict[str, Any]:
        """What the checkers find."""
        return check(self.items(), at=self._at, archive=self)

    # -- the archive --------------------------------------------------------------------------

    def keys(self, folder: str) -> Iterator[str]:
        for n in range(1, self._many + 1):
            if folder == "orders/":
                digest = sha256(self._log(n)).hexdigest()
                yield f"orders/2026/11/ord_{n:032x}/000099-{digest}.jsonl"
            if folder == "numbers/":
                yield f"numbers/berg-beutel!RE-2026/{n:010d}.json"

    def read(self, key: str) -> bytes | None:
        folder, name = key.split("/")[0], key.rsplit("/", 1)[1]
        if folder == "invoices":
            return self._pdf
        if folder == "orders":
            return self._log(int(key.split("ord_")[1][:32], 16))
        n = int(name.removesuffix(".json"))
        (record,) = [item for item in self._copy(n) if item.get("kind") == "document"]
        return written(counterfoil_of(record))

    def _log(self, n: int) -> bytes:
        events = (
            stored_event(item)
            for item in self._copy(n)
            if item.get("kind") == "event" and item["aggregate"].startswith("order/")
        )
        return b"".join(
            msgspec.json.encode(event) + b"\n"
            for event in sorted(events, key=lambda event: event.sequence)
        )


def _own(item: dict[str, Any]) -> bool:
    kind = item.get("kind", "")
    return kind in OWN or (not kind and "order_id" in item)


def _rechain(items: Items) -> None:
    """Hash the events of each aggregate anew, and give the aggregates the hash of their last."""
    ends: dict[str, str] = {}
    logs = [item for item in items if item.get("kind") == "event"]
    for item in sorted(logs, key=lambda item: (item["aggregate"], item["sequence"])):
        previous = ends.get(item["aggregate"], GENESIS)
        item["hash"] = ends[item["aggregate"]] = chained(stored_event(item), previous).hash
    for item in items:
        if item.get("kind") in ("order", "stock"):
            item["hash"] = ends[f"{item['kind']}/{item['pk'].partition('#')[2]}"]


def seed_of(world: Any) -> dict[str, Any]:
    """The one life of a world, as text can hold it."""
    (pdf,) = [world.object(key) for key in world.objects() if key.startswith("invoices/")]
    return {"at": world.now().isoformat(), "pdf": pdf.hex(), "items": list(world.items())}


def main(place: str, many: str) -> None:
    """Verify so many copies of a seed; print the verdict's faults and the peak of memory in MB."""
    started = datetime.now(UTC)
    found = Crowd(json.loads(Path(place).read_text()), int(many)).verdict()
    broken = [b for each in found["checks"].values() for b in each["broken"]]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    seconds = (datetime.now(UTC) - started).total_seconds()
    orders = found["checks"]["event_logs"]["checked"]
    facts = {"peak_mb": peak, "seconds": seconds, "events": orders, "broken": broken[:5]}
    sys.stdout.write(json.dumps({**facts, "breaches": len(broken)}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
