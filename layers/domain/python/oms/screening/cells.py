"""The language of rule cells: comparing facts and plain arithmetic, nothing that loops or grows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

Kind = Literal["number", "text", "truth", "null"]

DEEPEST = 20
"""How deep brackets, signs and negations may stand in each other."""

WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})

_TOKEN = re.compile(
    r"[ \t]*(?:(?P<number>[0-9]{1,15}(?:\.[0-9]{1,10})?)(?![\w.]|\.\.)"
    r"|(?P<text>\"[^\"\\]*\"|'[^'\\]*')"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?!\w)"
    r"|(?P<sign>==|!=|<=|>=|[-+*/%<>()\[\],?:])"
    r"|(?P<end>\Z))"
)
_COMPUTES = {
    "..": "has ranges, which are not let in: compare with >= and <=",
    "#": "has a closure, which is not let in",
    "`": "has a template, which is not let in",
    "$": "has $, which is not let in: name the fact",
    "\\": "has a backslash, which is not let in",
}
_ORDERED = frozenset({"<", "<=", ">", ">="})
_COMPARED = frozenset({"==", "!=", *_ORDERED})


# A cell is read from left to right once, so deciding takes as long as the cell is. Texts are
# compared and never joined, numbers are decimals of fixed size, and there are neither functions,
# closures, ranges, templates nor paths into values: what is let in ends and makes nothing large.


class Unreadable(ValueError):
    """A cell that is not let in, and why."""


class _Token(NamedTuple):
    form: str
    text: str


def kind_of(value: Any) -> Kind:
    """Kind of a fact, by an example of it; raises KeyError for what no fact can be."""
    kinds: dict[type, Kind] = {bool: "truth", int: "number", str: "text"}
    return kinds[type(value)]


def read(text: str, names: Mapping[str, Kind]) -> Kind:
    """Kind of an expression's result; raises Unreadable. `names` are those that it may use."""
    reader = _Reader(text, names)
    kind = reader.choice()
    reader.ends()
    return kind


def read_tests(text: str, of: Kind, names: Mapping[str, Kind]) -> None:
    """Read the tests of a column with a field: `> 5`, `"DE", "AT"`, `not in [1, 2]`.

    Raises Unreadable. `of` is what the field is.
    """
    reader = _Reader(text, names)
    while True:
        reader.test(of)
        if not reader.takes(",", "and", "or"):
            break
    reader.ends()


class _Reader:
    """Reads the tokens of one cell by precedence, telling what each part gives."""

    def __init__(self, text: str, names: Mapping[str, Kind]) -> None:
        self._tokens = _tokens(text)
        self._at = 0
        self._deep = 0
        self._names = names

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def takes(self, *words: str) -> str:
        """The next token, passed over if it is one of these words or signs; else empty."""
        token = self._next
        if token.form not in ("sign", "name") or token.text not in words:
            return ""
        self._at += 1
        return token.text

    def ends(self) -> None:
        """Demand that nothing is left."""
        if self._next.form != "end":
            raise Unreadable(f"Unexpected token {self._next.text}")

    def choice(self) -> Kind:
        """`condition ? one : other`, or a condition."""
        self._enter()
        kind = self._either()
        if self.takes("?"):
            _demand(kind, "truth", "?")
            kind = self.choice()
            self._expect(":")
            _demand(self.choice(), kind, ":")
        self._deep -= 1
        return kind

    def test(self, of: Kind) -> None:
        """One test of a field."""
        negated = bool(self.takes("not"))
        if self.takes("in"):
            self._list(of)
            return
        if negated:
            raise Unreadable("Unexpected token not")
        sign = self.takes(*_COMPARED)
        kind = self._sum()
        if kind != "null":
            _demand(kind, of, sign or "the test")
        if sign in _ORDERED:
            _demand(kind, "number", sign)

    def _either(self) -> Kind:
        kind = self._both()
        while self.takes("or"):
            _demand(kind, "truth", "or")
            _demand(self._both(), "truth", "or")
        return kind

    def _both(self) -> Kind:
        kind = self._comparison()
        while self.takes("and"):
            _demand(kind, "truth", "and")
            _demand(self._comparison(), "truth", "and")
        return kind

    def _comparison(self) -> Kind:
        kind = self._sum()
        if sign := self.takes(*_COMPARED):
            other = self._sum()
            if sign in _ORDERED:
                _demand(kind, "number", sign)
            if "null" not in (kind, other):
                _demand(other, kind, sign)
            return "truth"
        negated = self.takes("not")
        if self.takes("in"):
            self._list(kind)
            return "truth"
        if negated:
            raise Unreadable("Unexpected token not")
        return kind

    def _sum(self) -> Kind:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Kind:
        return self._chain(self._single, "*", "/", "%")

    def _chain(self, part: Any, *signs: str) -> Kind:
        kind: Kind = part()
        while sign := self.takes(*signs):
            _demand(kind, "number", sign)
            _demand(part(), "number", sign)
        return kind

    def _single(self) -> Kind:
        self._enter()
        kind: Kind
        if self.takes("-"):
            _demand(kind := self._single(), "number", "-")
        elif self.takes("not"):
            _demand(kind := self._single(), "truth", "not")
        elif self.takes("("):
            kind = self.choice()
            self._expect(")")
        else:
            kind = self._atom()
        self._deep -= 1
        return kind

    def _atom(self) -> Kind:
        token = self._next
        self._at += 1
        if token.form == "number":
            return "number"
        if token.form == "text":
            return "text"
        if token.form == "name":
            return self._named(token.text)
        raise Unreadable("Incomplete" if token.form == "end" else f"Unexpected token {token.text}")

    def _named(self, name: str) -> Kind:
        if self._next.text == "(" and name not in WORDS:
            raise Unreadable(f"has the function {name}, which is not let in")
        if name in ("true", "false"):
            return "truth"
        if name == "null":
            return "null"
        if name in WORDS:
            raise Unreadable(f"Unexpected token {name}")
        if name not in self._names:
            raise Unreadable(f"knows no {name}")
        return self._names[name]

    def _list(self, of: Kind) -> None:
        self._expect("[")
        while True:
            _demand(self._single(), of, "in")
            if not self.takes(","):
                break
        self._expect("]")

    def _expect(self, sign: str) -> None:
        if not self.takes(sign):
            raise Unreadable(f"Incomplete: lacks {sign}")

    def _enter(self) -> None:
        self._deep += 1
        if self._deep > DEEPEST * 2:
            raise Unreadable(f"stands in itself more than {DEEPEST} deep")


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    while not found or found[-1].form != "end":
        match = _TOKEN.match(text, place)
        if match is None:
            raise Unreadable(_strange(text[place:].lstrip(" \t")))
        form = str(match.lastgroup)
        found.append(_Token(form, match[form]))
        place = match.end()
    return found


def _strange(rest: str) -> str:
    for sign, why in _COMPUTES.items():
        if rest.startswith(sign) or (sign == ".." and re.match(r"[0-9]*\.\.", rest)):
            return why
    if rest[0] in "\"'":
        return "Incomplete: a text does not end, or has a backslash"
    return f"Unexpected token {rest[:20]}"


def _demand(kind: Kind, wanted: Kind, sign: str) -> None:
    if kind != wanted:
        raise Unreadable(f"{sign} takes a {wanted} here, not a {kind}")
