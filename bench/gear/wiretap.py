"""Runs a step's own handler and notes every AWS request that it makes, and what it consumes."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3

from oms_aws.platform import wiring

Handler = Callable[[Any, Any], Any]
WRITES = ("PutItem", "UpdateItem", "TransactWriteItems")
READ_UNIT, WRITE_UNIT = 4096, 1024
SHIM = '''\
"""The step, listened to."""

from pathlib import Path

from bench.gear.wiretap import tapped

handler = tapped({step!r}, Path({handler!r}), Path({notes!r}))
'''


def listening(functions: Path, folder: Path, notes: Path) -> Path:
    """A folder of handlers that note what they ask of AWS, one JSON line an invocation."""
    for handler in functions.glob("*/*/handler.py"):
        step = handler.parent.relative_to(functions).as_posix()
        shim = folder / step / "handler.py"
        shim.parent.mkdir(parents=True)
        shim.write_text(SHIM.format(step=step, handler=str(handler), notes=str(notes)))
    return folder


def tapped(step: str, handler: Path, notes: Path) -> Handler:
    """The handler, with its requests noted."""
    tap = Tap()
    tap.listen()
    own = _load(handler)

    def run(event: Any, context: Any) -> Any:
        tap.begin()
        began = time.perf_counter()
        try:
            return own(event, context)
        finally:
            ms = (time.perf_counter() - began) * 1000
            line = json.dumps({"step": step, "ms": round(ms, 2), **tap.heard()})
            with notes.open("a") as file:
                file.write(line + "\n")

    return run


def _load(path: Path) -> Handler:
    spec = importlib.util.spec_from_file_location("step", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["step"] = module
    spec.loader.exec_module(module)
    found: Handler = module.handler
    return found


class Tap:
    """What the AWS clients of this process ask for, between `begin` and `heard`."""

    def __init__(self) -> None:
        self._asked: Mapping[str, Any] = {}
        self.begin()

    def listen(self) -> None:
        """Hook into every client of the functions, which are all made anew."""
        wiring.client.cache_clear()
        if boto3.DEFAULT_SESSION is None:
            boto3.setup_default_session()
        events = boto3.DEFAULT_SESSION.events
        events.register("provide-client-params.*.*", self._before)
        events.register("after-call.*.*", self._after)

    def begin(self) -> None:
        self._requests: Counter[str] = Counter()
        self._events: Counter[str] = Counter()
        self._read = self._written = self._indexed = 0.0

    def heard(self) -> dict[str, Any]:
        return {
            "requests": dict(self._requests),
            "events": dict(self._events),
            "read": self._read,
            "written": self._written,
            "indexed": self._indexed,
        }

    def _before(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        if model.name in WRITES:
            params = {**params, "ReturnConsumedCapacity": "INDEXES"}
        self._asked = params
        return params

    def _after(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        tries = 1 + parsed.get("ResponseMetadata", {}).get("RetryAttempts", 0)
        self._requests[f"{service} {model.name}"] += tries
        if model.name == "PutEvents":
            self._events.update(entry["DetailType"] for entry in self._asked["Entries"])
        elif service == "dynamodb" and model.name in WRITES:
            self._written += written(parsed, self._asked)
            self._indexed += indexed(parsed)
        elif service == "dynamodb":
            self._read += read(parsed, self._asked)


def written(answer: Mapping[str, Any], asked: Mapping[str, Any]) -> float:
    """Write units: the emulator's count, or for a refused write what its attempt costs on AWS."""
    if answer.get("ConsumedCapacity"):
        return float(sum(capacity["CapacityUnits"] for capacity in _capacities(answer)))
    if "TransactItems" in asked:
        actions = [next(iter(action.values())) for action in asked["TransactItems"]]
        return 2.0 * sum(units(size(action.get("Item", {})), WRITE_UNIT) for action in actions)
    return units(size(asked.get("Item", {})), WRITE_UNIT)


def indexed(answer: Mapping[str, Any]) -> float:
    """The part of the write units that went into indexes."""
    indexes = [capacity.get("GlobalSecondaryIndexes", {}) for capacity in _capacities(answer)]
    return float(sum(index["CapacityUnits"] for each in indexes for index in each.values()))


def _capacities(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    consumed = answer.get("ConsumedCapacity") or []
    return consumed if isinstance(consumed, list) else [consumed]


def read(answer: Mapping[str, Any], asked: Mapping[str, Any]) -> float:
    """Read units of GetItem, BatchGetItem or Query, from the sizes of the items that came.

    Half of it where the read need not be consistent, as no read of an index is. Source: DynamoDB's
    developer guide, "Read and write operations".
    """
    if "RequestItems" in asked:
        ((table, wanted),) = asked["RequestItems"].items()
        items = answer.get("Responses", {}).get(table, [])
        missing = len(wanted["Keys"]) - len(items)
        found = sum(units(size(item), READ_UNIT) for item in items) + missing
        return found if wanted.get("ConsistentRead") else found / 2
    items = answer.get("Items", [answer.get("Item", {})])
    found = units(sum(size(item) for item in items), READ_UNIT)
    return found if asked.get("ConsistentRead") else found / 2


def units(count: int, unit: int) -> float:
    """How many units so many bytes are; at least one."""
    return float(max(1, -(-count // unit)))


def size(item: Mapping[str, Any]) -> int:
    """Bytes of an item: its names and values in UTF-8, numbers at half a byte a digit."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(typed: Mapping[str, Any]) -> int:
    ((kind, value),) = typed.items()
    match kind:
        case "S":
            return len(value.encode())
        case "N":
            return len(value) // 2 + 1
        case "B":
            return len(value)
        case "M":
            return 3 + len(value) + size(value)
        case "L":
            return 3 + len(value) + sum(_value(each) for each in value)
    return 1
