"""Pro forma at the edge: an order's value as it stands, made once for what it says."""

from __future__ import annotations

from datetime import date

from oms.billing import confirming, proforma
from oms.billing.invoice import Invoice
from oms.billing.stationery import dressed
from oms.orders.documents import Paper
from oms_aws.billing.filing import filed
from oms_aws.billing.invoicing import estimated
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.store import StoredOrder
from oms_aws.papers.typesetting import typeset
from oms_aws.platform.log import Saved


def pro_forma(seen: StoredOrder, oms: BillingWiring, by: Saved) -> Paper:
    """The pro forma invoice of an order as it stands; raises Refusal when nothing is left of it."""
    order = seen.order
    stands = confirming.as_it_stands(order)

    def snapshot(day: date) -> Invoice:
        shop = oms.catalogue.cached_shop(order.shop)
        return dressed(proforma.pro_forma_of(order, estimated(stands, oms), day), shop)

    def set_it(said: Invoice, /, *, logo: bytes | None) -> bytes:
        return typeset(said, logo=logo)

    facts = confirming.facts_of(order)
    return filed(seen, proforma.KIND, facts, snapshot, set_it, oms, by)
