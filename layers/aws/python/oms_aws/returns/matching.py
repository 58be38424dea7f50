"""Matching: the order that a statement is about, and all that follows from knowing it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from oms.core.refusals import NotNow, Unknown
from oms.returns.withdrawal import Statement, Withdrawal
from oms.returns.withdrawing import matched
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.log import Saved
from oms_aws.platform.query import ID
from oms_aws.returns.wiring import ReturnsWiring
from oms_aws.returns.withdrawals import StoredWithdrawal

if TYPE_CHECKING:
    from oms.orders.order import Order
    from oms_aws.orders.store import StoredOrder

TRIES = 10
MOST_WORDS = 6
"""Words of a statement that are looked at as order numbers: each costs a read."""


class Candidate(NamedTuple):
    """An order that a statement names; `certain` if its buyer speaks, of a part that we know."""

    order: StoredOrder
    certain: bool


def candidate(
    statement: Statement, shop: str, oms: ReturnsWiring, *, certain: bool
) -> Candidate | None:
    """The one order of the shop that the statement names, if any.

    An order number can be guessed: that the mail address is the buyer's, or that the shop is
    `certain` who speaks, decides whether it is acted on before a clerk has looked.
    """
    for words in _numbers(statement.contract):
        ids = {id for word in words if (id := oms.orders.id_of(shop, word))}
        if len(ids) == 1:
            seen = oms.orders.get(ids.pop())
            return Candidate(seen, _sure(statement, seen.order, certain))
        if ids:
            return None
    return None


def _sure(statement: Statement, order: Order, certain: bool) -> bool:
    ours = order.customer.email.strip().casefold()
    speaks = certain or (not order.erased and statement.email.strip().casefold() == ours)
    known = {line.number for line in order.lines}
    named = bool(statement.lines) or not statement.part
    return speaks and named and known.issuperset(statement.lines)


def _numbers(contract: str) -> Iterator[list[str]]:
    """Order numbers that a text may name: all of it, else its words."""
    plain = " ".join(contract.split())
    for words in ([plain], [plain.lstrip("#")], plain.split(" ")[:MOST_WORDS]):
        bare = dict.fromkeys(word.strip("#.,;:()\"'") for word in words)
        if some := [word for word in bare if re.fullmatch(ID, word)]:
            yield some


def others_of(order: str, but: str, oms: ReturnsWiring) -> list[Withdrawal]:
    """The other withdrawals from an order."""
    known = (each.withdrawal for each in oms.withdrawals.of_order(order))
    return [each for each in known if each.id != but]


def named_order(named: str, shop: str, oms: ReturnsWiring) -> str:
    """The id of a shop's order that is named by id or by the shop's number; raises Unknown."""
    id = oms.orders.id_of(shop, named) or named
    seen = oms.orders.known(id)
    if seen is None or seen.order.shop != shop:
        raise Unknown("order_unknown", f"There is no order {named} in this shop.")
    return id


def match(
    seen: StoredWithdrawal,
    order: str,
    by: Saved,
    oms: ReturnsWiring,
    *,
    lines: Mapping[str, int] | None = None,
) -> StoredWithdrawal:
    """Put on record which order a withdrawal is about; again if either changes meanwhile.

    The order is held still, so that no piece is withdrawn from twice. Raises Refusal and NotNow.
    """
    for _ in range(TRIES):
        about = oms.orders.get(order)
        after = judged(seen.withdrawal, about, by, oms, lines=lines)
        if not after.events:
            return seen
        try:
            also = (*by.also, oms.orders.touched(about))
            return oms.withdrawals.save(seen, after, by._replace(also=also))
        except Conflict:
            seen = oms.withdrawals.get(seen.withdrawal.id)
    raise NotNow(f"{seen.withdrawal.id} is being changed by many at once")


def judged(
    withdrawal: Withdrawal,
    about: StoredOrder,
    by: Saved,
    oms: ReturnsWiring,
    *,
    lines: Mapping[str, int] | None = None,
) -> Withdrawal:
    """The withdrawal with the verdicts on the lines of the order that it is about."""
    others = others_of(about.order.id, withdrawal.id, oms)
    return matched(withdrawal, about.order, others, by=by.actor, at=oms.now(), lines=lines)
