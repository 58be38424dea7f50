"""Requests of no route: what is there instead, as far as the API's own description knows."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from oms_aws.platform.http import Http, Problem

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


class Catching(Http):
    """The routes of the step that also gets every request of no route."""

    def unrouted(self, event: dict[str, Any]) -> Problem:
        """405 with the methods of a path that there is (RFC 9110 § 15.5.6), else 404."""
        allowed = methods_of(event.get("rawPath", ""))
        if not allowed:
            text = "There is no such route: /openapi.json lists all, /docs explains them."
            return Problem(404, "route_unknown", text)
        problem = Problem(405, "method_not_allowed", f"This path takes {', '.join(allowed)}.")
        problem.headers = {"Allow": ", ".join(allowed)}
        return problem


def methods_of(path: str) -> list[str]:
    """The methods that a path of the API takes, in upper case; none for a path of no route."""
    return sorted({m for form, methods in _paths() if form.fullmatch(path) for m in methods})


@cache
def _paths() -> list[tuple[re.Pattern[str], list[str]]]:
    known = json.loads((files("oms_aws") / "openapi.json").read_text(encoding="utf-8"))["paths"]
    return [
        (_form(path), [name.upper() for name in item if name in METHODS])
        for path, item in known.items()
    ]


def _form(path: str) -> re.Pattern[str]:
    parts = ("[^/]+" if part.startswith("{") else re.escape(part) for part in path.split("/"))
    return re.compile("/".join(parts))
