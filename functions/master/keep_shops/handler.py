"""The catalogue takes shops: the sales channels, and who sells there."""

from __future__ import annotations

import msgspec

from oms.refusals import Unknown
from oms.shop import Shop
from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models import ShopIn
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route("PUT /v1/shops/{shop}", scope="shops:write", takes=ShopIn, headers=("If-Match",))
def put_shop(call: Call[ShopIn], oms: Ports) -> Answer:
    """Store a shop and its seller."""
    values = call.body.model_dump(by_alias=True)
    shop = msgspec.convert({"id": call.id("shop"), **values}, Shop)
    stored = oms.catalogue.store_shop(shop, if_version=call.if_version)
    return Answer(stored, headers={"ETag": f'"{stored.version}"'})


@step.route("GET /v1/shops/{shop}", scope="orders:read")
def get_shop(call: Call[ShopIn], oms: Ports) -> Answer:
    """Read a shop and its seller."""
    if not call.caller.may_see(call.path["shop"]):
        raise Unknown("shop_unknown", f"There is no shop {call.path['shop']}.")
    shop = oms.catalogue.shop(call.path["shop"])
    return Answer(shop, headers={"ETag": f'"{shop.version}"'})
