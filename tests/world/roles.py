"""The roles of the functions as IAM would judge a request: what may a step do with which keys?"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from local import leading


class NotGranted(BaseException):
    """A step asks for what its role was not granted; no handler may make an answer of it."""


@dataclass(frozen=True)
class Asked:
    """An action on items, by their partition keys, of the table or of an index."""

    action: str
    keys: tuple[str, ...]


def asked(operation: str, body: dict[str, Any]) -> Iterator[Asked]:
    """What a request to DynamoDB asks for; each part of a transaction is judged by itself."""
    if operation == "TransactWriteItems":
        yield from (Asked(part.action, (part.key,)) for part in leading.parts(body))
    else:
        yield Asked(operation, tuple(leading.named(body)))


class Roles:
    """The statements about the table of each step's role."""

    def __init__(self, statements: dict[str, list[dict[str, Any]]]) -> None:
        self._statements = statements

    def judge(self, step: str, operation: str, body: bytes | str) -> None:
        """Raises NotGranted when the step's role does not allow the request."""
        for each in asked(operation, json.loads(body)):
            if not self.allows(step, each.action, each.keys):
                raise NotGranted(f"{step} may not {each.action} {', '.join(each.keys)}")

    def allows(self, step: str, action: str, keys: Iterable[str]) -> bool:
        """Whether the role may do this with items of these partition keys."""
        said = [
            statement["Effect"]
            for statement in self._statements[step]
            if f"dynamodb:{action}" in _listed(statement["Action"])
            and _met(statement.get("Condition", {}), [*keys])
        ]
        return "Allow" in said and "Deny" not in said


def _met(conditions: dict[str, dict[str, Any]], keys: list[str]) -> bool:
    for operator, tests in conditions.items():
        ((name, expected),) = tests.items()
        assert name == leading.KEYS
        fits = [any(fnmatchcase(key, each) for each in _listed(expected)) for key in keys]
        match operator:
            case "ForAllValues:StringLike":
                met = all(fits)
            case "ForAnyValue:StringLike":
                met = any(fits)
            case "Null":
                met = (not keys) == (expected == "true")
            case _:
                raise ValueError(operator)
        if not met:
            return False
    return True


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
