"""Signed links: whoever has one may do one thing with one subject, until it expires."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Literal

from oms.core.refusals import Unknown
from oms_aws.platform.secrets import LINKS, SsmSecrets

Purpose = Literal["document", "address", "waiting", "approval", "confirmation", "withdrawal"]
"""What a link lets its holder do; one of a purpose opens nothing of another."""

PURPOSES: dict[Purpose, tuple[str, timedelta]] = {
    "document": ("d", timedelta(days=90)),
    "address": ("a", timedelta(days=14)),
    "waiting": ("w", timedelta(days=90)),
    "confirmation": ("o", timedelta(days=90)),
    "approval": ("approve", timedelta(days=60)),
    "withdrawal": ("withdrawal", timedelta(days=1_096)),
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
    is used once only is for the subject to say: it knows what has been done already. The key is a
    secret of the Parameter Store, in hex; of several, with commas between, the first signs and all
    prove. It is made with the first link, by a step that may; whoever only opens links makes none.
    """

    def __init__(self, secrets: SsmSecrets, public_url: str) -> None:
        self._secrets = secrets
        self._public_url = public_url

    def link(self, purpose: Purpose, subject: str, *, at: datetime) -> str:
        """The address that lets its holder do what `purpose` says; the subject has no slash."""
        path, lives = PURPOSES[purpose]
        until = int((at + lives).timestamp())
        key = self._secrets.find(LINKS) or self._secrets.make(LINKS, token_hex(32))
        signature = _signature(key.split(",")[0], purpose, subject, until)
        return f"{self._public_url}/{path}/{subject}.{until}.{signature}"

    def subject(self, purpose: Purpose, token: str, *, at: datetime) -> str:
        """The subject of a token; raises LinkInvalid for a forged one, LinkExpired for a late one.

        Whether it has expired is told to the holder of a genuine token only.
        """
        rest, _, signature = token.rpartition(".")
        subject, _, until = rest.rpartition(".")
        if not (until.isascii() and until.isdigit() and len(until) <= 12 and signature.isascii()):
            raise LinkInvalid

        def proves(keys: str) -> bool:
            return any(
                hmac.compare_digest(_signature(key, purpose, subject, int(until)), signature)
                for key in keys.split(",")
            )

        if not self._secrets.fits(LINKS, proves):
            raise LinkInvalid
        if at.timestamp() > int(until):
            raise LinkExpired
        return subject


def _signature(key: str, purpose: Purpose, subject: str, until: int) -> str:
    mac = hmac.digest(bytes.fromhex(key), f"{purpose}/{subject}.{until}".encode(), "sha256")
    return base64.urlsafe_b64encode(mac[:SIGNATURE_BYTES]).decode()
