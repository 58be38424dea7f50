"""Secrets that an operator keeps in the Parameter Store, encrypted, and no environment shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from oms_aws.fresh import Fresh
from oms_aws.providers import Misconfigured

KEPT_SECONDS = 300
"""How long a process goes on with a secret that was changed."""


class SsmSecrets:
    """The parameters under one path."""

    def __init__(self, client: Any, path: str, now: Callable[[], datetime]) -> None:
        self._client = client
        self._path = path
        self._fresh = Fresh(now, seconds=KEPT_SECONDS)

    def get(self, name: str) -> str:
        """The secret of that name; raises Misconfigured when there is none."""
        return self._fresh.get(name, lambda: self._read(f"{self._path}/{name}"))

    def _read(self, name: str) -> str:
        try:
            found = self._client.get_parameter(Name=name, WithDecryption=True)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                raise Misconfigured(f"there is no parameter {name}") from error
            raise
        return str(found["Parameter"]["Value"])
