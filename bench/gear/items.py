"""A stand-in for DynamoDB's items, in memory: for what has to be tried thousands of times."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

Wire = dict[str, Any]
Key = tuple[str, str]
SET = re.compile(r"(\S+) = (?:if_not_exists\((\S+), (\S+)\) \+ (\S+?)|(\S+?))(?:,|$)")


class Items:
    """A client that knows items, conditions and transactions, as far as we use them.

    `pause` is called before each atomic step: reading one item, or committing one transaction.
    """

    def __init__(self, pause: Callable[[], None] = lambda: None) -> None:
        self.held: dict[Key, Wire] = {}
        self._pause = pause
        self._lock = threading.Lock()

    def get_item(self, **asked: Any) -> Wire:
        found = self._read(asked["Key"])
        return {"Item": found} if found else {}

    def batch_get_item(self, **asked: Any) -> Wire:
        ((table, asked),) = asked["RequestItems"].items()
        found = [item for key in asked["Keys"] if (item := self._read(key))]
        return {"Responses": {table: found}}

    def put_item(self, **arguments: Any) -> Wire:
        return self._one({"Put": arguments})

    def update_item(self, **arguments: Any) -> Wire:
        return self._one({"Update": arguments})

    def transact_write_items(self, **asked: Any) -> Wire:
        actions: list[Wire] = asked["TransactItems"]
        if len(actions) > 100 or len({_key(action) for action in actions}) < len(actions):
            raise _said("ValidationException")
        codes = self._commit(actions)
        if any(codes):
            reasons = [{"Code": code or "None"} for code in codes]
            raise _said("TransactionCanceledException", reasons)
        return {}

    def refusals(self, actions: list[Wire]) -> list[str]:
        """Why each action is not done, empty for those that nothing is against."""
        held = [self.held.get(_key(action), {}) for action in actions]
        pairs = zip(actions, held, strict=True)
        return ["" if _holds(a, item) else "ConditionalCheckFailed" for a, item in pairs]

    def _one(self, action: Wire) -> Wire:
        (code,) = self._commit([action])
        if code == "ConditionalCheckFailed":
            raise _said("ConditionalCheckFailedException")
        if code:
            raise _said("ProvisionedThroughputExceededException")
        return {}

    def _read(self, key: Wire) -> Wire | None:
        self._pause()
        return self.held.get((key["pk"]["S"], key["sk"]["S"]))

    def _commit(self, actions: list[Wire]) -> list[str]:
        self._pause()
        with self._lock:
            codes = self.refusals(actions)
            if not any(codes):
                for action in actions:
                    _apply(action, self.held)
        return codes


class Limited(Items):
    """Items that take a fixed number of writes a second each, as a partition of DynamoDB does.

    Every item has a bucket of tokens of its own, which holds those of `burst` seconds; a write in a
    transaction takes two.
    """

    def __init__(self, writes_per_second: float, burst: float = 0.1) -> None:
        super().__init__()
        self._rate = writes_per_second
        self._most = max(2.0, writes_per_second * burst)
        self._tokens: dict[str, tuple[float, float]] = {}
        self.refused = 0

    def refusals(self, actions: list[Wire]) -> list[str]:
        cost, now = (2.0 if len(actions) > 1 else 1.0), time.monotonic()
        names = [_key(action)[0] for action in actions]
        left = {name: self._left(name, now) for name in names}
        short = {name for name in left if left[name] < cost * names.count(name)}
        if short:
            self.refused += 1
            return ["ThrottlingError" if name in short else "" for name in names]
        for name in names:
            left[name] -= cost
        self._tokens |= {name: (tokens, now) for name, tokens in left.items()}
        return super().refusals(actions)

    def _left(self, name: str, now: float) -> float:
        tokens, then = self._tokens.get(name, (self._most, now))
        return min(self._most, tokens + (now - then) * self._rate)


def _said(code: str, reasons: list[Wire] | None = None) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": ""}, "CancellationReasons": reasons or []}
    return ClientError(answer, "Write")


def _key(action: Wire) -> Key:
    ((_, arguments),) = action.items()
    key = arguments.get("Key") or arguments["Item"]
    return key["pk"]["S"], key["sk"]["S"]


def _holds(action: Wire, item: Wire) -> bool:
    ((_, arguments),) = action.items()
    condition = arguments.get("ConditionExpression", "")
    names = arguments.get("ExpressionAttributeNames", {})
    values = arguments.get("ExpressionAttributeValues", {})
    return all(_true(term, item, names, values) for term in condition.split(" AND ") if term)


def _true(term: str, item: Wire, names: Wire, values: Wire) -> bool:
    if term.startswith("attribute_not_exists("):
        name = term.removeprefix("attribute_not_exists(").rstrip(")")
        return names.get(name, name) not in item
    name, sign, short = term.split(" ")
    is_now, wanted = item.get(names.get(name, name)), values[short]
    if is_now is None:
        return False
    if sign == ">=":
        return int(is_now["N"]) >= int(wanted["N"])
    assert sign == "=", term
    return bool(is_now == wanted)


def _apply(action: Wire, held: dict[Key, Wire]) -> None:
    ((kind, arguments),) = action.items()
    key = _key(action)
    if kind == "Put":
        held[key] = arguments["Item"]
    elif kind == "Update":
        names = arguments.get("ExpressionAttributeNames", {})
        values = arguments["ExpressionAttributeValues"]
        before = held.get(key, arguments["Key"])
        sets, _, removes = arguments["UpdateExpression"].removeprefix("SET ").partition(" REMOVE ")
        after = dict(before)
        for name, known, default, more, plain in SET.findall(sets):
            if plain:
                after[names.get(name, name)] = values[plain]
            else:
                base = before.get(names[known], values[default])
                after[names[name]] = {"N": str(int(base["N"]) + int(values[more]["N"]))}
        for name in filter(None, removes.split(", ")):
            after.pop(names[name], None)
        held[key] = after
