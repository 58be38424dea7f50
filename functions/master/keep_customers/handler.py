"""The catalogue takes customers: each shop's own, and what is agreed with them."""

from __future__ import annotations

from typing import Any

from oms_aws.master.customer_models import AccountIn, AccountRow
from oms_aws.master.keeping import history, listed, put, put_rows, shown
from oms_aws.master.kinds import ACCOUNTS
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform import indexes, keys
from oms_aws.platform.http import Answer, Call, Http, shop_meant
from oms_aws.platform.models import Batch

step = Http()
handler = step.handler
SHOP = ("shop",)
PAGED = (*SHOP, "cursor", "limit")


@step.route(
    "PUT /v1/customers/{customer}",
    scope="customers:write",
    takes=AccountIn,
    query=SHOP,
    headers=("If-Match",),
)
def put_customer(call: Call[AccountIn], oms: MasterWiring) -> Answer:
    """Store a customer; a check of the VAT id that is on record stays while the id does."""
    return put(call, oms, ACCOUNTS, shop=shop_meant(call), id=call.id("customer"))


@step.route("GET /v1/customers/{customer}", scope="customers:read", query=SHOP)
def get_customer(call: Call[Any], oms: MasterWiring) -> Answer:
    """Read a customer."""
    return shown(oms.catalogue.customer(shop_meant(call), call.path["customer"]))


@step.route("GET /v1/customers", scope="customers:read", query=PAGED)
def list_customers(call: Call[Any], oms: MasterWiring) -> Answer:
    """List a shop's customers, in an order that stays the same but is none of ids."""
    return listed(call, oms, ACCOUNTS, indexes.accounts_of(shop_meant(call)))


@step.route("GET /v1/customers/{customer}/history", scope="customers:read", query=PAGED)
def read_customer_history(call: Call[Any], oms: MasterWiring) -> Answer:
    """Read who changed a customer, when, and what it was before and after."""
    return history(call, oms, ACCOUNTS, keys.account(shop_meant(call), call.path["customer"]))


@step.route(
    "POST /v1/customers/batch", scope="customers:write", takes=Batch, rows=AccountRow, query=SHOP
)
def put_customers(call: Call[Batch], oms: MasterWiring) -> Answer:
    """Store up to 1,000 customers of a shop; each row is stored, unchanged or refused by itself."""
    shop = shop_meant(call)
    return put_rows(call, oms, ACCOUNTS, AccountRow, lambda each: each.id, shop=shop)
