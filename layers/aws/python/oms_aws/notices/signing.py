"""The secrets that sign what endpoints get: made, read and rotated in this place alone."""

from __future__ import annotations

import secrets
from base64 import b64encode
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from oms.core.refusals import NotNow, Refusal
from oms_aws.platform.secrets import SsmSecrets, of_endpoint

OVERLAP = timedelta(hours=24)
"""So long after a rotation the secret before signs as well."""

MOST_BEFORE = 4
"""So many secrets before may sign at one time: their signatures share a header."""

SETTLES = timedelta(seconds=10)
"""So long after a rotation no process trusts what it has read: clocks differ."""


class Before(Struct, frozen=True):
    """A secret that signs until a time only."""

    secret: str
    until: datetime


class Kept(Struct, frozen=True):
    """Content of an endpoint's parameter, as JSON: below 1 KB."""

    secret: str
    before: tuple[Before, ...] = ()


class SigningSecrets:
    """A parameter for each endpoint: its secret, and those before it that still sign."""

    def __init__(self, parameters: SsmSecrets) -> None:
        self._parameters = parameters

    def make(self, endpoint: str, *, at: datetime) -> str:
        """Give the endpoint a fresh secret; what signs now signs on until its overlap ends.

        All of it is one write: cut off at any moment, what signed before still does. No two may do
        this at once. Raises Refusal when it was done too often of late.
        """
        name = of_endpoint(endpoint)
        known = self._parameters.read(name)
        before: tuple[Before, ...] = ()
        if known is not None:
            kept = _kept(known)
            before = (Before(kept.secret, at + OVERLAP), *_signing(kept, at))
        if len(before) > MOST_BEFORE:
            text = f"It was rotated {MOST_BEFORE} times in a day: wait until the oldest is over."
            raise Refusal("rotated_too_often", text)
        fresh = "whsec_" + b64encode(secrets.token_bytes(32)).decode()
        self._parameters.keep(name, msgspec.json.encode(Kept(fresh, before)).decode())
        return fresh

    def signing(
        self, endpoint: str, *, at: datetime, rotated_at: datetime | None
    ) -> tuple[str, ...]:
        """The secrets that sign at a time, the newest first; raises NotNow without any.

        A process reads them again after minutes, and when they were rotated since.
        """
        since = rotated_at + SETTLES if rotated_at else None
        found = self._parameters.find(of_endpoint(endpoint), since=since)
        if found is None:
            raise NotNow(f"{endpoint} has no secret: its keeper must rotate it")
        kept = _kept(found)
        return (kept.secret, *(each.secret for each in _signing(kept, at)))

    def forget(self, endpoint: str) -> None:
        """Keep no secret of an endpoint that has ended."""
        self._parameters.forget(of_endpoint(endpoint))


def _kept(text: str) -> Kept:
    return msgspec.json.decode(text, type=Kept)


def _signing(kept: Kept, at: datetime) -> list[Before]:
    return [each for each in kept.before if at < each.until]
