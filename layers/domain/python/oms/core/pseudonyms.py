"""Pseudonyms: what is personal lies in a vault, and stands elsewhere as its salted digest."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct, field
from msgspec.structs import replace

PERSON, DEVICE = "p", "n"
"""Kinds of pseudonyms: of what is about a person, and of the network address of a device."""

Personal = Annotated[str, Meta(extra={"personal": PERSON})]
"""Text about a person, or that a person wrote."""

Network = Annotated[str, Meta(extra={"personal": DEVICE})]
"""Address of a person's device; it lives as long as checks against fraud look back."""

LOOSE = frozenset(
    {"name", "email", "phone", "company", "vat_id", "line1", "line2", "postal_code", "city"}
)
"""Names of what is personal in data of no declared type."""

PSEUDONYM = re.compile(rb'"(~[pn][0-9a-f]{32})"')

T = TypeVar("T")


class Vault(Struct, frozen=True, omit_defaults=True):
    """What the pseudonyms of an aggregate stand for; `salt` is secret and of this vault alone.

    One that is `erased` (an ISO 8601 time) keeps nothing any more: texts that come later have
    pseudonyms that stand for nothing, and a pseudonym that is given stays as it is.
    Source: Art. 4 (5) GDPR, whose "additional information" the vault is.
    """

    salt: str
    values: dict[str, str] = field(default_factory=dict)
    erased: str = ""

    def pseudonym(self, value: str, kind: str = PERSON) -> str:
        """Pseudonym of a text: `~`, its kind, and 128 bits of its HMAC-SHA-256 in hex."""
        whole = hmac.new(self.salt.encode(), f"{kind}{value}".encode(), hashlib.sha256)
        return f"~{kind}{whole.hexdigest()[:32]}"

    def hidden(self, value: T, kind: str = PERSON) -> tuple[T, Vault]:
        """A value with pseudonyms for what is personal, and the vault that knows them."""
        found: dict[str, str] = {}

        def hide(text: str) -> str:
            if self.erased and is_pseudonym(text):
                return text
            pseudonym = self.pseudonym(text, kind)
            found[pseudonym] = text
            return pseudonym

        after = _hidden(value, kind, hide)
        if self.erased or found.items() <= self.values.items():
            return after, self
        older = {name: text for name, text in self.values.items() if name not in found}
        return after, replace(self, values={**older, **found})

    def shown(self, body: bytes) -> bytes:
        """JSON with what its pseudonyms stand for; those that it does not know stay."""

        def known(found: re.Match[bytes]) -> bytes:
            name = found[1].decode()
            return msgspec.json.encode(self.values[name]) if name in self.values else found[0]

        return PSEUDONYM.sub(known, body)

    def has(self, texts: int) -> bool:
        """Whether it has as many texts as it had at some time, or is erased: it only grows."""
        return bool(self.erased) or len(self.values) >= texts

    def newest(self, most: int, used: bytes) -> Vault:
        """The vault with no more than so many values: those of the JSON, and the latest others."""
        if len(self.values) <= most:
            return self
        named = {name.decode() for name in PSEUDONYM.findall(used)}
        order = sorted(self.values.items(), key=lambda item: item[0] in named)
        return replace(self, values=dict(order[-max(most, len(named)) :]))

    def false(self) -> list[str]:
        """Pseudonyms that are not those of what they stand for."""
        return [each for each, of in self.values.items() if self.pseudonym(of, each[1]) != each]


def is_pseudonym(text: str) -> bool:
    """Whether a text has the form of a pseudonym."""
    return bool(PSEUDONYM.fullmatch(f'"{text}"'.encode()))


def blanked(body: bytes) -> bytes:
    """JSON in which pseudonyms that nobody can tell any more are empty texts."""
    return PSEUDONYM.sub(b'""', body)


def _hidden(value: Any, kind: str, hide: Callable[[str], str]) -> Any:
    if isinstance(value, Struct):
        changed = {}
        for name, personal in _parts(type(value)):
            part = getattr(value, name)
            if personal:
                after = hide(part) if part and personal == kind else part
            else:
                after = _hidden(part, kind, hide)
            if after is not part:
                changed[name] = after
        return replace(value, **changed) if changed else value
    if isinstance(value, tuple | list):
        parts = [_hidden(part, kind, hide) for part in value]
        same = all(after is part for after, part in zip(parts, value, strict=True))
        return value if same else type(value)(parts)
    if isinstance(value, dict):
        after = {name: _loose(name, part, kind, hide) for name, part in value.items()}
        return value if all(after[name] is value[name] for name in value) else after
    return value


def _loose(name: Any, part: Any, kind: str, hide: Callable[[str], str]) -> Any:
    if isinstance(part, str):
        return hide(part) if kind == PERSON and part and name in LOOSE else part
    return _hidden(part, kind, hide)


@cache
def _parts(of: type[Struct]) -> tuple[tuple[str, str], ...]:
    """Fields of a type that are personal, with the kind, or that may hold what is, with none."""
    hints = get_type_hints(of, include_extras=True)
    wanted = ((name, _kind(hints[name])) for name in of.__struct_fields__)
    return tuple((name, kind or "") for name, kind in wanted if kind is not None)


def _kind(hint: Any) -> str | None:
    """Kind of a field that is personal; empty of one that may hold what is, None of others.

    Raises TypeError for texts in a collection: they would not be found.
    """
    if get_origin(hint) is Annotated:
        for each in hint.__metadata__:
            if isinstance(each, Meta) and each.extra and "personal" in each.extra:
                return str(each.extra["personal"])
        return _kind(get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, Struct):
        return "" if _parts(hint) else None
    if hint is Any:
        return ""
    inner = [kind for each in get_args(hint) if (kind := _kind(each)) is not None]
    if get_origin(hint) in (tuple, list, dict) and any(inner):
        raise TypeError(f"{hint}: a personal text stands in a field of its own")
    return max(inner) if inner else None
