"""A warehouse, shop or clerk asks for the papers that go into a parcel."""

from __future__ import annotations

from typing import Any

from oms.core.refusals import Unknown
from oms.fulfilment.slips import SlipKind
from oms.orders.order import order_of
from oms_aws.billing.filing import opened_paper, slip
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler

PAPERS: dict[str, SlipKind] = {"delivery-note": "delivery_note", "packing-slip": "packing_slip"}


@step.route("GET /v1/fulfilments/{fulfilment}/papers/{paper}", scope="papers:read", status=302)
def print_paper(call: Call[Any], oms: BillingWiring) -> Answer:
    """Open a fulfilment's `delivery-note` or `packing-slip`."""
    id, kind = call.path["fulfilment"], PAPERS.get(call.path["paper"])
    if kind is None:
        raise Unknown("paper_unknown", f"There is a paper of {' and of '.join(PAPERS)}.")
    seen = oms.orders.get(order_of(id))
    if not call.caller.may_see(seen.order.shop):
        raise Unknown("order_unknown", f"There is no order {seen.order.id}.")
    paper = slip(seen, id, kind, oms, Saved(call.actor, f"request:{call.request_id}"))
    return opened_paper(paper, f"{seen.order.external_number}-{call.path['paper']}", oms)
