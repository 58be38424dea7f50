"""Lives of orders that wait, lose what they had, or come in sets, to be cut off anywhere."""

from __future__ import annotations

import re

from tests.world.lives import UNPAID, stocked
from tests.world.merchant import Merchant

SET = [{"sku": "SOCKE-42", "quantity": 2}]


def awaited(merchant: Merchant) -> str:
    """One order that a purchase order has a day for, and a receipt brings."""
    id = merchant.place(merchant.request(SOCKE_42=2))
    purchase = f"PO-{merchant.placed}"
    merchant.world.settle()
    merchant.expect(purchase, SOCKE_42=(2, "2026-12-01"))
    merchant.world.settle()
    assert merchant.order(id)["lines"][0]["expected_on"] == "2026-12-01"
    merchant.receive(purchase, "LS-1", SOCKE_42=2)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def lapsed(merchant: Merchant) -> str:
    """One held order whose reservation expires, and that reserves anew once it is released."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    id = merchant.place(merchant.request(SOCKE_42=2) | {"payment": UNPAID})
    merchant.world.settle()
    merchant.world.pass_time(hours=73)
    merchant.world.tick()
    assert merchant.stock("SOCKE-42")["soft"] == 0
    merchant.release(id)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def recounted(merchant: Merchant) -> str:
    """One held order that a lower count takes a piece from, and a higher one gives it back."""
    before = stocked(merchant, "SOCKE-42")
    merchant.count("A", SOCKE_42=before + 2)
    id = merchant.place(merchant.request(SOCKE_42=2) | {"payment": UNPAID})
    merchant.world.settle()
    merchant.count("A", SOCKE_42=before + 1)
    merchant.world.settle()
    assert merchant.order(id)["lines"][0]["quantities"]["backordered"] == 1
    merchant.count("A", SOCKE_42=before + 2)
    merchant.world.settle()
    merchant.release(id)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def given_up(merchant: Merchant) -> str:
    """One order whose customer cancels what waits, by the link in the mail."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 1)
    id = merchant.place(merchant.request(SOCKE_42=2))
    merchant.world.settle()
    mails = [mail.text for mail in merchant.world.outside.mails if mail.kind == "order_waits"]
    (token,) = [found[1] for text in mails if (found := re.search(rf"/w/({id}\S+)", text))]
    for route in ("GET /w/{token}", "POST /w/{token}", "POST /w/{token}"):
        assert merchant.world.call(route, "", token=token).status in (200, 303)
    merchant.whole_life(id)
    order = merchant.order(id)
    assert (order["status"], order["lines"][0]["quantities"]["cancelled"]) == ("completed", 1)
    return id


def bundled(merchant: Merchant) -> str:
    """One order of a set, of which one piece is there and one comes later."""
    merchant.sell("SET-1", "10.00", kind="bundle", components=SET)
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 3)
    id = merchant.place(merchant.request(SET_1=2))
    merchant.world.settle()
    assert merchant.order(id)["lines"][0]["quantities"]["released"] == 1
    merchant.fulfil(id)
    merchant.world.settle()
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 1)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def crowded(merchant: Merchant) -> str:
    """Two held orders are cancelled at once; the two that waited get it, and leave together."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 4)
    bodies = [merchant.request(SOCKE_42=2) for _ in range(4)]
    ids = [merchant.place(body | {"payment": UNPAID}) for body in bodies[:2]]
    merchant.world.settle()
    waiting = [merchant.place(body) for body in bodies[2:]]
    merchant.world.settle()
    for id in ids:
        assert merchant.cancel(id).status == 200
    merchant.world.settle()
    for id in waiting:
        merchant.fulfil(id)
    for id in waiting:
        merchant.whole_life(id)
    assert {merchant.order(id)["status"] for id in ids} == {"cancelled"}
    assert {merchant.order(id)["status"] for id in waiting} == {"completed"}
    return waiting[0]
