"""A look, before anything leaves, at what an order's invoice would lack to be issued and sent."""

from __future__ import annotations

from oms.billing.billing import to_buyer
from oms.billing.issuable import finding, lacking, unnamed
from oms.core.parties import party_of
from oms.core.refusals import Refusal
from oms.orders.findings import Finding
from oms.orders.order import Order
from oms_aws.billing.invoicing import estimated
from oms_aws.billing.wiring import BillingWiring
from oms_aws.master.vat_checks import Found


def examined(order: Order, oms: BillingWiring, vat: Found | None = None) -> Finding:
    """Finding on the invoice over the whole order; `vat` is what is known of the buyer's id.

    Who gets no e-invoice gets one that only has to name both sides (§ 14 (4) UStG).
    """
    shop = oms.catalogue.cached_shop(order.shop)
    account = oms.catalogue.cached_account(order.shop, order.customer.id)
    if order.customer.type == "B2C" and not (account and account.leitweg_id):
        return finding(unnamed(shop.seller, party_of(order.billing_address)))
    try:
        draft = estimated(order, oms, vat)
    except Refusal as refusal:
        return finding({"lines": refusal.text})
    return finding(lacking(to_buyer(draft, "invoice", order, shop, account)))
