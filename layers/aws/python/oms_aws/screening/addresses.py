"""Correcting an address: by API, and on the page that the customer's link opens."""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic import ValidationError

from oms.core.parties import Address, Language
from oms.core.refusals import Refusal
from oms.fulfilment.label import label_lines
from oms.orders.findings import Hold
from oms.orders.order import Order
from oms.screening.address import DOUBTS, check_address
from oms.screening.correction import RELEASED_WHEN, address_hold, correct_address, corrected
from oms.screening.fraud import check_again
from oms_aws.orders.store import StoredOrder
from oms_aws.platform.http import Answer, Call
from oms_aws.platform.log import Saved
from oms_aws.platform.models import AddressIn
from oms_aws.platform.pages import form, invalid, message, page
from oms_aws.platform.rendering import read
from oms_aws.screening.gazetteer import gazetteer
from oms_aws.screening.models import CorrectAddress
from oms_aws.screening.wiring import ScreeningWiring

BY_CUSTOMER = "customer"
FIELDS = tuple(AddressIn.model_fields)


def correct(
    seen: StoredOrder,
    given: AddressIn,
    oms: ScreeningWiring,
    by: Saved,
    *,
    email: str,
    phone: str | None,
    reason: str,
    if_version: int | None = None,
    confirmed: bool = False,
) -> StoredOrder:
    """Correct the order's address, check it again, and let go what waited for it.

    Doubts hold no address that is `confirmed`: whoever sends it knows that it is right.
    """
    address = msgspec.convert(given.model_dump(), Address)
    shop = oms.catalogue.shop_if_known(seen.order.shop)
    rules = oms.rulesets.active("fraud")

    def command(order: Order) -> Order:
        wanted = corrected(order, address, email=email, phone=phone)
        found = check_address(wanted, shop, gazetteer(), confirmed=confirmed)
        if suspicion := check_again(rules, order, wanted):
            found = (*found, suspicion)
        at = oms.now()
        return correct_address(order, wanted, found, by=by.actor, reason=reason, at=at)

    return oms.orders.change(seen.order.id, command, by, seen=seen, if_version=if_version)


def ask(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """The form, or what became of it when the link was used."""
    seen, hold = _opened(call, oms)
    order = seen.order
    if hold.released_at:
        return _done(order, hold)
    values = {name: getattr(order.ship_to, name) or "" for name in FIELDS}
    faults = hold.data.get("fields", {})
    return _form(order, hold, oms, {**values, "phone": order.customer.phone or ""}, faults)


def take(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """Save what the form says, or show it again with what is wrong."""
    seen, hold = _opened(call, oms)
    order, values = seen.order, form(call)
    if hold.released_at:
        return _replayed(order, hold, values, call)
    given = {name: values.get(name) or None for name in FIELDS}
    given |= {name: values.get(name, "") for name in ("postal_code", "city")}
    try:
        address = {name: value for name, value in given.items() if value is not None}
        body = CorrectAddress.model_validate(
            {"address": address, "phone": values.get("phone") or None, "reason": "by link"}
        )
        by = Saved(f"{BY_CUSTOMER}:{order.customer.id}", f"link:{hold.id}")
        phone, email = body.phone or order.customer.phone, order.customer.email
        correct(
            seen,
            body.address,
            oms,
            by,
            email=email,
            phone=phone,
            reason=body.reason,
            confirmed="confirmed" in values,
        )
    except ValidationError as error:
        return _form(order, hold, oms, values, _wrong(error), status=422)
    except Refusal as refusal:
        if refusal.reason != "address_invalid":
            raise
        return _form(order, hold, oms, values, dict(refusal.fields), status=422)
    return _again(call)


def _opened(call: Call[Any], oms: ScreeningWiring) -> tuple[StoredOrder, Hold]:
    named = oms.links.subject("address", call.path["token"], at=oms.now())
    order_id, _, hold_id = named.rpartition(".")
    seen = oms.orders.get(order_id)
    return seen, address_hold(seen.order, hold_id)


def _replayed(order: Order, hold: Hold, values: dict[str, str], call: Call[Any]) -> Answer:
    """The form was sent before: the same again is fine, another address is too late."""
    saved = {name: getattr(order.ship_to, name) or "" for name in FIELDS}
    if {name: values.get(name, "") for name in FIELDS} == saved:
        return _again(call)
    return message("link_used", order.customer.locale, status=409)


def _again(call: Call[Any]) -> Answer:
    return Answer(status=303, headers={"Location": f"/a/{call.path['token']}"})


def _done(order: Order, hold: Hold) -> Answer:
    if hold.release_reason != RELEASED_WHEN:
        return message("address_settled", order.customer.locale)
    lines = label_lines(order.ship_to)
    return page("address_done", order.customer.locale, order=order.external_number, lines=lines)


def _form(
    order: Order,
    hold: Hold,
    oms: ScreeningWiring,
    values: dict[str, str],
    faults: dict[str, str],
    *,
    status: int = 200,
) -> Answer:
    language = order.customer.locale
    shop = oms.catalogue.shop_if_known(order.shop)
    served = shop.countries if shop and shop.countries else tuple(_countries())
    return page(
        "address",
        language,
        status=status,
        shop=shop.name if shop else order.shop,
        order=order.external_number,
        why=(hold.text_de or hold.text) if language == "de" else hold.text,
        values={name: values.get(name, "") for name in (*FIELDS, "phone")},
        faults=invalid(faults, language),
        doubted=set(faults.values()) <= set(DOUBTS) and bool(faults),
        countries=sorted(((_country(c, language), c) for c in served), key=lambda each: each[0]),
        until=hold.deadline,
    )


def _wrong(error: ValidationError) -> dict[str, str]:
    """Fields of the form that a model did not accept, and how."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    empty = ("missing", "string_too_short")
    return {str(e["loc"][-1]): "required" if e["type"] in empty else "text" for e in found}


def _countries() -> dict[str, dict[str, str]]:
    names: dict[str, dict[str, str]] = read("countries.json")
    return names


def _country(code: str, language: Language) -> str:
    return _countries().get(code, {}).get(language, code)
