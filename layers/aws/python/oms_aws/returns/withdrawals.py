"""Withdrawals in DynamoDB: each with a log and a vault, found by shop, status, order and mail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from oms.returns.withdrawal import WITHDRAWAL_FORMATS, Withdrawal
from oms.returns.withdrawing import due
from oms_aws.platform import indexes, keys
from oms_aws.platform.aggregates import AggregateKind, Stored
from oms_aws.platform.table import Action, Table
from oms_aws.returns.by_shop import ByShop, found_by_shop


class StoredWithdrawal(Stored[Withdrawal]):
    """A withdrawal as it was read."""

    @property
    def withdrawal(self) -> Withdrawal:
        """The withdrawal, with what its vault knows."""
        return self.state


def _attributes(stored: StoredWithdrawal, withdrawal: Withdrawal) -> Mapping[str, Any]:
    since = withdrawal.received_at
    return found_by_shop("WITHDRAWALS", withdrawal, since, due(withdrawal))


def _of_order(table: Table, before: Withdrawal | None, after: Withdrawal) -> Iterator[Action]:
    """The row by which an order knows who withdraws from it."""
    if after.order and not (before and before.order):
        row = keys.withdrawal_of(after.order, after.id)
        yield table.put(row, {"kind": "withdrawn", "withdrawal": after.id})


def _rows(
    table: Table, before: Withdrawal | None, after: Withdrawal, known: Iterable[str] = ()
) -> Sequence[Action]:
    """The row by which a statement is found by its mail address, until that is erased."""
    if before is None and after.statement.email:
        attributes = {"kind": "stated", "withdrawal": after.id}
        return [table.put(_row(after, after.statement.email), attributes)]
    if after.erased and before and not before.erased:
        mails = {text for text in known if "@" in text}
        return [table.remove(_row(after, mail)) for mail in sorted(mails)]
    return []


def _row(withdrawal: Withdrawal, mail: str) -> keys.Key:
    place = indexes.place(withdrawal.received_at, withdrawal.id)
    return keys.found_by("statement", withdrawal.shop, _digest(withdrawal.shop, mail), place)


def _digest(shop: str, mail: str) -> str:
    plain = f"{shop}\n{mail.strip().casefold()}"
    return hashlib.sha256(plain.encode()).hexdigest()[:32]


WITHDRAWAL: AggregateKind[Withdrawal, StoredWithdrawal] = AggregateKind(
    name="withdrawal",
    noun="withdrawal",
    formats=WITHDRAWAL_FORMATS,
    stored=StoredWithdrawal,
    key=keys.withdrawal,
    vault=keys.withdrawal_vault,
    erased=lambda withdrawal: withdrawal.erased,
    attributes=_attributes,
    projections=_of_order,
    rows=_rows,
)


class DynamoWithdrawals(ByShop[Withdrawal, StoredWithdrawal]):
    """The withdrawals of all shops."""

    kind = WITHDRAWAL
    of = "WITHDRAWALS"

    def of_order(self, order: str) -> list[StoredWithdrawal]:
        """The withdrawals that are about an order, in the order of their ids."""
        found = self.get_many(self.ids_of_order(order))
        return [found[id] for id in sorted(found)]

    def ids_of_order(self, order: str) -> list[str]:
        """The ids of the withdrawals that are about an order."""
        rows = self._table.query(keys.order(order).pk, sk_prefix=keys.WITHDRAWN)
        return [row["withdrawal"] for row in rows]

    def by_mail(
        self, shop: str, mail: str, *, limit: int, since: datetime | None = None
    ) -> list[str]:
        """The ids of a shop's statements with a mail address, the newest first."""
        pk = statements_of(shop, mail)
        first = indexes.place(since, "") if since else ""
        rows = self._table.query(pk, limit=limit, newest=True)
        return [row["withdrawal"] for row in rows if row["sk"] >= first]

    def in_list(self, pk: str, *, limit: int) -> list[str]:
        """The ids of the statements of a list (`statements_of`), the newest first."""
        rows = self._table.query(pk, limit=limit, newest=True)
        return [row["withdrawal"] for row in rows]


def statements_of(shop: str, mail: str) -> str:
    """The list of a shop's statements with a mail address, of which it says a digest."""
    return keys.found_by("statement", shop, _digest(shop, mail), "").pk
