"""Requests about rules, and about the blocklist and the allowlist."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from oms_aws.platform.models import Id, Model, Name, Text

Points = Annotated[int, Field(strict=True, ge=1, le=100_000)]
FactIn = (
    Annotated[str, Field(strict=True, max_length=100)]
    | Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True, ge=-999_999_999, le=999_999_999)]
)
Version = Annotated[int, Field(strict=True, ge=0, le=999_999)]


class CaseIn(Model):
    """Facts that differ from an ordinary order's, and what they must come to."""

    facts: Annotated[dict[Id, FactIn], Field(max_length=50)]
    verdict: Literal["pass", "hold", "refuse"]


class RulesIn(Model):
    """A version of rules: a decision table in JDM, its thresholds and golden cases."""

    graph: dict[str, Any]
    hold_from: Points
    refuse_from: Points
    reserve_most: Annotated[int, Field(strict=True, ge=0, le=100_000)] | None = None
    golden: Annotated[tuple[CaseIn, ...], Field(max_length=100)] = ()
    note: Annotated[Text, Field(min_length=1)]


class ActivateRules(Model):
    """Version that is to decide, and why."""

    version: Version
    reason: Annotated[Text, Field(min_length=1)]


class TryRules(Model):
    """Version to try, on how many of the last orders of a shop."""

    version: Version
    shop: Id
    last: Annotated[int, Field(strict=True, ge=1, le=200)] = 50


class ListEntry(Model):
    """A value to put on a list, or to take off it; a customer is `<shop>/<customer id>`."""

    type: Literal["email", "domain", "address", "ip", "payment", "customer"]
    value: Name
    reason: Annotated[Text, Field(min_length=1)]
