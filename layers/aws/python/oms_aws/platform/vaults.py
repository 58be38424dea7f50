"""Vaults in DynamoDB: each beside its aggregate, read in the same request and saved with it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from oms.core.pseudonyms import Vault
from oms_aws.platform.attributes import packed, unpacked
from oms_aws.platform.keys import Key
from oms_aws.platform.table import Action, Table

KIND = "vault"
NO_VAULT = Vault("")
"""What is known where no vault is."""


def new_vault() -> Vault:
    """An empty vault, with a salt that nobody knows."""
    return Vault(secrets.token_hex(16))


def erased_vault(at: datetime) -> Vault:
    """The vault that comes after one is erased: nothing that it knew is in it, nor its salt."""
    return Vault(secrets.token_hex(16), erased=at.isoformat())


def vault_action(table: Table, key: Key, vault: Vault, **also: Any) -> Action:
    """The action that keeps a vault; what it belongs to guards it in the same transaction."""
    return table.put(key, {"kind": KIND, "body": packed(msgspec.json.encode(vault)), **also})


def stored_vault(item: Mapping[str, Any]) -> Vault:
    """The vault in a table item."""
    return msgspec.json.decode(unpacked(item["body"]), type=Vault)


def vaults(table: Table, wanted: Iterable[Key]) -> dict[Key, Vault]:
    """The vault under each of the keys, NO_VAULT where there is none."""
    sought = dict.fromkeys(wanted, NO_VAULT)
    found = {Key(i["pk"], i["sk"]): stored_vault(i) for i in table.get_many(sought)}
    return sought | found
