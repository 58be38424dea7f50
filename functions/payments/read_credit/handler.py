"""A shop, clerk or accountant reads how much of its credit a customer uses, and for what."""

from __future__ import annotations

from typing import Any

from oms.core.refusals import Unknown
from oms.payments.credit import limit_in
from oms_aws.payments.credit import credit_view
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Answer, Call, Http, shop_meant

step = Http()
handler = step.handler


@step.route(
    "GET /v1/customers/{customer}/credit",
    scope="customers:read",
    query=("shop", "currency", "cursor", "limit"),
)
def get_credit(call: Call[Any], oms: PaymentsWiring) -> Answer:
    """Read a customer's credit: limit, used, free, and what makes it up."""
    shop, customer = shop_meant(call), call.path["customer"]
    account = oms.catalogue.account(shop, customer)
    currency = call.query.get("currency") or (account.currency if account else "EUR")
    used = oms.credit.used(shop, customer, currency)
    limit = call.limit()
    records = oms.credit.records(shop, customer, currency, after=call.cursor, limit=limit)
    if account is None and not records:
        raise Unknown("customer_unknown", f"There is no customer {customer}.")
    head = {"customer": customer, "shop": shop, "currency": currency}
    return Answer(
        {**head, **credit_view(used, limit_in(account, currency), records, currency, limit)}
    )
