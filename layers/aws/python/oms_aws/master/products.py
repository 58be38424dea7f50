"""Products at the HTTP edge: whose they are, and who is told so."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from oms.core.refusals import Unknown
from oms_aws.master.keeping import View, by, shown
from oms_aws.master.kinds import OWNERS
from oms_aws.master.models import OwnerIn
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform.http import Answer, Call
from oms_aws.platform.shown import whole


def wanting(call: Call[Any]) -> str | None:
    """The shop that wants a product stored; None for a key of the merchant's."""
    return call.caller.shop or None


def hand_over(call: Call[OwnerIn], oms: MasterWiring) -> Answer:
    """Let the shop that the body names own the product that the path does; raises Unknown."""
    product, to = oms.catalogue.product(call.path["sku"]), call.body.shop
    if to is not None and to not in oms.catalogue.shops():
        raise Unknown("shop_unknown", f"There is no shop {to}.", {"shop": "unknown"})
    wanted = replace(product, owner=to)
    return shown(oms.catalogue.master.store(OWNERS, wanted, by(call), if_version=call.if_version))


def seen_by(call: Call[Any]) -> View:
    """View of a product for the caller."""
    return lambda product: {**whole(product), "owner": _owner(product.owner, call)}


def changes_seen(told: Answer, call: Call[Any]) -> Answer:
    """A page of a product's changes as the caller sees it: no client of another shop's is named."""
    for change in told.body["items"] if call.caller.shop else ():
        if change["actor"] != call.actor:
            change["actor"] = change["actor"].partition(":")[0]
        for record in (change["before"], change["after"]):
            if record is not None:
                record["owner"] = _owner(record.get("owner"), call)
    return told


def _owner(owner: str | None, call: Call[Any]) -> str | None:
    """The owner, as far as it is the caller's business: a shop is told of itself alone."""
    return owner if owner and call.caller.may_see(owner) else None
