"""A shop's server that takes webhooks."""

from __future__ import annotations

import json
from typing import Any

from oms_aws.platform.outgoing import SECONDS, Outcome, Outgoing


class Subscriber:
    """A shop's server that takes webhooks; `status` is what it answers, or what goes wrong.

    At events of types that it `refuses` it breaks.
    """

    def __init__(self) -> None:
        self.status: int | str = 204
        self.refuses: set[str] = set()
        self.heard: list[dict[str, Any]] = []

    def check(self, url: str) -> None:
        Outgoing(local=True).check(url)

    def post(self, url: str, body: bytes, headers: Any, *, seconds: float = SECONDS) -> Outcome:
        if isinstance(self.status, str):
            return Outcome(0, self.status)
        if self.status >= 300:
            return Outcome(self.status, f"HTTP {self.status}")
        if json.loads(body)["type"] in self.refuses:
            return Outcome(500, "HTTP 500")
        self.heard.append({"url": url, "headers": headers, "raw": body, **json.loads(body)})
        return Outcome(self.status, "")
