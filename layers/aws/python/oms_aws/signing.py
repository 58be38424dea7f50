"""The secrets that sign what endpoints get: kept, read and rotated in this place alone."""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import datetime, timedelta

from oms_aws import keys
from oms_aws.table import Table

OVERLAP = timedelta(hours=24)
"""So long after a rotation the secret before signs as well."""


class SigningSecrets:
    """One secret for each endpoint, and for a while after its rotation the one before."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def make(self, endpoint: str, *, at: datetime) -> str:
        """Give the endpoint a fresh secret; the one before signs on until the overlap ends."""
        fresh = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
        before = self.signing(endpoint, at=at)[:1]
        kept = {
            "secret": fresh,
            "before": before[0] if before else None,
            "before_until": (at + OVERLAP).isoformat() if before else None,
        }
        self._table.write([self._table.put(keys.endpoint_secrets(endpoint), kept)])
        return fresh

    def signing(self, endpoint: str, *, at: datetime) -> tuple[str, ...]:
        """The secrets that sign at a time, the newest first."""
        kept = self._table.get(keys.endpoint_secrets(endpoint))
        if kept is None:
            # Endpoints had theirs with them before.
            kept = self._table.get(keys.endpoint(endpoint)) or {}
        until = kept.get("before_until")
        overlaps = until is not None and at < datetime.fromisoformat(until)
        found = (kept.get("secret"), kept.get("before") if overlaps else None)
        return tuple(secret for secret in found if secret)
