"""Business customers: credit is taken for their orders, and who of them must agree is found."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from oms.core.calendar import book_day
from oms.core.refusals import Refusal
from oms.master.account import Account
from oms.orders.findings import AMOUNT_UNKNOWN, Finding
from oms.orders.order import Order
from oms.orders.order_events import OrderChanged
from oms.payments import credit
from oms.payments.payment import on_account
from oms.screening.approval import NEEDED, check_approval, needed_again
from oms.tax.exchange import EURO, exchange_on
from oms_aws.billing.invoicing import gross_due
from oms_aws.orders.store import StoredOrder
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.log import Saved


def findings(order_id: str, oms: PaymentsWiring) -> list[Finding]:
    """Findings of credit and approval on an order; none once it has been screened.

    An order of a customer with credit takes it here, so that whoever comes next finds it taken.
    """
    seen = oms.orders.get(order_id)
    order = seen.order
    if order.screening.screened_at:
        return []
    account = oms.catalogue.account(order.shop, order.customer.id)
    asks = account.approvals if account else ()
    if not on_account(order.payment) and not asks:
        return [credit.passed(), check_approval(order, account, {}, Decimal(0), Decimal(0))]
    try:
        due = gross_due(order, oms)
    except Refusal:  # which holds the order already (`oms.payments.payment`)
        return [credit.passed()]
    return [check_credit(seen, account, due, oms), _approval(order, account, due, oms)]


def _approval(order: Order, account: Account | None, due: Decimal, oms: PaymentsWiring) -> Finding:
    groups = {}
    if account and any(rule.product_groups for rule in account.approvals):
        products = oms.catalogue.products(order.skus)
        groups = {sku: product.group for sku, product in products.items()}
    return check_approval(order, account, groups, due, _worth(order, account, due, oms))


def _worth(
    order: Order, account: Account | None, due: Decimal, oms: PaymentsWiring
) -> Decimal | None:
    """Cost of an order in the currency that its customer's rules are in; None: no rate."""
    if account is None or account.currency == order.currency:
        return due
    table = oms.catalogue.cached_shop(order.shop).tax.exchange
    worth = due
    for currency in {order.currency, account.currency} - {EURO}:
        rate = exchange_on(currency, book_day(order.placed_at), table)
        if rate is None:
            return None
        worth = worth / rate.per_euro if currency == order.currency else worth * rate.per_euro
    return worth


def check_credit(
    seen: StoredOrder, account: Account | None, due: Decimal, oms: PaymentsWiring
) -> Finding:
    """Take credit for an order on account; a hold where there is none, or too little."""
    order = seen.order
    if not on_account(order.payment) or order.settlement.credit:
        return credit.passed()
    limit = credit.limit_in(account, order.currency)
    if limit is None:
        return credit.missing(order, due)
    try:
        oms.orders.change(
            order.id,
            lambda order: credit.take(order, due, limit, at=oms.now()),
            Saved("auftakt", "intake"),
            seen=seen,
        )
    except credit.Exceeded:
        return credit.exceeded(order, due, limit, used_by(order, oms))
    return credit.passed()


def of_business(
    order: Order, left: Order, event: OrderChanged, due: Decimal, oms: PaymentsWiring
) -> Iterator[Finding]:
    """Findings of credit and approval on a change, which leaves `left`, gross `due`.

    Whatever is more than was taken must be in the limit; what was approved is asked again, unless
    it is only less of the same.
    """
    account = oms.catalogue.account(order.shop, order.customer.id)
    waits_for = (credit.EXCEEDED, credit.MISSING, AMOUNT_UNKNOWN)
    held = any(hold.reason in waits_for for hold in order.open_holds)
    more = event.payment or event.vat_id or event.total > event.total_before
    if on_account(left.payment) and (more or held):
        yield _credit_for(order, left, account, due, oms)
    approval = _approval(left, account, due, oms)
    waits = any(hold.reason == NEEDED for hold in order.open_holds)
    asked = order.screening.approvals
    if approval.verdict == "pass" and waits:
        yield approval
    elif approval.verdict == "hold" and (not asked or needed_again(order, left)):
        # The same stages are asked again from the first one: this is another order to them.
        yield replace(approval, data={**approval.data, "change": event.change})


def once_known(order: Order, due: Decimal, oms: PaymentsWiring) -> Iterator[Finding]:
    """Findings of credit and approval on an order whose amount is known only now: `due`."""
    account = oms.catalogue.account(order.shop, order.customer.id)
    if on_account(order.payment) and not order.settlement.credit:
        yield _credit_for(order, order, account, due, oms)
    if not order.screening.approvals:
        yield _approval(order, account, due, oms)


def _credit_for(
    order: Order, left: Order, account: Account | None, due: Decimal, oms: PaymentsWiring
) -> Finding:
    limit = credit.limit_in(account, left.currency)
    if limit is None:
        return credit.missing(left, due)
    taken = credit.wanted(left, due, limit)
    more = (
        credit.exposure(left.within("settlement", credit=taken)).used - credit.exposure(order).used
    )
    used = used_by(order, oms)
    if more > 0 and used + more > credit.units(limit, order.currency):
        return credit.exceeded(left, due, limit, used - credit.exposure(order).used)
    return credit.passed(taken)


def used_by(order: Order, oms: PaymentsWiring) -> int:
    """Credit that the customer of an order uses, in minor units."""
    return oms.credit.used(order.shop, order.customer.id, order.currency).used
