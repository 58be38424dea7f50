"""Goods and statements come back in any order, twice and cut off: pieces and cents add up."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from tests.world.faults import WILD, Trap
from tests.world.merchant import Merchant
from tests.world.opening import opened

STEPS = (
    "returns/announce_return",
    "returns/receive_return",
    "returns/follow_return",
    "returns/take_withdrawal",
    "returns/follow_withdrawal",
    "billing/render_document",
    "payments/refund_payment",
    "sourcing/allocate_backorders",
    "records/relay_events",
)
GRADES = ("A", "B", "C", "D")
PLACES = ("restock", "restock", "quarantine", "scrap")


@pytest.mark.parametrize("seed", range(10))
def test_whatever_comes_back_is_there_once_and_paid_back_once(seed: int) -> None:
    with opened(seed=seed, chaos=WILD) as world:
        merchant, chance = Merchant(world), random.Random(seed)
        merchant.count("A", RUCK_45=20, SOCKE_42=20)
        orders = [arrived(merchant, chance) for _ in range(3)]
        before = {sku: on_shelf(merchant, sku) for sku in ("RUCK-45", "SOCKE-42")}
        world.traps = [
            Trap(step, chance.randint(1, 6), after=chance.random() < 0.5)
            for step in chance.sample(STEPS, 4)
        ]
        returns = [each for id in orders for each in sent_back(merchant, chance, id)]
        world.settle()
        for id in returns:
            decide(merchant, chance, id)
        for _ in range(4):
            world.pass_time(hours=1)
            world.tick()
        assert world.broken() == []
        assert world.letters() == []
        found = [merchant.do("GET /v1/returns/{rma}", merchant.clerk, rma=id) for id in returns]
        assert {each["status"] for each in found} <= {"completed", "partly_received", "announced"}
        for id in orders:
            adds_up(merchant, id, [each for each in found if each["order"] == id])
        restocked = sum(pieces_of(each, "restock") for each in found)
        after = {sku: on_shelf(merchant, sku) for sku in before}
        assert sum(after.values()) - sum(before.values()) == restocked


def arrived(merchant: Merchant, chance: random.Random) -> str:
    """An order that has reached its customer."""
    wanted = {"RUCK_45": chance.randint(1, 3), "SOCKE_42": chance.randint(1, 3)}
    id = merchant.place(merchant.by_card(**wanted))
    for _ in range(2):
        merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def on_shelf(merchant: Merchant, sku: str) -> int:
    return int(merchant.stock(sku)["locations"]["A"]["on_hand"])


def sent_back(merchant: Merchant, chance: random.Random, order: str) -> list[str]:
    """Pieces of an order come back, in parcels that the warehouse tells of more than once."""
    call, ids = merchant.world.call, []
    seen = merchant.order(order)
    basis: dict[str, Any] = {}
    if chance.random() < 0.5:
        buyer = seen["customer"]
        said = {"name": buyer["name"], "contract": order, "email": buyer["email"]}
        said["contract"] = seen["external_number"]
        once = {"Idempotency-Key": f"w-{order}"}
        made = call("POST /v1/withdrawals", merchant.shop, said, headers=once).body
        basis = {"basis": "withdrawal", "withdrawal": made["id"]}
    for n, line in enumerate(seen["lines"]):
        pieces = chance.randint(1, line["quantities"]["delivered"])
        body = {"order": order, "lines": [{"number": line["number"], "quantity": pieces}], **basis}
        once = {"Idempotency-Key": f"r-{order}-{n}"}
        for _ in range(chance.randint(1, 2)):
            rma = call("POST /v1/returns", merchant.shop, body, headers=once).body["id"]
        ids.append(rma)
        came = [parcel(chance, f"WE-{p}", line["number"]) for p in range(pieces)]
        for each in chance.choices(came, k=len(came)) + came[: chance.randint(0, len(came))]:
            answer = call("POST /v1/returns/{rma}/receipts", merchant.wms, each, rma=rma)
            assert answer.status == 201, answer
            merchant.world.go_on(chance.randint(0, 20))
    return ids


def parcel(chance: random.Random, number: str, line: str) -> dict[str, Any]:
    """A parcel of one piece, in some condition."""
    piece = {"number": line, "quantity": 1, "grade": chance.choice(GRADES)}
    return {
        "number": number,
        "location": "A",
        "lines": [{**piece, "disposition": chance.choice(PLACES)}],
    }


def decide(merchant: Merchant, chance: random.Random, id: str) -> None:
    """A clerk decides on all that waits for it."""
    rma = merchant.do("GET /v1/returns/{rma}", merchant.clerk, rma=id)
    for receipt in rma["receipts"]:
        for line in receipt["lines"]:
            if line["decision"] is None:
                word = chance.choice(("accepted", "declined"))
                said = [{"number": line["number"], "decision": word}]
                body = {"receipt": receipt["number"], "lines": said, "reason": "looked at it"}
                merchant.do("POST /v1/returns/{rma}/decisions", merchant.clerk, body, rma=id)


def pieces_of(rma: Any, disposition: str) -> int:
    lines = (line for receipt in rma["receipts"] for line in receipt["lines"])
    return sum(line["quantity"] for line in lines if line["disposition"] == disposition)


def adds_up(merchant: Merchant, id: str, returns: list[Any]) -> None:
    """Each accepted piece is credited once, and what is credited has gone back."""
    order = merchant.order(id)
    lines = [li for each in returns for r in each["receipts"] for li in r["lines"]]
    accepted = sum(line["quantity"] for line in lines if line["decision"] == "accepted")
    credits = [credit for each in returns for credit in each["credits"]]
    assert sum(sum(credit["pieces"].values()) for credit in credits) == accepted
    notes = {d["id"]: Decimal(d["gross"]) for d in order["documents"] if d["type"] == "credit_note"}
    assert sorted(credit["note"] for credit in credits) == sorted(notes)
    assert sum(notes.values()) == Decimal(order["settlement"]["refunded"])
    assert sum(notes.values()) <= Decimal(order["settlement"]["captured"])
    back = sum(line["quantities"]["returned"] for line in order["lines"])
    assert back == sum(line["quantity"] for line in lines)
