"""The catalogue takes customers: each shop's own, and what is agreed with them."""

from __future__ import annotations

from typing import Any

import msgspec

from oms.account import Account
from oms.refusals import Unknown
from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models.customers import AccountIn
from oms_aws.edges.views import shop_meant, whole
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route(
    "PUT /v1/customers/{customer}",
    scope="customers:write",
    takes=AccountIn,
    query=("shop",),
    headers=("If-Match",),
)
def put_customer(call: Call[AccountIn], oms: Ports) -> Answer:
    """Store a customer; a check of the VAT id that is on record stays while the id does."""
    values = {"id": call.id("customer"), "shop": shop_meant(call), **call.body.model_dump()}
    account = msgspec.convert(values, Account)
    stored = oms.catalogue.store_account(account, if_version=call.if_version)
    return Answer(whole(stored), headers={"ETag": f'"{stored.version}"'})


@step.route("GET /v1/customers/{customer}", scope="customers:read", query=("shop",))
def get_customer(call: Call[Any], oms: Ports) -> Answer:
    """Read a customer."""
    account = oms.catalogue.account(shop_meant(call), call.path["customer"])
    if account is None:
        raise Unknown("customer_unknown", f"There is no customer {call.path['customer']}.")
    return Answer(whole(account), headers={"ETag": f'"{account.version}"'})
