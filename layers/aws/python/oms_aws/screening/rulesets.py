"""Rule sets in DynamoDB: every version stays, one of them decides, and who switched it is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from oms.core.refusals import NotNow, Unknown
from oms.screening.ruleset import Ruleset
from oms_aws.platform import keys
from oms_aws.platform.table import ConditionFailed, Table
from oms_aws.platform.ttl_cache import TtlCache

NAMES = ("fraud",)
FRESH_SECONDS = 30
STORE_TRIES = 5


class DynamoRulesets:
    """The versions of each rule set; version 0 is what Auftakt brings along."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now
        self._fresh = TtlCache(now, seconds=FRESH_SECONDS)

    def active(self, name: str) -> Ruleset:
        """The version that decides; at most half a minute old."""
        found = self._fresh.get(f"rules {name}", lambda: self.get(name, self.active_version(name)))
        assert found is not None
        return found

    def active_version(self, name: str) -> int:
        """The number of the version that decides."""
        item = self._table.get(keys.active_rules(_known(name)))
        return int(item["version"]) if item else 0

    def get(self, name: str, version: int) -> Ruleset:
        """A version; raises Unknown."""
        if version == 0:
            return _brought_along(_known(name))
        item = self._table.get(keys.rules(_known(name), version))
        if item is None:
            raise Unknown("version_unknown", f"There is no version {version} of {name}.")
        return msgspec.json.decode(item["body"], type=Ruleset)

    def add(self, rules: Ruleset) -> Ruleset:
        """Store a rule set as the next version; it does not decide yet."""
        for _ in range(STORE_TRIES):
            last = max((each["version"] for each in self.versions(rules.name)), default=0)
            stored = replace(rules, version=last + 1)
            item = {
                "body": msgspec.json.encode(stored).decode(),
                "version": stored.version,
                "note": stored.note,
                "by": stored.by,
                "at": stored.at,
            }
            put = self._table.put(keys.rules(rules.name, stored.version), item, unless_exists=True)
            try:
                self._table.write([put])
            except ConditionFailed:
                continue
            return stored
        raise NotNow(f"{rules.name} is being changed by many at once")

    def versions(self, name: str) -> list[dict[str, Any]]:
        """All versions that were stored, the oldest first, without their graphs."""
        start = keys.rules(_known(name), 0)
        items = self._table.query(start.pk, sk_prefix=keys.RULES_VERSION)
        return [{each: item[each] for each in ("version", "note", "by", "at")} for item in items]

    def activate(self, rules: Ruleset, *, by: str, reason: str) -> None:
        """Let a version decide from now on, and note who said so."""
        at = self._now().isoformat()
        said = {"version": rules.version, "by": by, "at": at, "reason": reason}
        self._table.write(
            [
                self._table.put(keys.active_rules(rules.name), said),
                self._table.put(keys.rules_switched(rules.name, at), said),
            ]
        )

    def switched(self, name: str) -> list[dict[str, Any]]:
        """Switches between versions: who let which decide when, the oldest first."""
        start = keys.rules_switched(_known(name), "")
        items = self._table.query(start.pk, sk_prefix=start.sk)
        return [{each: item[each] for each in ("version", "by", "at", "reason")} for item in items]


def _known(name: str) -> str:
    if name not in NAMES:
        raise Unknown("rules_unknown", f"There are no rules named {name}.")
    return name


def _brought_along(name: str) -> Ruleset:
    body = (Path(__file__).parent / f"{name}.json").read_bytes()
    return msgspec.json.decode(body, type=Ruleset)
