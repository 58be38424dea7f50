"""Whoever has the receipt of a withdrawal sees what was received, when, and the log's hash."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.http import Answer, Call
from oms_aws.platform.pages import Pages
from oms_aws.returns.pages import language_asked, proof
from oms_aws.returns.wiring import ReturnsWiring

step = Pages()
handler = step.handler


@step.route("GET /withdrawal/{token}", query=("lang",))
def prove_withdrawal(call: Call[Any], oms: ReturnsWiring) -> Answer:
    """Show the receipt of a withdrawal by a signed link."""
    id = oms.links.subject("withdrawal", call.path["token"], at=oms.now())
    withdrawal = oms.withdrawals.get(id).withdrawal
    (entry,) = oms.withdrawals.log(id, limit=1)
    shop = oms.catalogue.cached_shop(withdrawal.shop)
    return proof(withdrawal, entry.hash, shop, language_asked(call.query, call.headers))
