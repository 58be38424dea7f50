"""What must hold of personal data: each pseudonym is proven by its vault, or its person is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oms.core.pseudonyms import Vault
from oms.records.invariants import Breach
from oms_aws.orders.store import Stored
from oms_aws.platform import keys
from oms_aws.records.proofs import each
from oms_aws.records.scanned import Snapshot


def personal_data(found: Snapshot) -> Iterator[Breach]:
    """Each vault has the texts that were put there, and has them as they were said.

    Of an order or a customer that is erased nothing is left.
    """

    def of_order(id: str, stored: Stored) -> Iterator[Breach]:
        vault = found.vault(keys.order_vault(id))
        if vault is None:
            yield Breach(id, "has no vault")
            return
        texts = found.stored(id).get("texts", 0)
        yield from _of_vault(id, vault, texts, erased=stored.order.erased)

    yield from each(found.orders, of_order)
    yield from each(found.accounts, lambda id, item: _of_account(id, item, found))


def _of_vault(where: str, vault: Vault, texts: int, *, erased: bool) -> Iterator[Breach]:
    if erased != bool(vault.erased):
        yield Breach(where, "is erased, its vault is not" if erased else "has an erased vault")
    if len(vault.values) != texts:
        yield Breach(where, f"its vault has {len(vault.values)} texts, not {texts}")
    if false := vault.false():
        yield Breach(where, f"{len(false)} texts of its vault are not what was said")


def _of_account(where: str, item: Mapping[str, Any], found: Snapshot) -> Iterator[Breach]:
    vault = found.vault(keys.Key(item["pk"], keys.VAULT))
    if vault is None:
        yield Breach(where, "has no vault")
    else:
        yield from _of_vault(where, vault, item["texts"], erased="gsi2pk" not in item)
