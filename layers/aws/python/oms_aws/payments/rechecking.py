"""Rechecking: the checks of a held order that wait for master data, as these are now."""

from __future__ import annotations

from collections.abc import Iterator

from oms.orders.findings import AMOUNT_UNKNOWN, INCOMPLETE, PRODUCT_UNKNOWN, Finding
from oms.orders.order import Order
from oms.payments.payment import check_payment
from oms_aws.billing.invoicing import due_or_why
from oms_aws.billing.issuable import examined
from oms_aws.payments.b2b_checks import once_known
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.screening.pricing import priced


def found_again(order: Order, oms: PaymentsWiring) -> tuple[Finding, ...]:
    """Findings by now of the checks whose holds wait for master data (`OF_MASTER_DATA`)."""
    waits = {hold.reason for hold in order.open_holds}
    return tuple(_found(order, waits, oms))


def _found(order: Order, waits: set[str], oms: PaymentsWiring) -> Iterator[Finding]:
    if PRODUCT_UNKNOWN in waits:
        yield from priced(oms, order)
    if INCOMPLETE in waits:
        yield examined(order, oms)
    if AMOUNT_UNKNOWN in waits:
        due, rules = due_or_why(order, oms), oms.catalogue.cached_shop(order.shop).payment
        yield check_payment(order, due, rules, at=oms.now())
        if not isinstance(due, Exception):
            yield from once_known(order, due, oms)
