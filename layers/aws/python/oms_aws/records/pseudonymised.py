"""What must hold of personal data: each pseudonym is proven by its vault, or its person is gone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from oms.core.pseudonyms import PERSON, PSEUDONYM, Vault
from oms.records.invariants import Breach
from oms_aws.orders.store import Stored
from oms_aws.platform import keys
from oms_aws.platform.attributes import unpacked
from oms_aws.records.proofs import each
from oms_aws.records.scanned import Snapshot


def personal_data(found: Snapshot) -> Iterator[Breach]:
    """What orders and their logs say under pseudonyms is in their vaults, as it was said.

    Of an order that is erased nothing is left, and of others nothing is missing.
    """

    def of_order(id: str, stored: Stored) -> Iterator[Breach]:
        vault = found.vault(keys.order_vault(id))
        if vault is None:
            yield Breach(id, "has no vault")
            return
        yield from _of_vault(id, vault, erased=stored.order.erased)
        used = _named(unpacked(found.stored(id)["state"]))
        for entry in found.log(f"order/{id}"):
            used |= _named(bytes(entry.data))
        if not vault.erased and (missing := used - vault.values.keys()):
            yield Breach(id, f"its vault does not know {len(missing)} of its pseudonyms")

    yield from each(found.orders, of_order)
    yield from each(found.accounts, lambda id, item: _of_account(id, item, found))


def _of_vault(where: str, vault: Vault, *, erased: bool) -> Iterator[Breach]:
    if erased != bool(vault.erased):
        yield Breach(where, "is erased, its vault is not" if erased else "has an erased vault")
    if vault.erased and vault.values:
        yield Breach(where, f"is erased, and its vault has {len(vault.values)} texts")
    if false := vault.false():
        yield Breach(where, f"{len(false)} texts of its vault are not what was said")


def _of_account(where: str, item: Mapping[str, Any], found: Snapshot) -> Iterator[Breach]:
    vault = found.vault(keys.Key(item["pk"], keys.VAULT))
    body = unpacked(item["body"])
    if vault is None:
        yield Breach(where, "has no vault")
        return
    yield from _of_vault(where, vault, erased="gsi2pk" not in item)
    if not vault.erased and (missing := _named(body) - vault.values.keys()):
        yield Breach(where, f"its vault does not know {len(missing)} of its pseudonyms")


def _named(body: bytes) -> set[str]:
    """Pseudonyms of a person in JSON; those of devices go by themselves."""
    names = {found.decode() for found in PSEUDONYM.findall(body)}
    return {name for name in names if name[1] == PERSON}
