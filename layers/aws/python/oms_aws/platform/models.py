"""The models of the HTTP API: what callers send, each value checked before a step sees it."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from oms.core.identifiers import is_gtin
from oms.core.money import MINOR_UNITS
from oms.core.pseudonyms import is_pseudonym
from oms_aws.platform.query import ID, LONGEST_MAIL, MAIL

MOST_LINES = 2_000
MOST_ROWS = 1_000
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what stands around them."""

FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing."""


def _printable(text: str) -> str:
    if is_pseudonym(text):
        raise ValueError("has the form of a pseudonym")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise ValueError("control characters are not allowed")
    return text


def _one_line(text: str) -> str:
    if any(character in text for character in "\n\t\u2028\u2029"):
        raise ValueError("must be a single line")
    return _printable(text)


def _visible(text: str) -> str:
    """Zero-width, filling and blank characters alone name nobody."""
    if all(c in FILLERS or unicodedata.category(c)[0] in "CMZ" for c in text):
        raise ValueError("has no character that can be seen")
    return text


def _digits(given: Any) -> Any:
    """Amounts as ASCII digits: Python would also take `1_000`, `+1`, blanks and other scripts'."""
    if isinstance(given, str) and not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", given):
        raise ValueError("is no number like 129.90")
    return given


Digits = BeforeValidator(_digits)


def _check_digit(number: str) -> str:
    if not is_gtin(number):
        raise ValueError("is no GTIN: its check digit is wrong")
    return number


def _ip(text: str) -> str:
    from ipaddress import ip_address

    return str(ip_address(text))


def _known_currency(code: str) -> str:
    if code not in MINOR_UNITS:
        raise ValueError("must be an ISO 4217 code such as EUR")
    return code


def _ascii(mail: str) -> str:
    if not mail.isascii() or not mail.isprintable():
        raise ValueError("has letters that not every mail server takes: write the domain as xn--…")
    return mail


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=140),
    AfterValidator(_one_line),
    AfterValidator(_visible),
]
Text = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_printable)]
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)]
Id = Annotated[str, StringConstraints(pattern=f"^{ID}$")]
Email = Annotated[
    str,
    StringConstraints(max_length=LONGEST_MAIL, pattern=rf"^{MAIL}$"),
]
Mailbox = Annotated[Email, AfterValidator(_ascii)]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()/-]{3,30}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, AfterValidator(_known_currency)]
Amount = Annotated[
    Decimal,
    Digits,
    Field(ge=0, max_digits=12, decimal_places=4),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]{1,8}(\.[0-9]{1,4})?$", "examples": ["129.90"]}
    ),
]
Quantity = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Count = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]


class Model(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason; most models have none."""
        return {}


class AddressIn(Model):
    """A postal address."""

    name: Name
    company: Name | None = None
    line1: Name
    line2: Name | None = None
    postal_code: Annotated[str, StringConstraints(max_length=20), AfterValidator(_one_line)]
    city: Annotated[str, StringConstraints(max_length=140), AfterValidator(_one_line)]
    region: Name | None = None
    country: Country


ScanStatus = Literal[
    "pending",
    "picked_up",
    "in_transit",
    "on_hold",
    "out_for_delivery",
    "ready_for_pickup",
    "delivery_delayed",
    "delivery_failed",
    "return_to_sender",
    "delivered",
    "cancelled",
    "unknown",
]


class Batch(Model):
    """Up to 1,000 rows; broken ones are refused one by one."""

    items: Annotated[list[Any], Field(min_length=1, max_length=MOST_ROWS)]
