"""Rule sets as values: what a merchant wrote, and the cases that it must decide rightly."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

Verdict = Literal["pass", "hold", "refuse"]


class Case(Struct, frozen=True):
    """A golden case: facts that differ from an ordinary order's, and what they must come to."""

    facts: dict[str, Any]
    verdict: Verdict


class Ruleset(Struct, frozen=True, kw_only=True):
    """A version of the rules: the graph, and from how many points on an order is held, refused.

    An order that they hold reserves at most `reserve_most` pieces of each SKU until it is released
    (None: all that it asks for).
    """

    name: str
    version: int
    graph: dict[str, Any]
    hold_from: int
    refuse_from: int
    reserve_most: int | None = None
    golden: tuple[Case, ...] = ()
    note: str = ""
    by: str = ""
    at: str = ""
