"""Signed links: whoever has one may do one thing with one subject, until it expires."""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Literal

from oms.refusals import Unknown
from oms_aws import keys
from oms_aws.table import ConditionFailed, Table

Purpose = Literal["document", "address", "waiting", "approval", "confirmation"]
"""What a link lets its holder do; one of a purpose opens nothing of another."""

PURPOSES: dict[Purpose, tuple[str, timedelta]] = {
    "document": ("d", timedelta(days=90)),
    "address": ("a", timedelta(days=14)),
    "waiting": ("w", timedelta(days=90)),
    "confirmation": ("o", timedelta(days=90)),
    "approval": ("approve", timedelta(days=60)),
}
"""Under which path of ours a purpose is served, and how long its links may be used."""

SIGNATURE_BYTES = 18


def hold_of(order_id: str, hold_id: str) -> str:
    """The subject of a link that is about a hold."""
    return f"{order_id}.{hold_id}"


class LinkInvalid(Unknown):
    """A link that is none of ours, or of another purpose."""

    def __init__(self) -> None:
        super().__init__("link_invalid", "This link is not valid.")


class LinkExpired(Unknown):
    """A genuine link whose time is over."""

    def __init__(self) -> None:
        super().__init__("link_expired", "This link has expired.")


class SignedLinks:
    """Links of the form `<address>/<path>/<subject>.<until>.<signature>`.

    The signature is an HMAC-SHA256, cut to 144 bits, over purpose, subject and expiry. That a link
    is used once only is for the subject to say: it knows what has been done already.
    """

    def __init__(self, table: Table, public_url: str) -> None:
        self._table = table
        self._public_url = public_url
        self._key = b""

    def link(self, purpose: Purpose, subject: str, *, at: datetime) -> str:
        """The address that lets its holder do what `purpose` says; the subject has no slash."""
        path, lives = PURPOSES[purpose]
        until = int((at + lives).timestamp())
        token = f"{subject}.{until}.{self._sign(purpose, subject, until)}"
        return f"{self._public_url}/{path}/{token}"

    def subject(self, purpose: Purpose, token: str, *, at: datetime) -> str:
        """The subject of a token; raises LinkInvalid for a forged one, LinkExpired for a late one.

        Whether it has expired is told to the holder of a genuine token only.
        """
        rest, _, signature = token.rpartition(".")
        subject, _, until = rest.rpartition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= 12 and signature.isascii()):
            raise LinkInvalid
        if not self._known():
            raise LinkInvalid  # nothing was ever signed
        if not hmac.compare_digest(self._sign(purpose, subject, int(until)), signature):
            raise LinkInvalid
        if at.timestamp() > int(until):
            raise LinkExpired
        return subject

    def _known(self) -> bool:
        """Whether there is a key; a reader of links makes none."""
        if not self._key and (item := self._table.get(keys.link_secret())):
            self._key = bytes.fromhex(item["secret"])
        return bool(self._key)

    def _sign(self, purpose: Purpose, subject: str, until: int) -> str:
        if not self._known():
            self._key = self._secret()
        mac = hmac.digest(self._key, f"{purpose}/{subject}.{until}".encode(), "sha256")
        return base64.urlsafe_b64encode(mac[:SIGNATURE_BYTES]).decode()

    def _secret(self) -> bytes:
        """What signs links; made when the first link is."""
        key = keys.link_secret()
        item = self._table.get(key)
        if item is None:
            try:
                made = {"secret": secrets.token_hex(32)}
                self._table.write([self._table.put(key, made, unless_exists=True)])
            except ConditionFailed:
                return self._secret()
            return bytes.fromhex(made["secret"])
        return bytes.fromhex(item["secret"])
