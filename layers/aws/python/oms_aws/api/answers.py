"""Answers of the HTTP API, route by route: for its description and tests, never at run time."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import oms_aws
from oms_aws.platform.answers import Told


def _collected() -> dict[str, Told]:
    """The answers of all routes, as the modules of every room declare them.

    Raises ValueError for a route that is declared twice.
    """
    found: dict[str, Told] = {}
    for module in walk_packages(oms_aws.__path__, "oms_aws."):
        if not module.name.endswith("answers") or module.name == __name__:
            continue
        declared = getattr(import_module(module.name), "ANSWERS", {})
        if twice := found.keys() & declared.keys():
            raise ValueError(f"{module.name} declares again: {sorted(twice)}")
        found |= declared
    return found


ANSWERS = _collected()
