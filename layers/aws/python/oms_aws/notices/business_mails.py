"""Mails about money and approval: what is to be paid, what credit does not bear, who must agree."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Literal

from oms.core.parties import Person
from oms.core.refusals import Refusal
from oms.orders.applying import decode_event
from oms.orders.documents import letter_of
from oms.orders.findings import Hold
from oms.orders.ledger import ledger
from oms.orders.order import Order
from oms.orders.order_events import OrderApproved, OrderRejected
from oms.orders.owing import outstanding, owed, received
from oms.payments.credit import EXCEEDED, MISSING
from oms.payments.payment import AWAITED
from oms.screening.approval import NEEDED, asked, name_of, pending
from oms_aws.notices.letters import compose
from oms_aws.notices.mailing import Case, Mail, bank_of
from oms_aws.notices.money_letters import CreditExceeded, PaymentAwaited, PaymentOverdue
from oms_aws.notices.order_letters import ApprovalDecided, ApprovalNeeded
from oms_aws.platform.log import read_event
from oms_aws.platform.wording import date_text
from oms_aws.screening.approvals import link

MOST = 10
"""Events that a rejection is saved with, at most."""

Again = Literal["", "reminder", "substitute"]


def of_hold(case: Case) -> Mail | None:
    """The mail that a new hold causes, if it is one of these."""
    match case.hold.reason:
        case value if value == AWAITED:
            return _payment(case, reminder=False)
        case value if value in (EXCEEDED, MISSING):
            return _credit(case, case.hold)
        case value if value == NEEDED:
            return _approval(case, "")
    return None


def of_reminder(case: Case) -> Mail | None:
    """The customer is reminded to pay, unless the money has come meanwhile."""
    return _payment(case, reminder=True)


def of_letter(case: Case) -> Mail | None:
    """The customer hears of a reminder or dunning letter, unless the money has come meanwhile."""
    document, letter = letter_of(case.order.documents, str(case.signal.facts["letter"]))
    item, language = ledger(case.order).item(document.id), case.order.customer.locale
    if item is None or item.open <= 0:
        return None
    facts = PaymentOverdue(
        **case.common,
        level=letter.level,
        number=document.number,
        due_on=date_text(document.due_on or letter.pay_by, language),
        open=letter.open,
        charges=letter.charges,
        total=letter.open + letter.charges,
        currency=case.order.currency,
        pay_by=date_text(letter.pay_by, language),
        bank=bank_of(case.shop, document.number),
        url=case.oms.links.link("document", letter.id, at=letter.issued_at),
    )
    return case.to_customer("payment_overdue", facts)


def of_approval(case: Case) -> Mail | None:
    """The next one is asked once somebody has approved; of the last word the purchaser hears."""
    stage, stages = int(case.signal.facts["stage"]), case.order.screening.approvals
    later = [n for n, each in enumerate(stages) if n > stage and each.hold == stages[stage].hold]
    if not later:
        return _decided(case)
    return _approval(case, "") if pending(case.order) == later[0] else None


def of_rejection(case: Case) -> Mail | None:
    """The purchaser hears why, unless the mail of what is cancelled for it says so."""
    ours, *more = case.oms.orders.log(case.order.id, after=case.signal.sequence - 1, limit=MOST)
    if any(each.type == "Order.Cancelled" and each.cause == ours.cause for each in more):
        return None
    return _decided(case)


def of_approval_reminder(case: Case) -> Mail | None:
    """Whoever is asked is reminded."""
    return _approval(case, "reminder")


def of_escalation(case: Case) -> Mail | None:
    """The substitute is asked as well."""
    return _approval(case, "substitute")


def _payment(case: Case, *, reminder: bool) -> Mail | None:
    order, hold = case.order, case.hold
    if hold.released_at or not order.charged:
        return None
    facts = PaymentAwaited(
        **case.common,
        items=case.items(_left(order)),
        due=outstanding(order),
        received=received(order),
        currency=order.currency,
        until=date_text(hold.deadline.date(), order.customer.locale),
        bank=bank_of(case.shop, case.order.external_number),
        reminder=reminder,
    )
    return case.to_customer("payment_awaited", facts)


def _credit(case: Case, hold: Hold) -> Mail:
    numbers = {name: Decimal(hold.data[name]) for name in ("limit", "free") if name in hold.data}
    facts = CreditExceeded(
        **case.common,
        items=case.items(_left(case.order)),
        due=owed(case.order),
        limit=numbers.get("limit"),
        free=numbers.get("free"),
        currency=case.order.currency,
        bank=bank_of(case.shop, case.order.external_number),
    )
    return case.to_customer("credit_exceeded", facts)


def _approval(case: Case, again: Again) -> Mail | None:
    order, turn = case.order, pending(case.order)
    if turn is None or not (people := asked(order, turn)):
        return None
    stage = order.screening.approvals[turn]
    person = people[-1] if again == "substitute" else people[0]
    since = stage.escalated_at or stage.asked_at
    if since is None:
        return None
    facts = ApprovalNeeded(
        **{**case.common, "customer": person.name},
        items=case.items(_left(order)),
        purchaser=order.customer.name,
        due=owed(order),
        currency=order.currency,
        cost_centre=order.references.cost_centre,
        purchase_order=order.references.purchase_order,
        url=link(order, turn, person, case.oms, at=since),
        until=date_text((since + timedelta(hours=stage.hours)).date(), order.customer.locale),
        again=again,
    )
    return _to(person, case, facts)


def _decided(case: Case) -> Mail | None:
    """Mail on what was decided by whom, and why, if there is anything left to decide about."""
    order = case.order
    entry = read_event(case.oms.table, case.signal.aggregate, case.signal.sequence)
    event = decode_event(entry)
    if not isinstance(event, OrderApproved | OrderRejected):
        raise Refusal("not_decided", f"{case.signal.id} decides nothing.")
    if not order.charged:
        return None
    stage = order.screening.approvals[event.stage]
    facts = ApprovalDecided(
        **case.common,
        items=case.items(_left(order)),
        approved=isinstance(event, OrderApproved),
        person=name_of(stage, event.person) or case.shop.name,
        reason=event.reason or None,
    )
    return case.to_customer("approval_decided", facts)


def _to(person: Person, case: Case, facts: ApprovalNeeded) -> Mail:
    letter = compose("approval_needed", facts, case.order.customer.locale)
    return Mail("approval_needed", person.email, letter)


def _left(order: Order) -> dict[str, int]:
    return {line.number: n for line in order.lines if (n := line.ordered - line.cancelled)}
