"""VIES: the Commission's service that knows which VAT ids are valid, over its REST interface."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal

import urllib3
from msgspec import Struct

PUBLIC = "https://ec.europa.eu/taxation_customs/vies/rest-api"
TIMEOUT = urllib3.Timeout(connect=3, read=8)
LONGEST_ANSWER = 100_000
# Faults of the number itself; every other one is of the service, or of a member state's.
_OF_THE_NUMBER = ("INVALID", "INVALID_INPUT")


class Answer(Struct, frozen=True, kw_only=True):
    """Answer of VIES on an id; `consultation` proves the inquiry, `fault` is why it says nothing.

    A service that cannot be reached says nothing of the id: that is not `invalid`.
    """

    outcome: Literal["valid", "invalid", "unreachable"]
    name: str | None = None
    consultation: str | None = None
    fault: str = ""


Send = Callable[[str, bytes], tuple[int, bytes]]
"""Post a JSON body to an address, answer status and body; raises OSError or HTTPError."""


class Vies:
    """The service under its address; `POST check-vat-number`, as published in its OpenAPI."""

    def __init__(self, url: str, send: Send | None = None) -> None:
        self._url = f"{url}/check-vat-number"
        self._send = send or _post

    def ask(self, vat_id: str, requester: str | None) -> Answer:
        """Ask for an id; with the `requester`'s own there is a consultation number."""
        question = {"countryCode": vat_id[:2], "vatNumber": vat_id[2:]}
        if requester:
            question |= {
                "requesterMemberStateCode": requester[:2],
                "requesterNumber": requester[2:],
            }
        try:
            status, body = self._send(self._url, json.dumps(question).encode())
            told = json.loads(body)
        except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
            return Answer(outcome="unreachable", fault=type(error).__name__)
        return _read(status, told) if isinstance(told, dict) else _mute("no object")


def _read(status: int, told: dict[str, object]) -> Answer:
    """An answer, a fault in `errorWrappers`, or a fault in `userError` beside `valid: false`."""
    fault = _fault(told)
    if fault in _OF_THE_NUMBER:
        return Answer(outcome="invalid", fault=fault)
    if fault not in ("", "VALID"):
        return _mute(fault)
    if status != 200 or not isinstance(told.get("valid"), bool):
        return _mute(f"HTTP {status}")
    if not told["valid"]:
        return Answer(outcome="invalid", consultation=_text(told.get("requestIdentifier")))
    return Answer(
        outcome="valid",
        name=_text(told.get("name")),
        consultation=_text(told.get("requestIdentifier")),
    )


def _fault(told: dict[str, object]) -> str:
    wrappers = told.get("errorWrappers")
    if isinstance(wrappers, list):
        codes = [str(each.get("error", "")) for each in wrappers if isinstance(each, dict)]
        return next((code for code in codes if code), "UNKNOWN")
    return str(told.get("userError") or "")


def _text(value: object) -> str | None:
    """A text; `---` is what member states say who do not disclose it."""
    text = str(value or "").strip()
    return None if text in ("", "---") else text[:140]


def _mute(fault: str) -> Answer:
    return Answer(outcome="unreachable", fault=fault)


_pool = urllib3.PoolManager(num_pools=2, maxsize=4, retries=False)


def _post(url: str, body: bytes) -> tuple[int, bytes]:
    answer = _pool.request(
        "POST",
        url,
        body=body,
        headers={"content-type": "application/json", "accept": "application/json"},
        timeout=TIMEOUT,
        redirect=False,
        preload_content=False,
    )
    try:
        return answer.status, answer.read(LONGEST_ANSWER)
    finally:
        answer.release_conn()
