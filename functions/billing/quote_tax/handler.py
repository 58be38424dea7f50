"""A shop asks what a basket would be taxed at, and why."""

from __future__ import annotations

from oms_aws.billing.quoting import quote_view, quoted
from oms_aws.billing.tax_models import QuoteIn
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.http import Answer, Call, Http, shop_meant

step = Http()
handler = step.handler


@step.route("POST /v1/tax/quote", scope="tax:read", takes=QuoteIn, query=("shop",))
def quote_tax(call: Call[QuoteIn], oms: BillingWiring) -> Answer:
    """Quote the tax of a basket.

    Each line has its decision with its reasons; the sums are those of an invoice over it.
    """
    shop = oms.catalogue.cached_shop(shop_meant(call))
    return Answer(quote_view(call.body, quoted(call.body, shop, oms)))
