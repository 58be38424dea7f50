"""Lives of orders in which money is billed, taken, given back and asked for."""

from __future__ import annotations

from tests.world.lives import plain, stocked
from tests.world.merchant import Merchant


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
