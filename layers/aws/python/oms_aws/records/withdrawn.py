"""Withdrawals and returns as a scan finds them, and the rows by which orders know them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from oms.core.pseudonyms import Vault
from oms_aws.platform import keys
from oms_aws.records.shelf import Kept, Shelf
from oms_aws.returns.rmas import RETURN, StoredReturn
from oms_aws.returns.withdrawals import WITHDRAWAL, StoredWithdrawal


class Withdrawn:
    """Withdrawals on the shelf (`kept`), and the order of each by its row (`rows`)."""

    def __init__(self, shelf: Shelf, vault: Callable[[keys.Key], Vault | None]) -> None:
        self._shelf = shelf
        self._vault = vault
        self.kept: Mapping[str, StoredWithdrawal] = Kept(shelf, "withdrawal", self._whole)
        self.rows: dict[str, str] = {}

    def withdrawal(self, item: Mapping[str, Any]) -> None:
        """Take a withdrawal."""
        self._shelf.put("withdrawal", WITHDRAWAL.read(item).withdrawal.id, item)

    def row(self, item: Mapping[str, Any]) -> None:
        """Take the row of an order that says by which withdrawal it is withdrawn from."""
        self.rows[item["withdrawal"]] = item["pk"].partition("#")[2]

    def _whole(self, item: Mapping[str, Any]) -> StoredWithdrawal:
        vault = self._vault(keys.Key(item["pk"], keys.VAULT)) or Vault("", erased="unknown")
        return WITHDRAWAL.read(item, vault)


class GoodsBack:
    """Returns on the shelf (`kept`), and the order of each by its row (`rows`)."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.kept: Mapping[str, StoredReturn] = Kept(shelf, "return", RETURN.read)
        self.rows: dict[str, str] = {}

    def rma(self, item: Mapping[str, Any]) -> None:
        """Take a return."""
        self._shelf.put("return", RETURN.read(item).rma.id, item)

    def row(self, item: Mapping[str, Any]) -> None:
        """Take the row of an order that says which return it has."""
        self.rows[item["rma"]] = item["pk"].partition("#")[2]
