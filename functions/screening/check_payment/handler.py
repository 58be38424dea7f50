"""Is the payment enough and fresh, the VAT id valid, and could the invoice be issued?"""

from __future__ import annotations

from typing import Any

import msgspec

from oms.billing.estimates import vat_id_matters
from oms.payments.payment import check_payment
from oms.screening.vat_check import finding
from oms_aws.billing.invoicing import due_or_why, vat_found
from oms_aws.billing.issuable import examined
from oms_aws.billing.wiring import BillingWiring
from oms_aws.platform.task import StepInput, task


@task
def handler(asked: StepInput, oms: BillingWiring) -> list[dict[str, Any]]:
    order = oms.orders.get(asked.order_id).order
    shop = oms.catalogue.cached_shop(order.shop)
    found, vat = [], None
    if vat_id_matters(order, shop):
        vat = vat_found(order, shop, oms)
        found.append(finding(order, vat.check, shop.tax.vies_unreachable))
    found.append(check_payment(order, due_or_why(order, oms, vat), shop.payment, at=oms.now()))
    found.append(examined(order, oms, vat))
    told: list[dict[str, Any]] = msgspec.to_builtins(found)
    return told
