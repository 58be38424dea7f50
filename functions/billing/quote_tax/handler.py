"""A shop asks what a basket would be taxed at, and why."""

from __future__ import annotations

from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models.tax import QuoteIn
from oms_aws.edges.tax import quote_view, quoted
from oms_aws.edges.views import shop_meant
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route("POST /v1/tax/quote", scope="tax:read", takes=QuoteIn, query=("shop",))
def quote_tax(call: Call[QuoteIn], oms: Ports) -> Answer:
    """Quote the tax of a basket.

    Each line has its decision with its reasons; the sums are those of an invoice over it.
    """
    shop = oms.catalogue.shop_of_late(shop_meant(call))
    return Answer(quote_view(call.body, quoted(call.body, shop, oms)))
