"""Lives of orders in which a step is cut off between any two of its AWS calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from tests.world.merchant import ADDRESS, Merchant
from tests.world.world import Trap, World, opened

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


def in_business(merchant: Merchant) -> str:
    """One order of a business, whose invoice has an e-invoice."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    merchant.business(credit_limit="100000.00")
    id = merchant.place(merchant.on_account(SOCKE_42=2))
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert [document["format"] for document in order["documents"]] == ["zugferd"]
    return id


def collected(merchant: Merchant) -> str:
    """One order of a business that is billed together with others, at once, as somebody asks."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    merchant.business(credit_limit="100000.00", billing={"collective": "monthly"})
    id = merchant.place(merchant.on_account(SOCKE_42=2))
    merchant.whole_life(id)
    back = {
        "fulfilment": merchant.order(id)["fulfilments"][0]["id"],
        "reason": "came back",
        "lines": [{"number": "1", "quantity": 1}],
    }
    once, shop = {"Idempotency-Key": f"back-{id}"}, {"shop": "berg-beutel"}
    call = merchant.world.call
    taken = call("POST /v1/orders/{order}/reductions", merchant.clerk, back, headers=once, order=id)
    assert taken.status == 201
    route = "POST /v1/customers/{customer}/collective-invoices"
    # Asked again after it was cut off, there may be nothing left to bill.
    assert call(route, merchant.clerk, {}, query=shop, customer="C-9").status in (202, 404)
    merchant.world.settle()
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert [(d["type"], d["gross"]) for d in order["documents"]] == [("collective", "19.40")]
    return id


def uncollected(merchant: Merchant) -> str:
    """One order whose collective invoice is cancelled."""
    id = collected(merchant)
    document = merchant.order(id)["documents"][0]["id"]
    assert merchant.cancel_document(document, f"no-{id}").status == 201
    merchant.world.settle()
    order = merchant.order(id)
    assert [d["type"] for d in order["documents"]] == ["collective", "credit_note"]
    return id


def credited(merchant: Merchant) -> str:
    """One order of which a piece comes back and is credited, once."""
    id = plain(merchant)
    invoice = merchant.order(id)["documents"][0]["id"]
    lines = [{"number": "1", "quantity": 1}]
    assert merchant.credit(id, invoice, f"back-{id}", lines=lines).status == 201
    merchant.world.settle()
    order = merchant.order(id)
    assert [each["status"] for each in order["documents"]] == ["archived", "archived"]
    return id


def deposited(merchant: Merchant) -> str:
    """One order with a deposit that becomes too much; what is left of it the final deducts."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 1)
    id = merchant.place(merchant.request(SOCKE_42=3))
    merchant.world.settle()
    assert merchant.ask_deposit(id, f"ask-{id}", amount="40.00").status == 201
    merchant.fulfil(id)
    merchant.world.settle()
    assert merchant.cancel(id, {"1": 1}).status == 200
    merchant.world.settle()
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 1)
    merchant.whole_life(id)
    order = merchant.order(id)
    assert order["status"] == "completed"
    documents = [(each["type"], each["gross"]) for each in order["documents"]]
    assert documents == [("prepayment", "40.00"), ("credit_note", "6.10"), ("final", "0.00")]
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


def by_card(merchant: Merchant) -> str:
    """One order by card: what leaves is captured, what comes back and is credited refunded."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    id = merchant.place(merchant.by_card(SOCKE_42=2))
    merchant.whole_life(id)
    invoice = merchant.order(id)["documents"][0]["id"]
    lines = [{"number": "1", "quantity": 1}]
    assert merchant.credit(id, invoice, f"back-{id}", lines=lines).status == 201
    merchant.world.settle()
    order = merchant.order(id)
    assert order["status"] == "completed"
    assert [each["amount"] for each in order["captures"]] == ["33.90"]
    assert [each["amount"] for each in order["refunds"]] == ["14.50"]
    return id


def let_go(merchant: Merchant) -> str:
    """One order by card that is cancelled: its authorisation is let go."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42"))
    id = merchant.place(merchant.by_card(SOCKE_42=2))
    merchant.world.settle()
    assert merchant.cancel(id).status == 200
    merchant.world.settle()
    assert merchant.order(id)["settlement"]["state"] == "voided"
    return id


def told(merchant: Merchant) -> str:
    """One order whose money the shop captures itself, and says so twice."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    id = merchant.place(merchant.request(SOCKE_42=2))
    merchant.whole_life(id)
    body = {"amount": "33.90", "reference": f"X-{id}"}
    for _ in range(2):
        merchant.world.call("POST /v1/orders/{order}/captures", merchant.shop, body, order=id)
    assert [each["amount"] for each in merchant.order(id)["captures"]] == ["33.90"]
    return id


def dunned(merchant: Merchant) -> str:
    """One order on account that is paid only once it was reminded of; a hold is lifted before."""
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    merchant.business(credit_limit="100000.00")
    id = merchant.place(merchant.on_account(SOCKE_42=2))
    merchant.whole_life(id)
    (invoice,) = merchant.order(id)["documents"]
    route = "POST /v1/open-items/{document}/dunning-hold"
    for until in ("2027-12-31", None):
        body = {"until": until, "reason": "talks"}
        merchant.do(route, merchant.clerk, body, document=invoice["id"])
    for days in (15, 8):
        merchant.world.pass_time(days=days)
        merchant.world.tick()
    events = merchant.events(id)
    assert [events.count(f"Invoice.{what}") for what in ("Reminded", "Dunned")] == [1, 0]
    assert events.count("Letter.Archived") == 1
    pay(merchant, f"T-{id}", "33.90", invoice["number"])
    assert not [w for w in merchant.order(id)["waiting"] if w["cause"] == "payment"]
    return id


def paid_together(merchant: Merchant) -> str:
    """One order whose invoice is paid with that of another by one transfer, which is reversed."""
    merchant.business(credit_limit="100000.00")
    ids = []
    for _ in range(2):
        merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
        ids.append(merchant.place(merchant.on_account(SOCKE_42=2)))
        merchant.whole_life(ids[-1])
    numbers = [merchant.order(id)["documents"][0]["number"] for id in ids]
    pay(merchant, f"T-{ids[0]}", "67.80", " ".join(numbers))
    assert [merchant.order(id)["settlement"]["received"] for id in ids] == ["33.90", "33.90"]
    pay(merchant, f"R-{ids[0]}", "-67.80", "back", reverses=f"T-{ids[0]}")
    pay(merchant, f"U-{ids[0]}", "67.80", " ".join(numbers))
    assert [merchant.order(id)["settlement"]["outstanding"] for id in ids] == ["0", "0"]
    return ids[0]


def pay(merchant: Merchant, id: str, amount: str, reference: str, **more: str) -> None:
    """The bank reports a transaction, again until it is taken."""
    row = {"transaction_id": id, "amount": amount, "currency": "EUR", "reference": reference}
    row |= {"value_date": "2026-11-24", **more}
    merchant.do("POST /v1/payments", merchant.accountant, {"items": [row]})
    merchant.world.settle()


def approved(merchant: Merchant) -> str:
    """One order on account to which somebody of the customer's agrees."""
    chief = {"id": "P-2", "name": "Chefin", "email": "chefin@verein.example"}
    merchant.business(credit_limit="99999.00", approvals=[{"level": 1, "approver": chief}])
    merchant.count("A", SOCKE_42=stocked(merchant, "SOCKE-42") + 2)
    id = merchant.place(merchant.on_account(SOCKE_42=2))
    merchant.world.settle()
    word = {"decision": "approve", "person": "P-2"}
    merchant.do("POST /v1/orders/{order}/approvals", merchant.clerk, word, order=id)
    merchant.whole_life(id)
    assert merchant.order(id)["status"] == "completed"
    return id


def cut_at_every_call(step: str, life: Life) -> None:
    """Lead a life for each state that a cut can leave: nothing may be lost, nothing doubled."""
    with opened() as world:
        merchant = Merchant(world)
        if step == "notices/tell_subscriber":
            told = ["Order.Created", "Shipment.Confirmed"]
            body = {"url": "http://127.0.0.1:9/hook", "events": told}
            merchant.do("POST /v1/webhooks", merchant.shop, body)
        lives, cut = [life(merchant)], 0
        for trap in traps(step, world.traced[step]):
            world.traps = [trap]
            lives.append(life(merchant))
            cut += trap.sprung
        assert cut > 0
        assert world.broken() == []
        nothing_is_doubled(world, lives)
        nothing_is_lost(world, merchant, lives)


TOLD = (
    "Order.Created",
    "Order.HoldEscalated",
    "Order.Changed",
    "Order.Cancelled",
    "Fulfilment.RecallRefused",
    "Invoice.Awaited",
    "Document.Archived",
    "Letter.Archived",
)
READS = {"GetItem", "BatchGetItem", "Query", "GetObject"}


def traps(step: str, calls: list[str]) -> Iterator[Trap]:
    """Every state that a cut can leave behind.

    A process that is gone remembers nothing, so that a cut after a read leaves what was there
    before it, and a cut before a call what the last write before it left.
    """
    yield Trap(step, 1, after=False)
    for number, call in enumerate(calls, 1):
        if call not in READS:
            yield Trap(step, number, after=True)


def nothing_is_doubled(world: World, lives: list[str]) -> None:
    """One mail and one number for each cause; a repeated webhook has the same id and content."""
    causes = [(mail.cause, mail.kind) for mail in world.outside.mails]
    assert len(causes) == len(set(causes))
    heard: dict[str, bytes] = {}
    for told in world.subscriber.heard:
        assert heard.setdefault(told["headers"]["webhook-id"], told["raw"]) == told["raw"]
    for id in lives:
        stored = world.ports("orders/read_order").orders.get(id).order
        shipped = [f.id for f in stored.fulfilments if f.shipped_at]
        billed = [d for d in stored.documents if not d.original]
        assert sorted(id for d in billed for id in d.billed) == sorted(shipped)
        assert len(stored.documents) - len(billed) <= 1


def nothing_is_lost(world: World, merchant: Merchant, lives: list[str]) -> None:
    """Each mail was sent or is a dead letter; the stock is what came minus what left."""
    unknown = {json.loads(letter["body"])["id"] for letter in world.letters()}
    assert {letter["step"] for letter in world.letters()} <= {"notices/tell_customer"}
    assert all("OutcomeUnknown" in letter["reason"] for letter in world.letters())
    told = {mail.cause for mail in world.outside.mails}
    for id in lives:
        for event in world.ports("orders/read_events").orders.log(id):
            if event.type in TOLD:
                assert event.id in told | unknown, event.type
    stock = merchant.stock("SOCKE-42")
    assert (stock["soft"], stock["backordered"]) == (0, 0)
    assert stock["locations"]["A"]["on_hand"] == 0
    assert world.waiting_runs() == []


def stocked(merchant: Merchant, sku: str) -> int:
    """How many pieces warehouse A has now."""
    answer = merchant.world.call("GET /v1/stock/{sku}", merchant.wms, sku=sku)
    if answer.status == 404:
        return 0
    found: dict[str, Any] = answer.body["locations"]
    return int(found["A"]["on_hand"]) if "A" in found else 0
