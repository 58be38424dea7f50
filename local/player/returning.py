"""Customers who send back what they got, and the warehouse that looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.player.answers import Listed, Order
from local.player.client import Desks
from local.player.crowd import each
from local.player.merchant import Intent
from local.player.wire import Problem

Json = dict[str, Any]
CONDITIONS = (("A", "restock"), ("B", "restock"), ("C", "refurbish"))
"""Grades of what comes back, and where such pieces go."""


@dataclass
class Returning:
    """Sends back what `intents` have it: one piece as goodwill, or all after a withdrawal.

    It ends with the money: `waiting` are the returns that are not through yet, by order.
    """

    desks: Desks
    location: str
    intents: Mapping[str, Intent]
    sent: set[str] = field(default_factory=set)
    waiting: dict[str, str] = field(default_factory=dict)
    credited: int = 0
    troubles: list[str] = field(default_factory=list)

    def open(self, completed: Iterable[Listed]) -> list[Listed]:
        """Orders of which something is yet to be sent back."""
        wanted = ("sent_back", "revoked")
        mine = (each for each in completed if each.id not in self.sent)
        return [each for each in mine if self.intents[each.external_number].story in wanted]

    async def work(self, completed: Iterable[Listed]) -> int:
        """Send back what has arrived, and see what became of it; how many returns moved."""
        new = self.open(completed)
        await each(new, self._send, width=4)
        for order, rma in [*self.waiting.items()]:
            found = await self.desks.clerk.goods_back(rma)
            if found.status == "completed":
                self.credited += len(found.credits)
                del self.waiting[order]
        return len(new)

    async def _send(self, listed: Listed) -> None:
        self.sent.add(listed.id)
        intent = self.intents[listed.external_number]
        try:
            order = await self.desks.shop.order(listed.id)
            told = await self._revoked(intent) if intent.story == "revoked" else {}
            pieces = _pieces(order, whole=bool(told))
            rma = await self.desks.shop.announce_return(
                {"order": order.external_number, "lines": _lines(pieces), **told},
                f"back-{order.external_number}",
            )
            self.waiting[order.id] = rma.id
            await self.desks.wms.receive_return(rma.id, self._parcel(rma.number, pieces))
        except Problem as problem:
            self.troubles.append(f"{listed.external_number} comes back: {problem}")

    async def _revoked(self, intent: Intent) -> Json:
        """The consumer's statement, as the shop hands it on, and what the return says of it."""
        buyer = intent.body["customer"]
        said = {"name": buyer["name"], "contract": intent.number, "email": buyer["email"]}
        id = await self.desks.shop.withdraw(said, f"withdraw-{intent.number}")
        return {"basis": "withdrawal", "withdrawal": id}

    def _parcel(self, number: str, pieces: Mapping[str, int]) -> Json:
        grade, disposition = CONDITIONS[len(self.sent) % len(CONDITIONS)]
        condition = {"grade": grade, "disposition": disposition}
        lines = [{**line, **condition} for line in _lines(pieces)]
        return {"number": f"WE-{number}", "location": self.location, "lines": lines}


def _lines(pieces: Mapping[str, int]) -> list[Json]:
    return [{"number": number, "quantity": quantity} for number, quantity in pieces.items()]


def _pieces(order: Order, *, whole: bool) -> dict[str, int]:
    """Pieces that come back: all that have arrived, or one of the first line."""
    there = {line.number: n for line in order.lines if (n := line.quantities.delivered)}
    return there if whole else dict.fromkeys([*there][:1], 1)
