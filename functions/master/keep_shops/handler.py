"""The catalogue takes shops: the sales channels, and who sells there."""

from __future__ import annotations

from oms.core.refusals import Unknown
from oms_aws.billing.letterheads import kept_letterhead
from oms_aws.billing.wiring import BillingWiring
from oms_aws.master.keeping import history, put, shown
from oms_aws.master.kinds import SHOPS
from oms_aws.master.mailboxes import demand_senders
from oms_aws.master.shop_models import ShopIn
from oms_aws.platform import keys
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route("PUT /v1/shops/{shop}", scope="shops:write", takes=ShopIn, headers=("If-Match",))
def put_shop(call: Call[ShopIn], oms: BillingWiring) -> Answer:
    """Store a shop and its seller.

    A logo is set once, for proof, and kept; send its `sha256` from then on. Mails come from
    `mail.sender`, which must be one that the deployment may send from.
    """
    demand_senders(call.body.mail, oms)
    worn = kept_letterhead(call.body.letterhead, oms)
    return put(call, oms, SHOPS, id=call.id("shop"), letterhead=worn)


@step.route("GET /v1/shops/{shop}", scope="orders:read")
def get_shop(call: Call[ShopIn], oms: BillingWiring) -> Answer:
    """Read a shop and its seller."""
    if not call.caller.may_see(call.path["shop"]):
        raise Unknown("shop_unknown", f"There is no shop {call.path['shop']}.")
    return shown(oms.catalogue.shop(call.path["shop"]))


@step.route("GET /v1/shops/{shop}/history", scope="orders:read", query=("cursor", "limit"))
def read_shop_history(call: Call[ShopIn], oms: BillingWiring) -> Answer:
    """Read who changed a shop, when, and what it was before and after."""
    if not call.caller.may_see(call.path["shop"]):
        raise Unknown("shop_unknown", f"There is no shop {call.path['shop']}.")
    return history(call, oms, SHOPS, keys.seller(call.path["shop"]))
