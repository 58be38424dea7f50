"""What must hold of personal data: each pseudonym is proven by its vault, or its person is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oms.core.pseudonyms import Vault
from oms.records.breach import Breach
from oms_aws.orders.store import StoredOrder
from oms_aws.platform import keys
from oms_aws.records.proofs import each
from oms_aws.records.scanned import Snapshot
from oms_aws.returns.withdrawals import StoredWithdrawal


def personal_data(found: Snapshot) -> Iterator[Breach]:
    """Each vault has the texts that were put there, and has them as they were said.

    Of an order, a withdrawal or a customer that is erased nothing is left.
    """

    def of_order(id: str, stored: StoredOrder) -> Iterator[Breach]:
        vault, texts = found.vault(keys.order_vault(id)), found.texts("order", id)
        yield from _of_vault(id, vault, texts, erased=stored.order.erased)

    def of_account(id: str, item: Mapping[str, Any]) -> Iterator[Breach]:
        vault = found.vault(keys.Key(item["pk"], keys.VAULT))
        yield from _of_vault(id, vault, item["texts"], erased="gsi2pk" not in item)

    def of_withdrawal(id: str, stored: StoredWithdrawal) -> Iterator[Breach]:
        vault, texts = found.vault(keys.withdrawal_vault(id)), found.texts("withdrawal", id)
        yield from _of_vault(id, vault, texts, erased=stored.withdrawal.erased)

    yield from each(found.orders, of_order)
    yield from each(found.withdrawn.kept, of_withdrawal)
    yield from each(found.accounts, of_account)


def _of_vault(where: str, vault: Vault | None, texts: int, *, erased: bool) -> Iterator[Breach]:
    if vault is None:
        yield Breach(where, "has no vault")
        return
    if erased != bool(vault.erased):
        yield Breach(where, "is erased, its vault is not" if erased else "has an erased vault")
    if len(vault.values) != texts:
        yield Breach(where, f"its vault has {len(vault.values)} texts, not {texts}")
    if false := vault.false():
        yield Breach(where, f"{len(false)} texts of its vault are not what was said")
