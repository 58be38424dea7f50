"""The VAT id of a customer is checked, or what the tax office said of it put on record."""

from __future__ import annotations

from oms.master.account import VatCheck
from oms_aws.billing.quoting import check_view
from oms_aws.billing.tax_models import VatCheckAsk
from oms_aws.billing.wiring import BillingWiring
from oms_aws.master.vat_checks import Found
from oms_aws.platform.http import Answer, Call, Http, Problem, shop_meant
from oms_aws.platform.log import Saved

step = Http()
handler = step.handler


@step.route(
    "POST /v1/customers/{customer}/vat-check",
    scope="customers:write",
    takes=VatCheckAsk,
    query=("shop",),
)
def check_vat_id(call: Call[VatCheckAsk], oms: BillingWiring) -> Answer:
    """Check a customer's VAT id, and keep the proof."""
    shop = oms.catalogue.cached_shop(shop_meant(call))
    customer, asked = call.path["customer"], call.body
    account = oms.catalogue.account(shop.id, customer)
    vat_id = asked.vat_id or (account.vat_id if account else None)
    if vat_id is None:
        raise Problem(422, "vat_id_missing", "There is no VAT id to check.", {"vat_id": "missing"})
    if asked.valid is None:
        found = oms.vat_checks.of(shop, customer, vat_id, "", again=True)
    else:
        name = asked.name or (account and (account.company or account.name))
        if not name:
            text = "What the tax office said is of an id and a name: whose?"
            raise Problem(422, "name_missing", text, {"name": "missing"})
        check = VatCheck(
            vat_id=vat_id,
            valid=asked.valid,
            checked_at=oms.now(),
            source="manual",
            name=name,
            consultation=asked.consultation,
        )
        oms.vat_checks.keep(
            shop.id, customer, check, Saved(call.actor, f"request:{call.request_id}")
        )
        found = Found(check)
    return Answer(check_view(customer, vat_id, found, shop))
