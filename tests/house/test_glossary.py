"""The glossary keeps every class of the domain and every event, and nothing that is gone."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from oms_aws.notices.event_types import TOLD_BY
from tests.house.tree import IN_LAMBDA, ROOT, listed, modules, parsed

TEXT = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
DOMAIN = Path("layers/domain/python/oms")
ROOMS = {"master data": "master"}
"""Headings of the page that are not the name of their room."""

NAME = re.compile(r"`([^`]+)`")
LONGEST_MEANING = 190


class Term(NamedTuple):
    """A row of the page; `names` is what the term is called in the code."""

    room: str
    term: str
    german: str
    meaning: str
    names: tuple[str, ...]


class Class(NamedTuple):
    """A public class; `tag` is the type of an event, None of a value."""

    module: Path
    name: str
    tag: str | None
    docstring: str | None

    @property
    def room(self) -> str:
        return self.module.relative_to(DOMAIN).parts[0]


def rows(text: str) -> Iterator[tuple[str, list[str]]]:
    """The rows of the page's tables, each with the room whose section it is in."""
    room = ""
    for line in text.splitlines():
        if line.startswith("## "):
            heading = line.removeprefix("## ").lower()
            room = ROOMS.get(heading, heading)
        elif line.startswith("| ") and not line.startswith(("| ---", "| term |", "| event |")):
            yield room, [cell.strip() for cell in line.split("|")[1:-1]]


def terms(text: str) -> list[Term]:
    return [
        Term(room, term, german, meaning, tuple(NAME.findall(names)))
        for room, (term, german, meaning, names) in (
            each for each in rows(text) if len(each[1]) > 2
        )
    ]


def events(text: str) -> dict[str, dict[str, str]]:
    """Meanings of events by type, by room."""
    found: dict[str, dict[str, str]] = {}
    for room, cells in rows(text):
        if len(cells) == 2:
            found.setdefault(room, {})[cells[0].strip("`")] = cells[1].removesuffix(".")
    return found


@cache
def classes(*trees: str) -> list[Class]:
    return [
        Class(
            module,
            node.name,
            next((ast.literal_eval(k.value) for k in node.keywords if k.arg == "tag"), None),
            ast.get_docstring(node),
        )
        for module in modules(*trees)
        for node in parsed(module).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    ]


def values() -> list[Class]:
    return [each for each in classes(str(DOMAIN)) if each.tag is None]


def kept_as(found: Iterable[Class]) -> set[tuple[str, str]]:
    """Room and name under which the page keeps each class.

    That is the class's name, or `module.Name` where two classes of a room share it.
    """
    found = list(found)
    often = Counter((each.room, each.name) for each in found)
    return {
        (
            each.room,
            each.name if often[each.room, each.name] == 1 else f"{each.module.stem}.{each.name}",
        )
        for each in found
    }


@cache
def identifiers() -> frozenset[str]:
    """All names that the code gives: to modules, steps, classes, functions and values."""
    found: set[str] = set()
    for module in modules(*IN_LAMBDA, "local"):
        found |= {module.stem, *module.parts}
        for node in ast.walk(parsed(module)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                found.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
    return frozenset(found)


def breaches(text: str, found: Iterable[Class]) -> Iterator[str]:
    """Classes that the page lacks or keeps twice or elsewhere, and names that are gone."""
    found = list(found)
    wanted, known = kept_as(found), {each.name for each in found}
    said = Counter((each.room, name) for each in terms(text) for name in each.names)
    yield from (f"{room}: no term has `{name}`" for room, name in wanted - said.keys())
    yield from (f"{room}: two terms have `{name}`" for (room, name), n in said.items() if n > 1)
    for room, name in said.keys() - wanted:
        if name in known or name not in identifiers():
            yield f"{room}: there is no `{name}` in this room"


def test_every_class_of_the_domain_is_kept_and_none_that_is_gone() -> None:
    found = sorted(breaches(TEXT, values()))
    assert not found, listed(found)


def test_every_event_is_kept_in_the_room_that_tells_it() -> None:
    assert events(TEXT) == TOLD_BY


def test_every_term_stands_once_with_its_german_word_and_a_short_meaning() -> None:
    found = terms(TEXT)
    twice = [term for term, n in Counter(each.term for each in found).items() if n > 1]
    assert not twice, listed(twice)
    for each in found:
        assert each.german, each.term
        assert each.names, f"{each.term} has no name in the code"
        assert each.meaning.endswith("."), each.term
        assert len(each.meaning) <= LONGEST_MEANING, f"{each.term}: {len(each.meaning)}"


def test_an_event_bears_the_name_of_its_type() -> None:
    for each in classes(*IN_LAMBDA):
        if each.tag is not None:
            noun, _, verb = each.tag.partition(".")
            assert each.name in (noun + verb, verb), each.module


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ("`Hold`", "`Unhold`"),
            ["orders: no term has `Hold`", "orders: there is no `Unhold` in this room"],
        ),
        (("`Finding` `Weight`", "`Finding`"), ["orders: no term has `Weight`"]),
        (("`Refund`", "`Refund` `Capture`"), ["orders: two terms have `Capture`"]),
        (("`Parcel` ", "`Parcel` `Invoice` "), ["orders: there is no `Invoice` in this room"]),
        (
            ("`collecting.Part`", "`Part`"),
            ["billing: no term has `collecting.Part`", "billing: there is no `Part` in this room"],
        ),
        (("`on_hand`", "`in_hand`"), ["sourcing: there is no `in_hand` in this room"]),
    ],
)
def test_what_the_page_lacks_or_keeps_in_vain_is_found(
    change: tuple[str, str], expected: list[str]
) -> None:
    assert change[0] in TEXT
    assert sorted(breaches(TEXT.replace(*change), values())) == expected
