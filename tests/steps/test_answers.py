"""Every route answers what its description promises, when it does and when it does not."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from oms_aws.api.answers import ANSWERS
from oms_aws.api.examples import REQUESTS
from oms_aws.platform import wiring
from oms_aws.platform.example_values import ACCOUNT, BREAKS, PRICE_LIST
from tests.answers import fits
from tests.world.merchant import Merchant
from tests.world.return_lives import give_back
from tests.world.stripe import ENDPOINT_SECRET, event, recorded, signature
from tests.world.withdrawals import withdraw
from tests.world.world import Answered, World


class Checked:
    """Listens to a world's API: which routes said yes, each answer being held to its promise."""

    def __init__(self, world: World) -> None:
        self.done: set[str] = set()
        self._call = world.call
        world.call = self.call  # type: ignore[method-assign, assignment]

    def call(self, route: str, key: str, body: Any = None, **more: Any) -> Answered:
        answer = self._call(route, key, body, **more)
        fits(route, answer.status, answer.body)
        if answer.status < 400:
            self.done.add(route)
        return answer


def test_every_route_answers_what_it_promises(world: World) -> None:
    world.call("GET /v1/health")  # so that the world is not new, and the merchant sets all up
    checked = Checked(world)
    merchant = Merchant(world)
    webhook = world.call(
        "POST /v1/webhooks", merchant.shop, {"url": "https://example.com/h", "events": ["*"]}
    ).body["id"]
    order = live_through(merchant)
    read_everything(merchant, order)
    keep_purchases(merchant)
    keep_rules(merchant)
    keep_webhooks(merchant, webhook)
    keep_keys(merchant)
    pay(merchant, order)
    move_money(merchant)
    collect(merchant)
    approve(merchant)
    ask_of_taxes(merchant)
    mend(merchant)
    withdraw(merchant)
    give_back(merchant)
    come_back(merchant)
    take_the_books(merchant)
    world.call("DELETE /v1/webhooks/{endpoint}", merchant.shop, endpoint=webhook)
    assert checked.done == set(ANSWERS)


def ask_of_taxes(merchant: Merchant) -> None:
    call = merchant.world.call
    lines = [{"number": "1", "sku": "RUCK-45", "quantity": 2, "unit_price": "109.16"}]
    quote: dict[str, Any] = {
        "lines": lines,
        "currency": "EUR",
        "price_mode": "net",
        "buyer": {"type": "B2C"},
    }
    quote |= {"ship_to": {"country": "AT", "postal_code": "6020"}}
    call("POST /v1/tax/quote", merchant.shop, quote)
    vat_id = {"vat_id": "ATU57477929"}
    call("POST /v1/customers/{customer}/vat-check", merchant.shop, vat_id, customer="C-9")


def approve(merchant: Merchant) -> None:
    world, call = merchant.world, merchant.world.call
    chief = {"id": "P-2", "name": "Chefin", "email": "chefin@verein.example"}
    merchant.business(credit_limit="500.00", approvals=[{"level": 1, "approver": chief}])
    id = merchant.place(merchant.on_account(RUCK_45=1))
    world.settle()
    (mail,) = [mail for mail in world.outside.mails if mail.kind == "approval_needed"]
    token = mail.text.partition("/approve/")[2].split()[0]
    form = {"content-type": "application/x-www-form-urlencoded"}
    call("GET /approve/{token}", "", token=token)
    call("POST /approve/{token}", "", "decision=reject", headers=form, token=token)
    call("POST /approve/{token}", "", "decision=approve", headers=form, token=token)
    call("POST /v1/orders/{order}/approvals", merchant.clerk, {"decision": "approve"}, order=id)
    word = {"decision": "approve", "person": "P-2"}
    call("POST /v1/orders/{order}/approvals", merchant.clerk, word, order=id)


def pay(merchant: Merchant, order: Any) -> None:
    call, accountant = merchant.world.call, merchant.accountant
    row = {"transaction_id": "T-1", "amount": "5.00", "currency": "EUR"}
    row |= {"reference": "nothing of ours", "value_date": "2026-11-23"}
    call("POST /v1/payments", accountant, {"items": [row, {}]})
    call("GET /v1/payments", accountant)
    wanted = {"order": order["id"], "amount": "2.00"}
    call("POST /v1/payments/{payment}/assignments", accountant, wanted, payment="T-1")
    merchant.business(credit_limit="500.00")
    call("GET /v1/customers/{customer}/credit", merchant.shop, customer="C-9")
    call("GET /v1/open-items", merchant.shop, query={"state": "credit"})
    call("GET /v1/open-items/totals", merchant.shop, query={"by": "customer"})
    document, held = order["documents"][0]["id"], {"until": "2027-01-15", "reason": "talks"}
    route = "POST /v1/open-items/{document}/dunning-hold"
    assert call(route, accountant, held, document=document).status == 409
    merchant.business(credit_limit="500.00")
    later = merchant.place(merchant.on_account(RUCK_45=1))
    merchant.whole_life(later)
    document = merchant.order(later)["documents"][0]["id"]
    assert call(route, accountant, held, document=document).status == 200


def collect(merchant: Merchant) -> None:
    """A shipment is taken back in part before it is billed with others, and then billed at once."""
    call, query = merchant.world.call, {"shop": "berg-beutel"}
    merchant.count("A", SOCKE_42=2)
    merchant.business("C-8", credit_limit="500.00", billing={"collective": "monthly"})
    id = merchant.place(merchant.on_account("C-8", SOCKE_42=2))
    merchant.whole_life(id)
    fulfilment = merchant.order(id)["fulfilments"][0]["id"]
    lines = [{"number": "1", "quantity": 1}]
    back = {"fulfilment": fulfilment, "reason": "broken", "lines": lines}
    for _ in range(3):
        call("POST /v1/orders/{order}/reductions", merchant.clerk, back, order=id)
    route = "POST /v1/customers/{customer}/collective-invoices"
    for _ in range(2):
        call(route, merchant.accountant, {}, query=query, customer="C-8")
        merchant.world.settle()
    listed = "GET /v1/customers/{customer}/collective-invoices"
    call(listed, merchant.shop, customer="C-8")
    call("GET /v1/orders/{order}/documents", merchant.shop, order=id)


def move_money(merchant: Merchant) -> None:
    """The shop moves it itself, or we do, and cannot; Stripe tells of an order that is none."""
    world, call = merchant.world, merchant.world.call
    merchant.count("A", SOCKE_42=9)
    own, ours = (
        merchant.place(body)
        for body in (merchant.request(SOCKE_42=1), merchant.by_card("declined-1", SOCKE_42=1))
    )
    told = {"amount": "10.00", "reference": "X-1"}
    for id in (own, ours):
        call("POST /v1/orders/{order}/captures", merchant.shop, told, order=id)
        call("POST /v1/orders/{order}/refunds", merchant.shop, told, order=id)
    merchant.whole_life(ours)
    route = "POST /v1/orders/{order}/payment-failures/{failure}"
    decided = {"decision": "leave", "reason": "dunning"}
    for failure in ("failure_1", "failure_9"):
        call(route, merchant.accountant, decided, order=ours, failure=failure)
    name = "/auftakt/stripe/webhook-secret"
    wiring.client("ssm").put_parameter(Name=name, Value=ENDPOINT_SECRET, Type="SecureString")
    raw = event("payment_intent.canceled", recorded("cancelled"))
    for at in (0, world.now().timestamp()):
        headers = {"Stripe-Signature": signature(raw, at)}
        call("POST /v1/providers/stripe/webhook", "", raw, headers=headers)


def live_through(merchant: Merchant) -> Any:
    """One order, not paid yet, to a wrong address, is held, mended, changed, delivered."""
    merchant.count("A", RUCK_45=10)
    body = merchant.request(RUCK_45=3)
    body["payment"]["status"] = "pending"
    right = body["billing_address"]
    body["billing_address"] = {**right, "city": "", "postal_code": "1"}
    id = merchant.place(body)
    merchant.world.settle()
    correct_address(merchant, id, right)
    merchant.change(id, lines=[{"number": "1", "quantity": 2}])
    merchant.release(id)
    merchant.world.settle()
    merchant.cancel(id, {"1": 1})
    (fulfilment,) = merchant.order(id)["fulfilments"]
    merchant.answer_recall(fulfilment["id"], "accepted")
    merchant.whole_life(id)
    return merchant.order(id)


def correct_address(merchant: Merchant, id: str, right: dict[str, Any]) -> None:
    call, links = merchant.world.call, merchant.world.ports("notices/tell_customer").links
    link = links.link("address", f"{id}.hold_1", at=merchant.world.now()).rpartition("/")[2]
    form = {"content-type": "application/x-www-form-urlencoded"}
    call("GET /a/{token}", "", token=link)
    call("GET /a/{token}", "", token="forged")
    call("POST /a/{token}", "", urlencode({**right, "city": ""}), headers=form, token=link)
    call("POST /a/{token}", "", urlencode(right), headers=form, token=link)
    body = {"address": {**right, "line2": "Hinterhaus"}, "reason": "called"}
    call("POST /v1/orders/{order}/address", merchant.clerk, body, order=id)


def keep_purchases(merchant: Merchant) -> None:
    """A purchase order that is stored, read and received."""
    merchant.expect("PO-1", RUCK_45=(5, "2026-12-01"))
    call, clerk = merchant.world.call, merchant.clerk
    call("GET /v1/purchase-orders/{purchase}", clerk, purchase="PO-1")
    call("GET /v1/purchase-orders", clerk, query={"sku": "RUCK-45"})
    merchant.receive("PO-1", "LS-1", RUCK_45=2)
    id = merchant.place(merchant.request(ZELT_2=1))
    merchant.world.settle()
    links = merchant.world.ports("notices/tell_customer").links
    token = links.link("waiting", id, at=merchant.world.now()).rpartition("/")[2]
    call("GET /w/{token}", "", token=token)
    call("POST /w/{token}", "", token=token)
    call("GET /w/{token}", "", token="forged")


def keep_rules(merchant: Merchant) -> None:
    call, clerk = merchant.world.call, merchant.clerk
    entry = {"type": "ip", "value": "203.0.113.9", "reason": "seen before"}
    call("POST /v1/lists/{which}", clerk, entry, which="block")
    call("POST /v1/lists/{which}/removals", clerk, entry, which="block")
    call("GET /v1/lists/{which}", clerk, which="block")
    call("PUT /v1/rules/{name}", clerk, REQUESTS["PUT /v1/rules/{name}"], name="fraud")
    call("GET /v1/rules/{name}", clerk, name="fraud")
    body = {"version": 1, "reason": "better", "shop": "berg-beutel", "last": 5}
    activation = {name: body[name] for name in ("version", "reason")}
    call("POST /v1/rules/{name}/activations", clerk, activation, name="fraud")
    call("GET /v1/rules/{name}/history", clerk, name="fraud")
    trial = {name: body[name] for name in ("version", "shop", "last")}
    call("POST /v1/rules/{name}/trials", clerk, trial, name="fraud")
    call("GET /v1/holds", clerk)


def read_everything(merchant: Merchant, order: Any) -> None:
    call, clerk = merchant.world.call, merchant.clerk
    document, fulfilment = order["documents"][0]["id"], order["fulfilments"][0]["id"]
    call("GET /v1/orders", clerk)
    call("GET /v1/orders", merchant.shop, query={"external_number": order["external_number"]})
    call("GET /v1/orders", merchant.shop, query={"status": "completed"})
    call("GET /v1/orders", clerk, query={"sku": "RUCK-45", "placed_from": "2026-11-01"})
    merchant.events(order["id"])
    call("GET /v1/orders/{order}/documents", clerk, order=order["id"])
    call("GET /v1/documents/{document}", clerk, document=document)
    call("GET /v1/orders/{order}/confirmation", clerk, order=order["id"])
    call("GET /v1/orders/{order}/pro-forma", clerk, order=order["id"])
    call("POST /v1/orders/{order}/pro-forma", clerk, order=order["id"])
    confirmed = call("POST /v1/orders/{order}/confirmation", merchant.shop, order=order["id"])
    call("GET /o/{token}", "", token=confirmed.body["link"].rsplit("/", 1)[-1])
    route = "GET /v1/fulfilments/{fulfilment}/papers/{paper}"
    call(route, merchant.wms, fulfilment=fulfilment, paper="delivery-note")
    lines = [{"number": "1", "quantity": 1}]
    merchant.credit(order["id"], document, lines=lines)
    merchant.ask_deposit(merchant.place(merchant.request(RUCK_45=1)), percent="30")
    merchant.cancel_document(document)
    merchant.correct_document(document)
    links = merchant.world.ports("notices/tell_customer").links
    link = links.link("document", document, at=merchant.world.now())
    call("GET /d/{token}", "", token=link.rsplit("/", 1)[-1])
    call("GET /v1/fulfilments", merchant.wms, query={"location": "A", "status": "delivered"})
    call("GET /v1/fulfilments/{fulfilment}", merchant.wms, fulfilment=fulfilment)
    merchant.stock("RUCK-45")
    buffer = {"pieces": 1, "percent": 5}
    call("PUT /v1/stock/{sku}/buffers/{shop}", clerk, buffer, sku="RUCK-45", shop="berg-beutel")
    merchant.stock("RUCK-45")
    counted = {"location": "A", "as_of": merchant.world.now().isoformat(), "format": "csv"}
    upload = call("POST /v1/stock/uploads", merchant.wms, counted).body["id"]
    call("GET /v1/stock/uploads/{upload}", merchant.wms, upload=upload)
    merchant.world.arrive(f"stock/{upload}", b"sku,on_hand\nRUCK-45,12\nRUCK-45,many\n")
    merchant.world.settle()
    call("GET /v1/stock/uploads/{upload}", merchant.wms, upload=upload)
    call("POST /v1/availability", merchant.shop, {"lines": [{"sku": "RUCK-45", "quantity": 2}]})
    call("GET /v1/products/{sku}", merchant.shop, sku="RUCK-45")
    product = {"name": {"de": "Rucksack"}}
    call("PUT /v1/products/{sku}", clerk, product, sku="RUCK-45")
    own = {"shop": "berg-beutel"}
    call("PUT /v1/products/{sku}/owner", clerk, own, sku="RUCK-45")
    call("GET /v1/warehouses/{warehouse}", clerk, warehouse="A")
    rows = {"items": [{"id": "C"}, "no row"]}
    call("POST /v1/warehouses/batch", clerk, rows)
    read_master_data(merchant)
    call("GET /v1/shops/{shop}", merchant.shop, shop="berg-beutel")
    for public in ("GET /v1/health", "GET /", "GET /docs", "GET /openapi.json"):
        call(public, "")


def read_master_data(merchant: Merchant) -> None:
    call, clerk, shop = merchant.world.call, merchant.clerk, merchant.shop
    for route in ("products", "warehouses", "price-lists"):
        call(f"GET /v1/{route}", clerk)
    call("GET /v1/products/{sku}/history", shop, sku="RUCK-45")
    call("GET /v1/warehouses/{warehouse}/history", clerk, warehouse="A")
    call("GET /v1/shops/{shop}/history", shop, shop="berg-beutel")
    call("PUT /v1/customers/{customer}", shop, ACCOUNT, customer="C-2001")
    call("POST /v1/customers/batch", shop, {"items": [{"id": "C-2001", **ACCOUNT}, {}]})
    call("GET /v1/customers/{customer}", shop, customer="C-2001")
    call("GET /v1/customers/{customer}/history", shop, customer="C-2001")
    call("GET /v1/customers", shop)
    call("GET /v1/customers/{customer}/data", shop, customer="C-17")
    call("POST /v1/customers/{customer}/erasure", shop, {}, customer="C-17")
    call("PUT /v1/price-lists/{list}", clerk, PRICE_LIST, list="clubs")
    call("GET /v1/price-lists/{list}", clerk, list="clubs")
    call("GET /v1/price-lists/{list}/history", clerk, list="clubs")
    one: dict[str, Any] = {"list": "clubs", "sku": "RUCK-45"}
    call("PUT /v1/price-lists/{list}/prices/{sku}", clerk, {"breaks": BREAKS}, **one)
    call("GET /v1/price-lists/{list}/prices/{sku}", shop, **one)
    call("GET /v1/price-lists/{list}/prices/{sku}/history", shop, **one)
    call("GET /v1/price-lists/{list}/prices", shop, list="clubs")
    call("POST /v1/prices/batch", clerk, {"items": [{**one, "breaks": BREAKS}, {**one}]})


def keep_webhooks(merchant: Merchant, webhook: str) -> None:
    call, shop = merchant.world.call, merchant.shop
    call("GET /v1/webhooks", shop)
    found = call("GET /v1/webhooks/{endpoint}/deliveries", shop, endpoint=webhook).body["items"]
    again = {"deliveries": [found[0]["id"]]}
    call("POST /v1/webhooks/{endpoint}/replay", shop, again, endpoint=webhook)
    call("GET /v1/webhooks/{endpoint}", shop, endpoint=webhook)
    for paused in (True, False):
        call("PATCH /v1/webhooks/{endpoint}", shop, {"paused": paused}, endpoint=webhook)
    call("POST /v1/webhooks/{endpoint}/secret", shop, endpoint=webhook)
    call("POST /v1/webhooks/{endpoint}/test", shop, endpoint=webhook)
    merchant.world.settle()


def keep_keys(merchant: Merchant) -> None:
    call, admin = merchant.world.call, merchant.admin
    old = call("POST /v1/keys", admin, REQUESTS["POST /v1/keys"]).body["id"]
    call("POST /v1/keys/{api_key}/rotations", admin, {}, api_key=old)
    call("GET /v1/keys", admin, query={"limit": "2", "key_state": "active"})
    for _ in range(2):
        call("DELETE /v1/keys/{api_key}", admin, api_key=old)
    call("POST /v1/keys/{api_key}/rotations", admin, {}, api_key=old)


def take_the_books(merchant: Merchant) -> None:
    call, clerk, shop = merchant.world.call, merchant.clerk, {"shop": "berg-beutel"}
    body = {"kind": "z3", "from": "2026-11-01", "to": "2026-11-30"}
    export = call("POST /v1/exports", clerk, body, query=shop).body["id"]
    merchant.world.settle()
    call("GET /v1/exports/{export}", clerk, export=export)
    call("GET /v1/exports", clerk, query=shop)


def mend(merchant: Merchant) -> None:
    world = merchant.world
    world.outside.send("auftakt-orders-start_intake", "poison")
    world.settle()
    letters = world.call("GET /v1/dead-letters", merchant.clerk).body["items"]
    assert letters
    route = "POST /v1/dead-letters/{letter}/redrive"
    world.call(route, merchant.clerk, letter=letters[0]["id"])


def come_back(merchant: Merchant) -> None:
    """A parcel comes back to its warehouse, and its order's first event is told again."""
    merchant.count("A", RUCK_45=9)
    id = merchant.place(merchant.request(RUCK_45=1))
    merchant.world.settle()
    (fulfilment,) = merchant.order(id)["fulfilments"]
    merchant.pack(fulfilment["id"])
    merchant.ship(fulfilment["id"])
    merchant.world.settle()
    merchant.scan(fulfilment["id"], "return_to_sender")
    merchant.world.settle()
    route = "POST /v1/fulfilments/{fulfilment}/returned"
    merchant.do(route, merchant.wms, fulfilment=fulfilment["id"])
    merchant.do("POST /v1/emissions", merchant.clerk, {"aggregate": f"order/{id}", "first": 1})


def test_refusals_are_the_ones_described(world: World, merchant: Merchant) -> None:
    checked = Checked(world)
    yes = set(checked.done)
    order = merchant.request(RUCK_45=1)
    place, read, count = "POST /v1/orders", "GET /v1/orders/{order}", "POST /v1/stock/batch"
    for call, status in (
        (world.call(place, "", order), 401),
        (world.call(place, "ak_unknown", order), 403),
        (world.call(place, merchant.wms, order), 403),
        (world.call(place, merchant.shop, order), 400),
        (world.call(place, merchant.shop, "{", headers={"Idempotency-Key": "a"}), 400),
        (world.call(place, merchant.shop, {}, headers={"Idempotency-Key": "a"}), 422),
        (world.call(read, merchant.shop, order="ord_x"), 404),
        (world.call(count, merchant.wms, {"location": "?"}), 422),
        (world.call("GET /v1/fulfilments", merchant.wms), 422),
        (merchant.signed("{}", secret="not-the-secret"), 422),
        (world.call("PUT /v1/products/{sku}", merchant.shop, {"name": {}}, sku="!"), 422),
    ):
        assert call.status == status, call
    assert checked.done == yes
