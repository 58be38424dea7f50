"""Query parameters and parts of a path: those that a route does not declare, or that cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Literal

from oms.orders.hold_reasons import REASONS, RELEASERS

Status = Literal[
    "received", "held", "refused", "cancelled", "accepted", "backordered", "preordered",
    "released", "packed",
    "partially_shipped", "shipped", "delivered", "returned", "completed",
]  # fmt: skip
FulfilmentStatus = Literal[
    "released", "packed", "shipped", "undelivered", "returning", "delivered", "returned",
    "cancelled",
]  # fmt: skip

LONGEST = 200
"""Characters of a value that no form below bounds more tightly."""

LONGEST_CURSOR = 1_000
LONGEST_MAIL = 254
MAIL = r"[^@\s<>\",;:]+@[^@\s<>\",;:]+\.[^@\s<>\",;:.]+"
LONGEST_PART = 128
"""Characters of an id in a path: the longest of ours have about eighty."""

ID = r"[A-Za-z0-9](?:[A-Za-z0-9._ +-]{0,62}[A-Za-z0-9._+-])?"
"""What our callers may name things; it goes into paths. No blank stands at either end."""

_ID_FORM = "1 to 64 letters, digits and `. _ + -`, with blanks between them alone"
FORMS: dict[str, tuple[str, str]] = {
    "cursor": (rf"[A-Za-z0-9_=-]{{0,{LONGEST_CURSOR}}}", "not one of ours"),
    "limit": (r"[0-9]{1,9}", "not a number in digits 0 to 9"),
    "after": (r"[0-9]{1,8}", "not a sequence number"),
    "version": (r"[0-9]{1,6}", "not a version"),
    "owner": ("|".join(RELEASERS), f"none of {', '.join(RELEASERS)}"),
    "reason": ("|".join(REASONS), "nothing that an order is held for"),
    "overdue": (r"true|false", "true or false"),
    "currency": (r"[A-Z]{3}", "not an ISO 4217 code such as EUR"),
    "email": (rf"(?=.{{1,{LONGEST_MAIL}}}\Z){MAIL}", "not a mail address"),
    **dict.fromkeys(
        ("shop", "customer", "external_number", "location", "sku"), (ID, f"not {_ID_FORM}")
    ),
}
"""What a parameter of this name looks like on every route, and what is said of one that does not;
any other is a line of printable characters, which its route looks at more closely."""


def faults(given: Mapping[str, str], known: Iterable[str]) -> dict[str, str]:
    """Faults of the parameters of a request to a route that declares `known`."""
    declared = tuple(known)
    wrong: dict[str, str] = {}
    for name, value in given.items():
        if name not in declared:
            there_are = ", ".join(declared) or "none"
            wrong[name[:LONGEST]] = f"no such parameter; there are: {there_are}"
        elif name in FORMS:
            form, reason = FORMS[name]
            if not re.fullmatch(form, value):
                wrong[name] = reason
        elif not 0 < len(value) <= LONGEST or not value.isprintable():
            wrong[name] = f"not 1 to {LONGEST} printable characters"
    return wrong


def nameless(part: str) -> bool:
    """True if nothing of ours can have this id."""
    return not 0 < len(part) <= LONGEST_PART or not part.isprintable()


def number(text: str, least: int, most: int) -> int | None:
    """The number that ASCII digits say, None unless it lies between the bounds."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    return int(text) if least <= int(text) <= most else None


def day(text: str) -> date | None:
    """The day that a text like 2026-11-30 says, in the years 2000 to 2199; else None."""
    if not re.fullmatch(r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_TIME = (
    r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)


def moment(text: str) -> datetime | None:
    """The time, in UTC, that a text like 2026-11-30T10:15:00Z says, in those years; else None."""
    if not re.fullmatch(_TIME, text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
