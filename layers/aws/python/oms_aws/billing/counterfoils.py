"""Counterfoils in S3: one object for each number that stands on an archived paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

import msgspec

from oms.billing.counterfoil import Counterfoil
from oms.core.refusals import Broken, Refusal
from oms_aws.billing.documents import S3Documents

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
        content = written(counterfoil)
        there = self._documents.keep_once(key, content, "application/jsonl", until=until)
        if there is not None and read(there).document != counterfoil.document:
            text = f"{counterfoil.text} stands on the archived paper of {read(there).document}."
            raise Refusal("number_archived", text)

    def beyond(self, range: str, last: int) -> list[Counterfoil]:
        """Those of a range with a higher number than `last`, in order."""
        keys = self._documents.keys(folder(range), after=f"{folder(range)}{last:010d}.json")
        return [read(self._documents.read(key)) for key in keys]

    def all(self) -> Iterator[Counterfoil]:
        """Those of all ranges."""
        for key in self._documents.keys(FOLDER):
            yield read(self._documents.read(key))


def folder(range: str) -> str:
    """Folder of a range's counterfoils; no folder of a range is inside another's."""
    return f"{FOLDER}{range.replace('/', '!')}/"


def written(counterfoil: Counterfoil) -> bytes:
    """A counterfoil as it lies in the archive: a line of JSON, and a line with its SHA-256."""
    body = msgspec.json.encode(counterfoil)
    return body + b"\n" + sha256(body).hexdigest().encode()


def read(content: bytes) -> Counterfoil:
    """The counterfoil in a file; raises Broken for one that is not as it was written."""
    body, _, digest = content.rpartition(b"\n")
    if sha256(body).hexdigest().encode() != digest:
        raise Broken("a counterfoil is not what was archived")
    return msgspec.json.decode(body, type=Counterfoil)
