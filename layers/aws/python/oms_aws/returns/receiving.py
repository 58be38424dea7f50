"""Receiving: a statement is stored whatever it says, and matched where that is certain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec.structs import replace

from oms.returns.withdrawal import Flag, Statement, Withdrawal, received
from oms_aws.platform.aggregates import Conflict
from oms_aws.platform.log import Saved
from oms_aws.platform.logs import logger
from oms_aws.platform.query import LONGEST_MAIL, MAIL
from oms_aws.returns.matching import Candidate, candidate, judged
from oms_aws.returns.models import WithdrawIn
from oms_aws.returns.wiring import ReturnsWiring
from oms_aws.returns.withdrawals import StoredWithdrawal

TRIES = 3
MANY = 5
MANY_WITHIN = timedelta(days=1)
"""From the sixth statement with one mail address in a day on, a clerk is to look."""


def heard(said: WithdrawIn, id: str, shop: str, at: datetime) -> Withdrawal:
    """The withdrawal that a shop hands on."""
    lines = {line.number: line.quantity for line in said.lines}
    return Withdrawal(
        id=id,
        shop=shop,
        channel="api",
        statement=Statement(said.name, said.contract, said.email, said.part, lines),
        language=said.language,
        declared_at=min(said.declared_at or at, at),
        received_at=at,
    )


def take(
    withdrawal: Withdrawal, by: Saved, oms: ReturnsWiring, *, certain: bool = False
) -> StoredWithdrawal:
    """Store a statement; one that is there already is answered as it stands.

    It is never lost for what cannot be found out about it: that is for a clerk then.
    """
    for _ in range(TRIES):
        about = _about(withdrawal.statement, withdrawal.shop, oms, certain=certain)
        flagged = replace(withdrawal, flags=tuple(_flags(withdrawal, about, oms)))
        if about and not about.certain:
            flagged = replace(flagged, suggested=about.order.order.id)
        new, also = received(flagged), by.also
        if about and about.certain:
            new = judged(new, about.order, by, oms)
            also = (*also, oms.orders.touched(about.order))
        try:
            return oms.withdrawals.create(new, by._replace(also=also))
        except Conflict:
            if known := oms.withdrawals.known(withdrawal.id):
                return known
    return oms.withdrawals.create(received(withdrawal), by)


def _about(
    statement: Statement, shop: str, oms: ReturnsWiring, *, certain: bool
) -> Candidate | None:
    try:
        return candidate(statement, shop, oms, certain=certain)
    except Exception:
        logger.exception("not looked for")
        return None


def _flags(withdrawal: Withdrawal, about: Candidate | None, oms: ReturnsWiring) -> Iterator[Flag]:
    said = withdrawal.statement
    if about is None:
        yield "order_unknown"
    elif not about.certain:
        in_words = said.part and not said.lines
        yield "part_in_words" if in_words else "person_differs"
    if not (said.name and said.contract and said.email):
        yield "incomplete"
    if len(said.email) > LONGEST_MAIL or not re.fullmatch(MAIL, said.email):
        yield "mail_unusual"
    if _many(withdrawal, oms):
        yield "many"


def _many(withdrawal: Withdrawal, oms: ReturnsWiring) -> bool:
    try:
        since = withdrawal.received_at - MANY_WITHIN
        mail = withdrawal.statement.email
        found = oms.withdrawals.by_mail(withdrawal.shop, mail, limit=MANY, since=since)
        return len(found) >= MANY
    except Exception:
        logger.exception("not counted")
        return False
