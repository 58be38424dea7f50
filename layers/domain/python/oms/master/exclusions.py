"""Exclusions: what a consumer cannot withdraw from, at all or once a seal is broken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Exclusion = Literal[
    "custom_made",
    "perishable",
    "hygiene_seal",
    "inseparable",
    "forward_alcohol",
    "sealed_media",
    "periodical",
    "market_price",
    "dated_service",
    "urgent_repair",
]
"""Reason for which § 312g (2) BGB excludes goods or services from withdrawal."""


class ExclusionRule(NamedTuple):
    """Number of § 312g (2) BGB, and True where the right only ends with what is done later.

    A seal that is removed, or goods that are mixed, after delivery end it: who still has them as
    they came may withdraw.
    """

    number: int
    later: bool = False


EXCLUSIONS: Mapping[Exclusion, ExclusionRule] = {
    "custom_made": ExclusionRule(1),
    "perishable": ExclusionRule(2),
    "hygiene_seal": ExclusionRule(3, later=True),
    "inseparable": ExclusionRule(4, later=True),
    "forward_alcohol": ExclusionRule(5),
    "sealed_media": ExclusionRule(6, later=True),
    "periodical": ExclusionRule(7),
    "market_price": ExclusionRule(8),
    "dated_service": ExclusionRule(9),
    "urgent_repair": ExclusionRule(11),
}
