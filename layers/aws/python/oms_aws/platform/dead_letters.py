"""Dead letters: what no step could handle, with its reason, until a clerk sends it back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from oms.core.refusals import Unknown
from oms_aws.platform import keys
from oms_aws.platform.table import Table

FAILURES_LIVE = timedelta(days=14)
NO_REASON = "no reason on record: the step was cut off (time-out, crash or throttle)"


class DeadLetter(Struct, frozen=True, kw_only=True):
    """A message that its step gave up; `step` is `stage/verb_noun`, `body` what woke it.

    `group` is what it has to be in turn with, at steps that work so.
    """

    id: str
    step: str
    reason: str
    body: str
    tries: int
    received_at: str
    redriven_at: str | None = None
    redriven_by: str | None = None
    group: str | None = None


class DynamoDeadLetters:
    """The dead letters of all steps."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note_failure(self, message_id: str, reason: str, *, at: datetime) -> int:
        """Keep why a try of a message failed; answers how many did by now."""
        return self._note(message_id, "tries", {"reason": reason[:2000]}, at)

    def note_begin(self, message_id: str, *, at: datetime) -> int:
        """Keep that a message is begun once more; answers how often that was noted by now."""
        return self._note(message_id, "begun", {}, at)

    def _note(self, message_id: str, count: str, told: dict[str, str], at: datetime) -> int:
        """A message is with one function at a time, so nobody else counts meanwhile."""
        key = keys.failure(message_id)
        known = self._table.get(key) or {}
        times = int(known.get(count, 0)) + 1
        expires = int((at + FAILURES_LIVE).timestamp())
        noted = {**known, **told, count: times, "expires": expires}
        self._table.write([self._table.put(key, noted)])
        return times

    def reason(self, message_id: str) -> str:
        """Reason that the last try of a message failed, as far as is known."""
        return self.failure(message_id)[0]

    def failure(self, message_id: str) -> tuple[str, int]:
        """Reason that the last try of a message failed, and how many did or were cut off."""
        item = self._table.get(keys.failure(message_id)) or {}
        tries = int(item.get("tries", 0)) + int(item.get("begun", 0))
        return str(item.get("reason", NO_REASON)), tries

    def keep(self, letter: DeadLetter) -> None:
        """Keep a dead letter; keeping it again changes nothing."""
        if self._table.get(keys.dead_letter(letter.id)) is None:
            self._table.write([self._put(letter)])

    def get(self, id: str) -> DeadLetter:
        """The dead letter; raises Unknown."""
        item = self._table.get(keys.dead_letter(id))
        if item is None:
            raise Unknown("dead_letter_unknown", f"There is no dead letter {id}.")
        return _letter(item)

    def listed(self, *, after: str = "", limit: int = 50) -> Iterator[DeadLetter]:
        """Dead letters in order of their arrival, behind the one of the id `after`."""
        start = keys.dead_letter(after)
        prefix = keys.dead_letter("")
        for item in self._table.query(
            start.pk, sk_prefix=prefix.sk, after=start.sk if after else "", limit=limit
        ):
            yield _letter(item)

    def redriven(self, letter: DeadLetter, *, by: str, at: datetime) -> None:
        """Note that a dead letter went back to its step."""
        self._table.write(
            [
                self._table.update(
                    keys.dead_letter(letter.id),
                    "SET redriven_at = :at, redriven_by = :by",
                    {":at": at.isoformat(), ":by": by},
                )
            ]
        )

    def _put(self, letter: DeadLetter) -> dict[str, Any]:
        return self._table.put(
            keys.dead_letter(letter.id), {"kind": "dead_letter", **asdict(letter)}
        )


def _letter(item: dict[str, Any]) -> DeadLetter:
    known: dict[str, Any] = {name: item.get(name) for name in DeadLetter.__struct_fields__}
    return DeadLetter(**known)
