"""Approval: who of the customer's must agree to an order, in which sequence, and what they said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from oms.core.parties import Person
from oms.core.refusals import Refusal, Unknown
from oms.master.account import Account, ApprovalRule
from oms.orders.applying import tell
from oms.orders.cancelling import cancel_rest
from oms.orders.findings import Approval, Finding
from oms.orders.order import Order
from oms.orders.order_events import (
    ApprovalEscalated,
    ApprovalReminded,
    OrderApproved,
    OrderRejected,
    OrderReleased,
)

NEEDED = "approval_needed"
Decision = Literal["approve", "reject"]
_DONE: Mapping[Decision, str] = {"approve": "approved", "reject": "rejected"}
REJECTED = {
    "de": "Die Bestellung wurde {by}nicht freigegeben: {reason}",
    "en": "The order was not approved{by}: {reason}",
}
_BY = {"de": "von {} ", "en": " by {}"}


def check_approval(
    order: Order,
    account: Account | None,
    groups: Mapping[str, str | None],
    due: Decimal,
    worth: Decimal | None,
) -> Finding:
    """Finding by the rules of the account: somebody of the customer's has to agree, or nobody.

    `groups` are the product groups by SKU, `due` what the order costs gross, `worth` that in the
    currency of the account; None, where nobody knows, is more than any rule lets pass.
    """
    rules = [r for r in account.approvals if applies(r, order, groups, worth)] if account else []
    stages = tuple(_stages(rules))
    if not stages:
        return Finding("approval", "pass")
    first = stages[0]
    able = {p.id for p in (first.approver, first.substitute) if p} - {order.references.ordered_by}
    return Finding(
        "approval",
        "hold",
        NEEDED,
        f"The order needs the approval of {first.approver.name}{_and_more(stages, 'en')}.",
        text_de=f"Die Bestellung braucht die Freigabe durch {first.approver.name}"
        f"{_and_more(stages, 'de')}.",
        owner="approver" if able else "clerk",
        hours=first.longest,
        data={"due": str(due), "stages": [_plain(stage) for stage in stages]},
    )


def applies(
    rule: ApprovalRule, order: Order, groups: Mapping[str, str | None], worth: Decimal | None
) -> bool:
    """True if everything that the rule names is so."""
    if worth is not None and worth <= rule.over:
        return False
    if rule.cost_centres and order.references.cost_centre not in rule.cost_centres:
        return False
    ordered = {groups.get(line.sku) for line in order.lines if line.ordered > line.cancelled}
    return not rule.product_groups or bool(ordered & set(rule.product_groups))


def _stages(rules: Iterable[ApprovalRule]) -> Iterator[Approval]:
    """One stage for each approver of each level, in the sequence of the levels."""
    seen: set[tuple[int, str]] = set()
    for rule in sorted(rules, key=lambda rule: rule.level):
        if (rule.level, rule.approver.id) not in seen:
            seen.add((rule.level, rule.approver.id))
            yield Approval(
                hold="",
                level=rule.level,
                approver=rule.approver,
                substitute=rule.substitute,
                hours=rule.hours,
            )


def _plain(stage: Approval) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(stage)
    return {name: value for name, value in built.items() if name != "hold"}


def _and_more(stages: tuple[Approval, ...], locale: Literal["de", "en"]) -> str:
    others = len(stages) - 1
    if not others:
        return ""
    return {"de": f" und {others} weitere", "en": f" and {others} more"}[locale]


# -- whose turn it is -------------------------------------------------------------------------


def pending(order: Order) -> int | None:
    """The stage whose turn it is, by its place among the order's approvals; None without one."""
    held = {hold.id for hold in order.open_holds}
    if not order.charged:
        return None
    for number, stage in enumerate(order.screening.approvals):
        if stage.hold in held and stage.decision is None:
            return number
    return None


def eligible(order: Order, number: int) -> tuple[Person, ...]:
    """Persons who may decide a stage: approver or substitute, no purchaser, and nobody twice."""
    stage = order.screening.approvals[number]
    earlier = {a.person for a in order.screening.approvals[:number] if a.hold == stage.hold}
    named = (stage.approver, stage.substitute) if stage.substitute else (stage.approver,)
    return tuple(p for p in named if p.id != order.references.ordered_by and p.id not in earlier)


def asked(order: Order, number: int) -> tuple[Person, ...]:
    """Persons to write to: the approver, the substitute in their place, after escalation both."""
    able = eligible(order, number)
    return able if order.screening.approvals[number].escalated_at else able[:1]


# -- what they say ----------------------------------------------------------------------------


def decide(
    order: Order,
    decision: Decision,
    *,
    person: str | None,
    by: str,
    reason: str,
    at: datetime,
    stage: int | None = None,
) -> Order:
    """Take somebody's word on the stage whose turn it is.

    `person` is whose word it is, `by` who gives it to us; without a person a clerk decides, which
    is right only where nobody of the customer's may. `stage` is the one that was meant, if it was
    named. The same word again changes nothing. Raises Refusal when the stage is decided already,
    and Unknown for somebody who is not asked.
    """
    turn = pending(order)
    if turn is None or (stage is not None and stage != turn) or _has_spoken(order, turn, person):
        return _replayed(order, decision, person, stage)
    able = eligible(order, turn)
    if person not in [each.id for each in able] and not (person is None and not able):
        raise Unknown(
            "not_asked",
            f"{person or 'A clerk'} is not asked to approve this order now.",
            {"person": f"one of: {', '.join(each.id for each in able) or 'nobody'}"},
        )
    if decision == "reject":
        return _reject(order, turn, person or by, by, reason, at)
    return _approve(order, turn, person or by, by, reason, at)


def _has_spoken(order: Order, turn: int, person: str | None) -> bool:
    stages = order.screening.approvals
    hold = stages[turn].hold
    return any(a.hold == hold and person and a.person == person for a in stages[:turn])


def _replayed(order: Order, decision: Decision, person: str | None, stage: int | None) -> Order:
    """The order as it is, if the word is one that was taken before; raises Refusal."""
    stages = order.screening.approvals
    decided = [a for n, a in enumerate(stages) if a.decision and stage in (None, n)]
    mine = [a for a in decided if person and a.person == person]
    for approval in reversed(mine):
        if approval.decision == _DONE[decision]:
            return order
    for approval in reversed(mine or decided):
        text = f"{approval.person} has {approval.decision} it already."
        raise Refusal("already_decided", text, {"decision": f"{approval.decision} already"})
    raise Refusal("no_approval_pending", "The order does not wait for this approval.")


def _approve(order: Order, turn: int, person: str, by: str, reason: str, at: datetime) -> Order:
    hold = order.screening.approvals[turn].hold
    order = tell(order, OrderApproved(turn, person, by, at, reason))
    if pending(order) is None:
        order = tell(order, OrderReleased(hold, by, "approved", at))
    return order


def _reject(order: Order, turn: int, person: str, by: str, reason: str, at: datetime) -> Order:
    stage = order.screening.approvals[turn]
    name, language = name_of(stage, person), order.customer.locale
    by_whom = _BY[language].format(name) if name else ""
    why = REJECTED[language].format(by=by_whom, reason=reason)
    order = tell(order, OrderRejected(turn, person, by, reason, at))
    order = cancel_rest(order, reason=why, by=by, at=at, cause="customer")
    # What a warehouse has already goes on.
    return tell(order, OrderReleased(stage.hold, by, "rejected", at)) if order.charged else order


def name_of(stage: Approval, person: str | None) -> str | None:
    """Name of who gave the word, as the customer knows them; None for somebody of ours."""
    named = {each.id: each.name for each in (stage.approver, stage.substitute) if each}
    return named.get(person or "")


# -- the clock --------------------------------------------------------------------------------


def remind(order: Order, number: str, at: datetime) -> Order:
    """Remind whoever is asked, once, when half of the time is over."""
    turn = pending(order)
    if turn != int(number) or order.screening.approvals[turn].reminded_at:
        return order
    return tell(order, ApprovalReminded(turn, at))


def escalate(order: Order, number: str, at: datetime) -> Order:
    """Ask the substitute as well when the time of the approver is over, once."""
    turn = pending(order)
    if turn != int(number) or order.screening.approvals[turn].escalated_at:
        return order
    substitute = order.screening.approvals[turn].substitute
    return tell(order, ApprovalEscalated(turn, substitute.id, at)) if substitute else order


# -- changes ----------------------------------------------------------------------------------


def needed_again(before: Order, after: Order) -> bool:
    """True for a change that those who approved the order have not agreed to.

    Less of the same needs no new approval: fewer pieces, lower prices. Anything else does.
    """
    if not before.screening.approvals:
        return False
    same = (
        before.ship_to == after.ship_to
        and before.billing_address == after.billing_address
        and before.references.cost_centre == after.references.cost_centre
        and after.shipping.method == before.shipping.method
        and after.shipping.price <= before.shipping.price
    )
    lines = {line.number: line for line in before.lines}
    return not same or any(
        line.number not in lines
        or line.sku != lines[line.number].sku
        or line.unit_price > lines[line.number].unit_price
        or line.ordered - line.cancelled > lines[line.number].ordered - lines[line.number].cancelled
        for line in after.lines
    )
