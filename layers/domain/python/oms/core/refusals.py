"""The ways in which the domain says no, each with a reason that a person can act on."""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """A final no: repeating the same request gives the same answer.

    `reason` is a stable code in snake_case, `text` a sentence for people, `fields` maps the path of
    a wrong field (`lines.0.quantity`) to what is wrong with it.
    """

    def __init__(self, reason: str, text: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text
        self.fields = dict(fields or {})


class Unknown(Refusal):
    """Refusal: the thing named does not exist, or not for this caller."""


class NotAllowed(Refusal):
    """Refusal: the thing asked for is somebody else's to do."""


class NotNow(Exception):
    """A passing no: the same request may succeed later, so it is retried."""


class Broken(Exception):
    """An invariant of `domain.md` § 6 would not hold; nothing is saved."""
