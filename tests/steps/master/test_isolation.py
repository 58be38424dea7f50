"""Who may call what: every route by every role, and no shop sees what is another's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from infra.journey import JOURNEY, Http
from oms_aws.api.examples import REQUESTS
from oms_aws.platform import keys
from oms_aws.platform.clients import SCOPES
from oms_aws.platform.example_values import ACCOUNT
from tests.world.functions import handler, step_of
from tests.world.merchant import SELLER, Merchant
from tests.world.opening import opened
from tests.world.world import World

ROUTES = [
    route
    for step in JOURNEY
    if isinstance(step.on, Http) and not step.on.public
    for route in step.on.routes
]


class Ask(NamedTuple):
    """How the other shop asks for what is the first one's."""

    path: dict[str, Any]
    body: Any = None
    query: dict[str, str] | None = None


class Belongings(NamedTuple):
    """What the first shop has."""

    world: World
    merchant: Merchant
    order: str
    hold: str
    fulfilment: str
    document: str
    endpoint: str
    number: str
    withdrawal: str
    rma: str


@pytest.fixture(scope="module")
def mine() -> Iterator[Belongings]:
    with opened() as world:
        merchant = Merchant(world)
        merchant.count("A", RUCK_45=3)
        subscribed = merchant.do(
            "POST /v1/webhooks",
            merchant.shop,
            {"url": "http://127.0.0.1:9/hook", "events": ["*"]},
        )
        ours = {"name": {"de": "Unseres"}}
        merchant.do("PUT /v1/products/{sku}", merchant.shop, ours, sku="OURS-1")
        body = merchant.request(RUCK_45=1)
        unpaid = {"method": "prepayment", "status": "pending", "amount": "0", "reference": None}
        id = merchant.place(body | {"payment": unpaid})
        world.settle()
        merchant.release(id)
        world.settle()
        merchant.fulfil(id)
        world.settle()
        merchant.place(merchant.request(RUCK_45=1) | {"payment": unpaid})
        world.settle()
        order = merchant.order(id)
        said = {"name": "Eva", "contract": "unknown", "email": "eva@post.example"}
        withdrawn = merchant.do("POST /v1/withdrawals", merchant.shop, said)
        back = {"order": id, "lines": [{"number": "1", "quantity": 1}]}
        announced = merchant.do("POST /v1/returns", merchant.shop, back)
        world.settle()
        yield Belongings(
            world,
            merchant,
            id,
            order["holds"][0]["id"],
            order["fulfilments"][0]["id"],
            order["documents"][0]["id"],
            subscribed["id"],
            body["external_number"],
            withdrawn["id"],
            announced["id"],
        )


def asks(mine: Belongings) -> dict[str, Ask]:
    """Every route, asked for the first shop's things; routes that know no shop are left out."""
    order, endpoint = {"order": mine.order}, {"endpoint": mine.endpoint}
    fulfilment = {"fulfilment": mine.fulfilment}
    pack = {"parcels": [{"weight_g": 1}]}
    shop = {"name": "x", "seller": SELLER, "support_email": "a@b.example"}
    replay = {"after": "2020-01-01T00:00:00Z"}
    return {
        "GET /v1/orders/{order}": Ask(order),
        "GET /v1/orders/{order}/events": Ask(order),
        "GET /v1/orders/{order}/documents": Ask(order),
        "GET /v1/documents/{document}": Ask({"document": mine.document}),
        "GET /v1/orders/{order}/confirmation": Ask(order),
        "GET /v1/orders/{order}/pro-forma": Ask(order),
        "POST /v1/orders/{order}/pro-forma": Ask(order),
        "POST /v1/orders/{order}/confirmation": Ask(order),
        "GET /v1/fulfilments/{fulfilment}/papers/{paper}": Ask(
            {**fulfilment, "paper": "delivery-note"}
        ),
        "POST /v1/orders/{order}/cancellations": Ask(order, {}),
        "POST /v1/orders/{order}/deposits": Ask(order, {"percent": "30"}),
        "POST /v1/orders/{order}/changes": Ask(order, REQUESTS["POST /v1/orders/{order}/changes"]),
        "POST /v1/orders/{order}/changes/{change}/confirm": Ask({**order, "change": "chg_1"}),
        "POST /v1/orders/{order}/holds/{hold}/release": Ask(
            {**order, "hold": mine.hold}, {"reason": "x"}
        ),
        "POST /v1/orders/{order}/captures": Ask(order, {"amount": "1.00", "reference": "X"}),
        "POST /v1/orders/{order}/refunds": Ask(order, {"amount": "1.00", "reference": "X"}),
        "GET /v1/fulfilments": Ask({}, query={"location": "A", "status": "shipped"}),
        "GET /v1/fulfilments/{fulfilment}": Ask(fulfilment),
        "POST /v1/fulfilments/{fulfilment}/pack": Ask(fulfilment, pack),
        "POST /v1/fulfilments/{fulfilment}/ship": Ask(
            fulfilment, {"carrier": "dhl", "tracking_numbers": ["1"]}
        ),
        "POST /v1/returns": Ask(
            {}, {"order": mine.order, "lines": [{"number": "1", "quantity": 1}]}
        ),
        "GET /v1/returns/{rma}": Ask({"rma": mine.rma}),
        "POST /v1/returns/{rma}/close": Ask({"rma": mine.rma}, {"reason": "x"}),
        "PUT /v1/products/{sku}": Ask({"sku": "OURS-1"}, {"name": {"de": "Ihres"}}),
        "PUT /v1/products/{sku}/owner": Ask({"sku": "OURS-1"}, {"shop": "tal-tasche"}),
        "GET /v1/webhooks/{endpoint}": Ask(endpoint),
        "PATCH /v1/webhooks/{endpoint}": Ask(endpoint, {"paused": True}),
        "POST /v1/webhooks/{endpoint}/secret": Ask(endpoint),
        "POST /v1/webhooks/{endpoint}/test": Ask(endpoint),
        "DELETE /v1/webhooks/{endpoint}": Ask(endpoint),
        "GET /v1/webhooks/{endpoint}/deliveries": Ask(endpoint),
        "POST /v1/webhooks/{endpoint}/replay": Ask(endpoint, replay),
        "GET /v1/shops/{shop}": Ask({"shop": "berg-beutel"}),
        "PUT /v1/shops/{shop}": Ask({"shop": "berg-beutel"}, shop),
        "PUT /v1/customers/{customer}": Ask({"customer": "C-1"}, ACCOUNT, ITS),
        "GET /v1/customers/{customer}": Ask({"customer": "C-1"}, query=ITS),
        "GET /v1/customers/{customer}/history": Ask({"customer": "C-1"}, query=ITS),
        "GET /v1/customers": Ask({}, query=ITS),
        "GET /v1/customers/{customer}/data": Ask({"customer": "C-17"}, query=ITS),
        "POST /v1/customers/{customer}/erasure": Ask({"customer": "C-17"}, {}, ITS),
        "GET /v1/customers/{customer}/collective-invoices": Ask({"customer": "C-1"}, query=ITS),
        "GET /v1/customers/{customer}/credit": Ask({"customer": "C-1"}, query=ITS),
        "GET /v1/open-items": Ask({}, query=ITS),
        "GET /v1/open-items/totals": Ask({}, query=ITS),
        "POST /v1/customers/{customer}/vat-check": Ask({"customer": "C-1"}, {}, ITS),
        "POST /v1/orders/{order}/address": Ask(order, REQUESTS["POST /v1/orders/{order}/address"]),
        "POST /v1/customers/batch": Ask({}, {"items": [{"id": "C-1", **ACCOUNT}]}, ITS),
        "GET /v1/shops/{shop}/history": Ask({"shop": "berg-beutel"}),
        "GET /v1/withdrawals/{withdrawal}": Ask({"withdrawal": mine.withdrawal}),
        "POST /v1/withdrawals/{withdrawal}/goods": Ask(
            {"withdrawal": mine.withdrawal}, {"proof": "received"}
        ),
        "POST /v1/withdrawals": Ask({}, REQUESTS["POST /v1/withdrawals"], ITS),
        "GET /v1/dead-letters": Ask({}),
        "POST /v1/dead-letters/{letter}/redrive": Ask({"letter": "dl_1"}),
    }


NOBODY: tuple[Any, ...] = (None,) * len(Belongings._fields)
ITS = {"shop": "berg-beutel"}
LISTS = (
    "GET /v1/orders",
    "GET /v1/webhooks",
    "GET /v1/holds",
    "GET /v1/withdrawals",
    "GET /v1/returns",
)
OF_NO_SHOP = (
    "POST /v1/orders",
    "POST /v1/webhooks",
    "GET /v1/products/{sku}",
    "GET /v1/products",
    "GET /v1/products/{sku}/history",
    "POST /v1/products/batch",
    "PUT /v1/price-lists/{list}",
    "GET /v1/price-lists/{list}",
    "GET /v1/price-lists",
    "GET /v1/price-lists/{list}/history",
    "PUT /v1/price-lists/{list}/prices/{sku}",
    "GET /v1/price-lists/{list}/prices/{sku}",
    "GET /v1/price-lists/{list}/prices/{sku}/history",
    "GET /v1/price-lists/{list}/prices",
    "POST /v1/prices/batch",
    "PUT /v1/warehouses/{warehouse}",
    "GET /v1/warehouses/{warehouse}",
    "GET /v1/warehouses",
    "GET /v1/warehouses/{warehouse}/history",
    "POST /v1/warehouses/batch",
    "PUT /v1/carriers/{carrier}",
    "POST /v1/stock/batch",
    "GET /v1/stock/{sku}",
    "POST /v1/stock/uploads",
    "GET /v1/stock/uploads/{upload}",
    "PUT /v1/stock/{sku}/buffers/{shop}",
    "POST /v1/availability",
    "GET /v1/purchase-orders",
    "GET /v1/purchase-orders/{purchase}",
    "POST /v1/tax/quote",
)
"""What the shops of a merchant share, and what only ever makes something of one's own."""


def test_every_route_that_a_shop_reaches_is_looked_at(mine: Belongings) -> None:
    """What a shop's key has no scope for is refused to all shops, as another test shows."""
    reached = {route for route, scope in scopes().items() if scope in SCOPES["shop"].split()}
    looked_at = {*ASKED, *LISTS, *OF_NO_SHOP}
    assert reached <= looked_at <= set(ROUTES)
    assert set(ASKED) == set(asks(mine))


ASKED = [*asks(Belongings(*NOBODY))]


@pytest.mark.parametrize("route", ASKED)
def test_no_shop_reaches_what_is_another_shops(mine: Belongings, route: str) -> None:
    ask, before = asks(mine)[route], everything(mine.world)
    answer = mine.world.call(route, mine.merchant.other_shop, ask.body, query=ask.query, **ask.path)
    assert answer.status in (403, 404), answer
    assert mine.number not in str(answer.body)
    assert everything(mine.world) == before


def everything(world: World) -> list[dict[str, Any]]:
    """All that is on record, but for when which key was last used."""
    return [item for item in world.items() if item["sk"] != keys.key_use("").sk]


@pytest.mark.parametrize(
    ("route", "query"),
    [
        ("GET /v1/orders", {}),
        ("GET /v1/orders", {"shop": "berg-beutel"}),
        ("GET /v1/orders", {"external_number": "BB-1"}),
        ("GET /v1/orders", {"status": "shipped", "shop": "berg-beutel"}),
        ("GET /v1/orders", {"cursor": "MjE5OS0xMS0yM1QwODowMDowMFojb3JkXzE="}),
        ("GET /v1/webhooks", {}),
        ("GET /v1/holds", {}),
        ("GET /v1/holds", {"shop": "berg-beutel"}),
        ("GET /v1/withdrawals", {}),
        ("GET /v1/withdrawals", {"shop": "berg-beutel"}),
        ("GET /v1/withdrawals", {"status": "unmatched"}),
        ("GET /v1/returns", {"shop": "berg-beutel"}),
        ("GET /v1/returns", {"status": "announced"}),
    ],
)
def test_lists_hold_ones_own_things_alone(
    mine: Belongings, route: str, query: dict[str, str]
) -> None:
    assert mine.number == "BB-1"
    theirs = mine.world.call(route, mine.merchant.other_shop, query=query)
    assert (theirs.status, theirs.body["items"]) == (200, [])
    assert mine.world.call(route, mine.merchant.shop).body["items"]


@pytest.mark.parametrize("role", SCOPES)
@pytest.mark.parametrize("route", ROUTES)
def test_a_role_reaches_the_routes_of_its_scopes_alone(
    mine: Belongings, route: str, role: str
) -> None:
    step = step_of(route)
    handler(step.name)
    scope = scopes()[route]
    assert scope, "a route behind the authoriser needs a scope"
    world = mine.world
    if scope in SCOPES[role].split():
        return
    client, shop = ("C-1/P-1", "berg-beutel") if role == "approver" else ("x", "")
    key = world.add_client(client, role, "berg-beutel" if role == "shop" else shop)
    answer = world.call(route, key, {}, **NOTHING)
    assert answer.status == 403
    assert scope in answer.body["detail"]


NAMES = ("order", "hold", "sku", "list", "shop", "endpoint", "customer", "document")
NOTHING: dict[str, Any] = dict.fromkeys(NAMES, "none")


def scopes() -> dict[str, str]:
    """The scope that each route asks for, as its handler says."""
    import sys

    found: dict[str, str] = {}
    for step in JOURNEY:
        if isinstance(step.on, Http):
            handler(step.name)
            module = sys.modules[f"functions.{step.name.replace('/', '.')}.handler"]
            found |= {key: routed.scope for key, routed in module.step.routes.items()}
    return found


def test_every_scope_is_asked_for_by_a_route() -> None:
    granted = {scope for scopes_of in SCOPES.values() for scope in scopes_of.split()}
    assert granted == {scope for scope in scopes().values() if scope}
