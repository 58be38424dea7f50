"""Correcting where an order goes: checked again at once, and the order goes on once it is right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec.structs import replace

from oms.core.parties import Address
from oms.core.refusals import Refusal, Unknown
from oms.orders import holding
from oms.orders.applying import tell
from oms.orders.findings import Finding, Hold
from oms.orders.holds import hold_of
from oms.orders.order import Order
from oms.orders.order_events import OrderAddressCorrected, OrderReleased
from oms.orders.waiting import finished
from oms.screening.address import HOLDS, faults_of

RELEASED_WHEN = "the address was corrected"


def corrected(order: Order, address: Address, *, email: str, phone: str | None) -> Order:
    """The order as it would be with the address, for the checks to look at; nothing is told."""
    customer = replace(order.customer, email=email, phone=phone)
    if order.shipping_address:
        return replace(order, customer=customer, shipping_address=address)
    return replace(order, customer=customer, billing_address=address)


def correct_address(
    order: Order,
    wanted: Order,
    findings: Iterable[Finding],
    *,
    by: str,
    reason: str,
    at: datetime,
) -> Order:
    """Take the address of `wanted`, on which `findings` is what the checks say; release the holds.

    An order with one address for both is billed to the new one too. Repeating it changes nothing.
    Raises Refusal when the order is over or with a warehouse, when the address is wrong still
    (`fields` says where), and when its country would change the taxes of net prices.
    """
    found = tuple(findings)
    same = (wanted.ship_to, wanted.customer) == (order.ship_to, order.customer)
    ended = [hold for hold in order.open_holds if hold.reason in HOLDS]
    if same and not ended:
        return order
    _may_change(order, wanted)
    if faults := faults_of(found):
        raise Refusal("address_invalid", "The address is not correct yet.", faults)
    changed = OrderAddressCorrected(
        address=wanted.ship_to,
        email=wanted.customer.email,
        phone=wanted.customer.phone,
        findings=found,
        by=by,
        reason=reason,
        at=at,
        billing=order.shipping_address is None,
    )
    order = tell(order, changed)
    for finding in found:
        if finding.verdict != "pass" and not _held_for(order, finding):
            order = holding.hold(order, finding, at=at)
    releases = (OrderReleased(hold.id, by, RELEASED_WHEN, at) for hold in ended)
    return tell(order, *releases)


def _may_change(order: Order, wanted: Order) -> None:
    left = order.count("ordered") - order.count("cancelled")
    if order.screening.refused or finished(order) or not left:
        raise Refusal("order_over", "The order is over: nothing of it is sent any more.")
    if order.count("released") or order.count("packed"):
        raise Refusal("address_with_warehouse", "A warehouse is packing the order already.")
    if order.price_mode == "net" and wanted.ship_to.country != order.ship_to.country:
        text = "Another country changes the taxes of an order in net prices: order anew."
        raise Refusal("country_changes_taxes", text, {"country": "changed"})


def _held_for(order: Order, finding: Finding) -> bool:
    return any(hold.reason == finding.reason for hold in order.open_holds)


def address_hold(order: Order, id: str) -> Hold:
    """The hold of the order that a correct address ends; raises Unknown."""
    hold = hold_of(order, id)
    if hold.reason in HOLDS:
        return hold
    raise Unknown("hold_unknown", f"The hold {id} is not for the address.")
