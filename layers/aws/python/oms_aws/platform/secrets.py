"""Secrets in the Parameter Store, encrypted: those of an operator, and those that steps make."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from oms_aws.platform.ttl_cache import TtlCache

KEPT_SECONDS = 300
"""How long a process goes on with a secret that was changed."""

DOUBTED_AFTER = timedelta(seconds=5)
"""How old a secret that proves nothing may be before it is read again."""

LINKS = "links/key"


def of_carrier(id: str) -> str:
    """The name of a carrier's secret."""
    return f"carriers/{_in_a_name(id)}"


def of_endpoint(id: str) -> str:
    """The name of what signs for an endpoint."""
    return f"webhooks/{_in_a_name(id)}"


def _in_a_name(id: str) -> str:
    """An id in the letters that a parameter's name may have, each id in its own way."""
    return re.sub(r"[^A-Za-z0-9.-]", lambda found: f"_{ord(found[0]):02x}", id)


class SsmSecrets:
    """The parameters under one path."""

    def __init__(self, client: Any, path: str, now: Callable[[], datetime]) -> None:
        self._client = client
        self._path = path
        self._now = now
        self._fresh = TtlCache(now, seconds=KEPT_SECONDS)

    def get(self, name: str) -> str:
        """The secret of that name; raises Misconfigured when there is none."""
        found = self.find(name)
        if found is None:
            raise Misconfigured(f"there is no parameter {self._path}/{name}")
        return found

    def find(
        self, name: str, *, doubted: bool = False, since: datetime | None = None
    ) -> str | None:
        """The secret of that name as it was `since` then, or None.

        One that is `doubted`, as something does not fit it, is read again unless it is quite new:
        it may have been changed.
        """
        if doubted:
            since = self._now() - DOUBTED_AFTER
        return self._fresh.get(name, lambda: self._read(name), since=since)

    def fits(self, name: str, proves: Callable[[str], bool]) -> bool:
        """True if something is proven by the secret as it is now; False while there is none."""
        found = self.find(name)
        if found is None or proves(found):
            return found is not None
        again = self.find(name, doubted=True)
        return again is not None and again != found and proves(again)

    def read(self, name: str) -> str | None:
        """The secret of that name as it is now, or None."""
        found = self._read(name)
        self._fresh.keep(name, found)
        return found

    def keep(self, name: str, secret: str) -> None:
        """Keep a secret in place of the one before."""
        self._put(name, secret, Overwrite=True)
        self._fresh.keep(name, secret)

    def make(self, name: str, secret: str) -> str:
        """Keep a secret unless there is one; answers the one that there is."""
        try:
            self._put(name, secret, Overwrite=False)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterAlreadyExists":
                raise
            return self.get(name)
        self._fresh.keep(name, secret)
        return secret

    def forget(self, name: str) -> None:
        """Delete the secret of that name, if there is one."""
        self._fresh.drop(name)
        try:
            self._client.delete_parameter(Name=f"{self._path}/{name}")
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise

    def _put(self, name: str, secret: str, **how: bool) -> None:
        self._client.put_parameter(
            Name=f"{self._path}/{name}", Value=secret, Type="SecureString", **how
        )

    def _read(self, name: str) -> str | None:
        try:
            found = self._client.get_parameter(Name=f"{self._path}/{name}", WithDecryption=True)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise
        return str(found["Parameter"]["Value"])


class Misconfigured(Exception):
    """Nobody can be charged before an operator mends it: a key, a permission, an address."""
