"""The merchant that the tests work for: two shops, two warehouses, a few products with stock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.world.memory import Memory, is_new
from tests.world.warehouses import SECRET, Warehouses
from tests.world.world import Answered, World

PRODUCTS = {"RUCK-45": "129.90", "ZELT-2": "349.00", "SOCKE-42": "14.50"}
ADDRESS: dict[str, Any] = {
    "name": "Ayşe Müller",
    "line1": "Ringstr. 5",
    "postal_code": "80331",
    "city": "München",
    "country": "DE",
}
SELLER = {
    "name": "Berg & Beutel GmbH",
    "line1": "Talweg 1",
    "postal_code": "79098",
    "city": "Freiburg",
    "country": "DE",
    "vat_id": "DE123456789",
    "bank": {"name": "Volksbank", "iban": "DE89370400440532013000"},
    "email": "rechnung@berg.example",
    "phone": "+49 761 12345",
}


_remembered: list[Memory] = []
"""The first new world of this process as its merchant left it: others need not do it all again."""


class Merchant(Warehouses):
    """Drives a world as the shops, warehouses, carriers and clerks of one merchant do."""

    def __init__(self, world: World) -> None:
        new = is_new(world)
        if new and _remembered:
            vars(self).update(_remembered[0].into(world))
            self.world = world
            return
        self.world = world
        self.shop = world.add_client("berg", "shop", "berg-beutel")
        self.other_shop = world.add_client("tal", "shop", "tal-tasche")
        self.wms = world.add_client("warehouses", "wms")
        self.clerk = world.add_client("clara", "clerk")
        self.accountant = world.add_client("anton", "accountant")
        self.admin = world.add_client("ada", "admin")
        self.placed = 0
        self.batches = 0
        self._master_data()
        if new:
            own = {name: value for name, value in vars(self).items() if name != "world"}
            _remembered.append(Memory.of(world, own))

    def _master_data(self) -> None:
        for shop in ("berg-beutel", "tal-tasche"):
            body = {
                "name": shop,
                "seller": SELLER,
                "support_email": f"hilfe@{shop}.example",
                "invoice_prefix": "RE",
                "payment": {"providers": ["test", "stripe"]},
            }
            self.do("PUT /v1/shops/{shop}", self.clerk, body, shop=shop)
        for name, priority in (("A", 1), ("B", 2)):
            self.do(
                "PUT /v1/warehouses/{warehouse}",
                self.clerk,
                {"name": f"Lager {name}", "address": ADDRESS, "priority": priority},
                warehouse=name,
            )
        # Its one customer orders as often as a test needs.
        for shop in ("berg-beutel", "tal-tasche"):
            body = {"type": "customer", "value": f"{shop}/C-17", "reason": "our tester"}
            self.do("POST /v1/lists/{which}", self.clerk, body, which="allow")
        self.do("PUT /v1/carriers/{carrier}", self.clerk, {"secret": SECRET}, carrier="dhl")
        rows = [
            {"sku": sku, "name": {"de": f"Ding {sku}", "en": f"Thing {sku}"}, "list_price": price}
            for sku, price in PRODUCTS.items()
        ]
        self.do("POST /v1/products/batch", self.clerk, {"items": rows})

    # -- products -----------------------------------------------------------------------------

    def sell(self, sku: str, price: str, **more: Any) -> None:
        """Sell a product: `sell("SET-1", "99.00", kind="bundle", components=[…])`."""
        body = {"name": {"de": f"Ding {sku}", "en": f"Thing {sku}"}, "list_price": price, **more}
        self.do("PUT /v1/products/{sku}", self.clerk, body, sku=sku)

    # -- orders -------------------------------------------------------------------------------

    def request(self, /, **quantities: int) -> dict[str, Any]:
        """The body of an order: `request(RUCK_45=2)`."""
        self.placed += 1
        lines = [
            {
                "number": str(number),
                "sku": name.replace("_", "-"),
                "quantity": quantity,
                "unit_price": PRODUCTS.get(name.replace("_", "-"), "10.00"),
            }
            for number, (name, quantity) in enumerate(quantities.items(), 1)
        ]
        return order_body(f"BB-{self.placed}", lines, placed_at=self.world.now())

    def business(self, id: str = "C-9", **agreed: Any) -> Any:
        """A business customer of the shop, with what is agreed: `business(credit_limit="100")`."""
        body = {"type": "B2B", "name": "Verein", "email": "kauf@verein.example", **agreed}
        return self.do("PUT /v1/customers/{customer}", self.shop, body, customer=id)

    def on_account(self, customer: str = "C-9", /, **quantities: int) -> dict[str, Any]:
        """The body of an order that a business customer wants to pay later."""
        body = self.request(**quantities)
        body["customer"] |= {"id": customer, "type": "B2B", "email": "kauf@verein.example"}
        body["payment"] = {"method": "invoice", "status": "open", "amount": "0"}
        return body

    def by_card(self, reference: str = "", /, **quantities: int) -> dict[str, Any]:
        """The body of an order that is paid through the test provider."""
        body = self.request(**quantities)
        reference = reference or f"card-{body['external_number']}"
        body["payment"] |= {"method": "card", "reference": reference, "provider": "test"}
        return body

    def place(self, body: dict[str, Any], *, key: str = "") -> str:
        """Place an order and answer its id."""
        answer = self.do(
            "POST /v1/orders",
            key or self.shop,
            body,
            headers={"Idempotency-Key": f"place-{body['external_number']}"},
        )
        return str(answer["id"])

    def order(self, id: str) -> Any:
        return self.do("GET /v1/orders/{order}", self.clerk, order=id)

    def events(self, id: str) -> list[str]:
        found = self.do(
            "GET /v1/orders/{order}/events", self.clerk, query={"limit": "100"}, order=id
        )
        return [event["type"] for event in found["items"]]

    def release(self, id: str) -> None:
        for hold in self.order(id)["holds"]:
            self.do(
                "POST /v1/orders/{order}/holds/{hold}/release",
                self.clerk,
                {"reason": "called the customer"},
                order=id,
                hold=hold["id"],
            )

    def cancel(self, id: str, lines: dict[str, int] | None = None) -> Answered:
        wanted = None if lines is None else [{"number": n, "quantity": q} for n, q in lines.items()]
        return self.world.call(
            "POST /v1/orders/{order}/cancellations",
            self.shop,
            {"reason": "changed my mind", "lines": wanted},
            headers={"Idempotency-Key": f"cancel-{id}-{lines}"},
            order=id,
        )

    def change(self, id: str, /, **wanted: Any) -> Any:
        """Look at a change and confirm it; answers the order."""
        seen = self.do("POST /v1/orders/{order}/changes", self.shop, wanted, order=id)
        route = "POST /v1/orders/{order}/changes/{change}/confirm"
        return self.do(route, self.shop, order=id, change=seen["id"])

    def credit(self, order: str, document: str, key: str = "", /, **wanted: Any) -> Answered:
        """Credit parts of an invoice."""
        return self.world.call(
            "POST /v1/orders/{order}/credit-notes",
            self.clerk,
            {"document": document, "reason": "came back", **wanted},
            headers={"Idempotency-Key": key} if key else None,
            order=order,
        )

    def ask_deposit(self, order: str, key: str = "", /, **wanted: Any) -> Answered:
        """Ask for a deposit: `ask_deposit(id, percent="30")`."""
        return self.world.call(
            "POST /v1/orders/{order}/deposits",
            self.accountant,
            wanted,
            headers={"Idempotency-Key": key} if key else None,
            order=order,
        )

    def pay(self, id: str, amount: str, reference: str) -> None:
        """The bank reports a transfer whose reference names what it pays."""
        row = {
            "transaction_id": id,
            "amount": amount,
            "reference": reference,
            "currency": "EUR",
            "value_date": f"{self.world.now():%Y-%m-%d}",
            "payer": "Verein",
        }
        (answer,) = self.do("POST /v1/payments", self.accountant, {"items": [row]})["items"]
        assert answer["state"] == "matched", answer

    def cancel_document(self, document: str, key: str = "") -> Answered:
        """Cancel an invoice as a whole."""
        return self.world.call(
            "POST /v1/documents/{document}/cancel",
            self.clerk,
            {"reason": "wrong buyer"},
            headers={"Idempotency-Key": key} if key else None,
            document=document,
        )

    def correct_document(self, document: str, key: str = "") -> Answered:
        """Issue a cancelled invoice anew."""
        return self.world.call(
            "POST /v1/documents/{document}/corrections",
            self.clerk,
            {"reason": "wrong buyer"},
            headers={"Idempotency-Key": key} if key else None,
            document=document,
        )

    # -- from intake to delivery --------------------------------------------------------------

    def fulfil(self, id: str) -> None:
        """Pack and ship everything that the warehouses have of an order."""
        for fulfilment in self.order(id)["fulfilments"]:
            if fulfilment["status"] == "released":
                self.pack(fulfilment["id"])
                self.ship(fulfilment["id"])

    def deliver(self, id: str) -> None:
        """The carrier delivers everything that has left."""
        for fulfilment in self.order(id)["fulfilments"]:
            if fulfilment["status"] == "shipped":
                self.world.pass_time(hours=20)
                assert self.scan(fulfilment["id"], "delivered").status == 202

    def whole_life(self, id: str) -> None:
        """From intake to delivery."""
        self.world.settle()
        self.fulfil(id)
        self.world.settle()
        self.deliver(id)
        self.world.settle()


def order_body(number: str, lines: list[dict[str, Any]], *, placed_at: datetime) -> dict[str, Any]:
    """An order that every check lets pass."""
    goods = sum(int(li["unit_price"].replace(".", "")) * li["quantity"] for li in lines)
    due = goods + 490
    return {
        "external_number": number,
        "placed_at": placed_at.isoformat(),
        "currency": "EUR",
        "price_mode": "gross",
        "customer": {
            "id": "C-17",
            "type": "B2C",
            "name": "Ayşe Müller",
            "email": "ayse@mueller.example",
            "phone": "+4915112345678",
            "locale": "de",
        },
        "billing_address": ADDRESS,
        "lines": lines,
        "shipping": {"method": "standard", "price": "4.90"},
        "payment": {
            "method": "paypal",
            "status": "authorised",
            "amount": f"{due // 100}.{due % 100:02d}",
            "reference": "PAY-1",
        },
        "delivery": {"partial_allowed": True},
    }
