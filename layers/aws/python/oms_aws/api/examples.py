"""Examples of requests, route by route, as the stages declare them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import oms_aws


def _collected() -> dict[str, dict[str, Any]]:
    """Examples of all routes; raises ValueError for a route that has two."""
    found: dict[str, dict[str, Any]] = {}
    for room in iter_modules(oms_aws.__path__, "oms_aws."):
        names = [each.name for each in iter_modules(import_module(room.name).__path__)]
        if "examples" not in names or room.name == "oms_aws.api":
            continue
        declared = import_module(f"{room.name}.examples").EXAMPLES
        if twice := found.keys() & declared.keys():
            raise ValueError(f"{room.name} gives examples again: {sorted(twice)}")
        found |= declared
    return found


REQUESTS = _collected()
