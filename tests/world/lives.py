"""Lives of orders in which a step is cut off between any two of its AWS calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from tests.world.merchant import ADDRESS, Merchant

Life = Callable[[Merchant], str]
UNPAID = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}
UNAUTHORISED = {**UNPAID, "method": "paypal"}


def papered(merchant: Merchant) -> str:
    """Somebody asks for each paper, twice, on the way."""
    merchant.count("A", SOCKE_42=1)
    id = merchant.place(merchant.request(SOCKE_42=1) | {"gift": {"message": "Alles Gute!"}})
    merchant.world.settle()
    (fulfilment,) = merchant.order(id)["fulfilments"]
    for _ in range(2):
        call = merchant.world.call
        assert call("GET /v1/orders/{order}/confirmation", merchant.shop, order=id).status == 302
        for paper in ("delivery-note", "packing-slip"):
            route = "GET /v1/fulfilments/{fulfilment}/papers/{paper}"
            asked = {"fulfilment": fulfilment["id"], "paper": paper}
            assert call(route, merchant.wms, **asked).status == 302
    assert len(merchant.order(id)["papers"]) == 3
    merchant.whole_life(id)
    return id


def plain(merchant: Merchant) -> str:
    """One order that nothing holds, to its archive."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    id = merchant.place(merchant.request(SOCKE_42=2))
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def split(merchant: Merchant) -> str:
    """One order of which a warehouse has a part, and a later stock batch brings the rest."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 1)
    id = merchant.place(merchant.request(SOCKE_42=2))
    merchant.world.settle()
    merchant.fulfil(id)
    merchant.world.settle()
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 1)
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert len(order["fulfilments"]) == 2
    return id


def abroad(merchant: Merchant) -> str:
    """One order to a consumer in Vienna: its invoice counts towards the threshold."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    body = merchant.request(SOCKE_42=2)
    body["billing_address"] = body["billing_address"] | {
        "postal_code": "1010",
        "city": "Wien",
        "country": "AT",
    }
    id = merchant.place(body)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def held(merchant: Merchant) -> str:
    """One order that a clerk lets go on."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    id = merchant.place(merchant.request(SOCKE_42=2) | {"payment": UNPAID})
    merchant.world.settle()
    merchant.release(id)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def overdue(merchant: Merchant) -> str:
    """One order that nobody looks at until its hold is overdue; then it goes on."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    id = merchant.place(merchant.request(SOCKE_42=2) | {"payment": UNAUTHORISED})
    merchant.world.settle()
    merchant.world.pass_time(hours=49)
    merchant.world.tick()
    assert merchant.events(id).count("Order.HoldEscalated") == 1
    merchant.release(id)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def mended(merchant: Merchant) -> str:
    """One order whose address the customer corrects by the link, after the shop could not."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    body = merchant.request(SOCKE_42=2)
    right = body["billing_address"]
    id = merchant.place(body | {"billing_address": {**right, "postal_code": "1"}})
    merchant.world.settle()
    call, links = merchant.world.call, merchant.world.ports("notices/tell_customer").links
    link = links.link("address", f"{id}.hold_1", at=merchant.world.now()).rpartition("/")[2]
    form = {"content-type": "application/x-www-form-urlencoded"}
    sent = call("POST /a/{token}", "", urlencode(right), headers=form, token=link)
    assert sent.status == 303
    corrected = {"address": {**right, "line2": "Hof"}, "reason": "called"}
    assert call("POST /v1/orders/{order}/address", merchant.clerk, corrected, order=id).status < 300
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    assert merchant.events(id).count("Order.AddressCorrected") == 2
    return id


def dropped(merchant: Merchant) -> str:
    """One order that is cancelled while it is held."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42"))
    id = merchant.place(merchant.request(SOCKE_42=2) | {"payment": UNPAID})
    merchant.world.settle()
    assert merchant.cancel(id).status == 200
    merchant.world.settle()
    assert merchant.order(id)["status"] == "cancelled"
    return id


def changed(merchant: Merchant) -> str:
    """One order, not paid yet, that gets a piece more and is paid with that: it goes on."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 3)
    id = merchant.place(merchant.request(SOCKE_42=2) | {"payment": UNPAID})
    merchant.world.settle()
    payment = {"method": "paypal", "status": "authorised", "amount": "48.40", "reference": "PAY-2"}
    merchant.change(id, lines=[{"number": "1", "quantity": 3}], payment=payment)
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert order["lines"][0]["quantities"]["delivered"] == 3
    return id


def recalled(merchant: Merchant) -> str:
    """One order with a part in backorder is cancelled: its warehouse gives back what it packed."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 1)
    id = merchant.place(merchant.request(SOCKE_42=2))
    merchant.world.settle()
    (fulfilment,) = merchant.order(id)["fulfilments"]
    merchant.pack(fulfilment["id"])
    assert merchant.cancel(id).status == 200
    merchant.world.settle()
    assert merchant.answer_recall(fulfilment["id"], "accepted").status == 200
    merchant.world.settle()
    assert merchant.order(id)["status"] == "cancelled"
    assert merchant.stock("SOCKE-42")["promisable"] == stocked(merchant, "SOCKE-42")
    merchant.count("A", SOCKE_42=0)
    return id


def refused(merchant: Merchant) -> str:
    """One order that is cancelled too late: its warehouse cannot give it back any more."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    id = merchant.place(merchant.request(SOCKE_42=2))
    merchant.world.settle()
    (fulfilment,) = merchant.order(id)["fulfilments"]
    assert merchant.cancel(id).status == 200
    assert merchant.answer_recall(fulfilment["id"], "refused", "on the lorry").status == 200
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def moved(merchant: Merchant) -> str:
    """One order that its warehouse has packed goes elsewhere: it is given back and packed anew."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    id = merchant.place(merchant.request(SOCKE_42=2))
    merchant.world.settle()
    (first,) = merchant.order(id)["fulfilments"]
    merchant.pack(first["id"])
    merchant.change(id, shipping_address={**ADDRESS, "line1": "Bergstr. 9"})
    merchant.world.settle()
    assert merchant.answer_recall(first["id"], "accepted").status == 200
    merchant.whole_life(id)
    order = merchant.order(id)
    assert [f["status"] for f in order["fulfilments"]] == ["cancelled", "delivered"]
    assert order["shipping_address"]["line1"] == "Bergstr. 9"
    assert order["status"] == "completed"
    return id


def stocked(merchant: Merchant, sku: str) -> int:
    """How many pieces warehouse A has now."""
    answer = merchant.world.call("GET /v1/stock/{sku}", merchant.wms, sku=sku)
    if answer.status == 404:
        return 0
    found: dict[str, Any] = answer.body["locations"]
    return int(found["A"]["on_hand"]) if "A" in found else 0
