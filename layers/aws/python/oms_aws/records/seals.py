"""Seals in DynamoDB and S3: which days are sealed, and the events of one that is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from hashlib import sha256

import msgspec

from oms.billing.retention import kept_until
from oms.core.events import GENESIS
from oms.records.seal import Entry, Seal, sealed
from oms_aws.billing.documents import S3Documents
from oms_aws.platform import indexes, keys
from oms_aws.platform.table import ConditionFailed, Table


class DynamoSeals:
    """The seals of all days; the archive keeps each one whole, the table that it is there."""

    def __init__(self, table: Table, documents: S3Documents) -> None:
        self._table = table
        self._documents = documents

    def last(self) -> tuple[date | None, str]:
        """The newest sealed day, and its chain value."""
        pk = keys.seal("").pk
        for item in self._table.query(pk, limit=1, newest=True):
            return date.fromisoformat(item["day"]), item["chain"]
        return None, GENESIS

    def events(self, day: date) -> Iterator[Entry]:
        """The events of a day."""
        for shard in indexes.EVENT_SHARDS:
            for item in self._table.listed("gsi1", indexes.events_on(day.isoformat(), shard)):
                event, _, hash = item["gsi1sk"].partition("#")
                yield Entry(event, hash)

    def seal(self, day: date, previous: str) -> Seal:
        """Seal a day; sealing it again changes nothing."""
        made = sealed(day, self.events(day), previous)
        key = f"seals/{day:%Y}/{day}.json"
        until = kept_until("book", day)
        content = msgspec.json.encode(made)
        there = self._documents.keep_once(key, content, "application/json", until=until)
        if there is not None:  # a run that was cut off has sealed it; what the archive says holds
            content, made = there, msgspec.json.decode(there, type=Seal)
        self.known(key, content)
        return made

    def known(self, key: str, content: bytes) -> None:
        """Note in the table that a seal is in the archive; again changes nothing."""
        made = msgspec.json.decode(content, type=Seal)
        day = made.day.isoformat()
        attributes = {
            "kind": "seal",
            "day": day,
            "root": made.root,
            "chain": made.chain,
            "events": len(made.entries),
            "key": key,
            "sha256": sha256(content).hexdigest(),
        }
        put = self._table.put(keys.seal(day), attributes, unless_exists=True)
        with suppress(ConditionFailed):
            self._table.write([put])
