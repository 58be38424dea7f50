"""Update expressions in the few forms that our steps write, which moto takes long to parse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Item = dict[str, Any]

SECTION = re.compile(r"(SET|ADD|REMOVE) (.+?)(?= (?:SET|ADD|REMOVE) |$)")
NAME = r"#?[A-Za-z]\w*"
TERM = rf"(?:{NAME}|:\w+|if_not_exists\({NAME}, :\w+\))"
SETTING = re.compile(rf"({NAME}) = ({TERM})(?: ([+-]) ({TERM}))?")
ADDING = re.compile(rf"({NAME}) (:\w+)")
REMOVING = re.compile(NAME)
DEFAULT = re.compile(rf"if_not_exists\(({NAME}), (:\w+)\)")
PARTS = re.compile(r", (?![^()]*\))")


def updated(
    item: Item, expression: str, names: Mapping[str, str], values: Mapping[str, Any]
) -> Item | None:
    """The item after an update; None where the expression has another form.

    All that stands on the right is what the item had before, as in DynamoDB.
    """
    said = [*SECTION.finditer(expression)]
    if " ".join(each[0] for each in said) != expression:
        return None
    after = dict(item)
    for section in said:
        for part in PARTS.split(section[2]):
            try:
                done = _done(section[1], part, item, after, names, values)
            except KeyError:
                return None
            if not done:
                return None
    return after


def _done(
    kind: str,
    part: str,
    item: Item,
    after: Item,
    names: Mapping[str, str],
    values: Mapping[str, Any],
) -> bool:
    if kind == "SET" and (to := SETTING.fullmatch(part)):
        value = _value(to[2], item, names, values)
        if to[3]:
            value = _sum(value, _value(to[4], item, names, values), -1 if to[3] == "-" else 1)
        after[names.get(to[1], to[1])] = value
    elif kind == "ADD" and (add := ADDING.fullmatch(part)):
        name = names.get(add[1], add[1])
        after[name] = _sum(item.get(name, {"N": "0"}), values[add[2]], 1)
    elif kind == "REMOVE" and REMOVING.fullmatch(part):
        after.pop(names.get(part, part), None)
    else:
        return False
    return True


def _value(
    term: str, item: Item, names: Mapping[str, str], values: Mapping[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any]
    if default := DEFAULT.fullmatch(term):
        name = names.get(default[1], default[1])
        found = item[name] if name in item else values[default[2]]
    elif term.startswith(":"):
        found = values[term]
    else:
        found = item[names.get(term, term)]
    return found


def _sum(one: dict[str, Any], other: dict[str, Any], sign: int) -> dict[str, Any]:
    """The sum of two numbers; raises KeyError for what is none, such as a set."""
    return {"N": str(Decimal(one["N"]) + sign * Decimal(other["N"]))}
