"""Counterfoils in S3: one object for each number that stands on an archived paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from oms.counterfoil import Counterfoil
from oms.refusals import Refusal
from oms_aws.documents import S3Documents

FOLDER = "numbers/"


class S3Counterfoils:
    """The archive's own list of numbers: no number is in it twice, whatever the table says."""

    def __init__(self, documents: S3Documents) -> None:
        self._documents = documents

    def keep(self, counterfoil: Counterfoil, *, until: datetime) -> None:
        """Keep it, before the paper; the same document again changes nothing.

        Raises Refusal when the number stands on another document's paper.
        """
        key = f"{folder(counterfoil.range)}{counterfoil.number:010d}.json"
        content = msgspec.json.encode(counterfoil)
        there = self._documents.keep_once(key, content, "application/json", until=until)
        if there is not None and _read(there).document != counterfoil.document:
            text = f"{counterfoil.text} stands on the archived paper of {_read(there).document}."
            raise Refusal("number_archived", text)

    def beyond(self, range: str, last: int) -> list[Counterfoil]:
        """Those of a range with a higher number than `last`, in order."""
        keys = self._documents.keys(folder(range), after=f"{folder(range)}{last:010d}.json")
        return [_read(self._documents.read(key)) for key in keys]

    def all(self) -> Iterator[Counterfoil]:
        """Those of all ranges."""
        for key in self._documents.keys(FOLDER):
            yield _read(self._documents.read(key))


def folder(range: str) -> str:
    """Where the counterfoils of a range are; no folder of a range is inside another's."""
    return f"{FOLDER}{range.replace('/', '!')}/"


def _read(content: bytes) -> Counterfoil:
    return msgspec.json.decode(content, type=Counterfoil)
