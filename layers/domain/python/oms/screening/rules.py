"""Rules that a merchant edits: decision tables in JDM (GoRules), checked before they decide."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import zen

from oms.screening.cells import WORDS, Kind, Unreadable, kind_of, read, read_tests

Graph = Mapping[str, Any]
Faults = dict[str, str]

NODES = frozenset({"inputNode", "outputNode", "decisionTableNode", "expressionNode"})
"""What a rule set may be made of; functions, which run JavaScript and call out, are not."""

MOST_BYTES = 100_000
MOST_NODES = 20
MOST_EDGES = 100
MOST_ROWS = 500
MOST_COLUMNS = 40
LONGEST_CELL = 300
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_PLAIN: Mapping[str, tuple[Any, ...]] = {
    "passThrough": (None, False, True),
    "executionMode": (None, "", "single"),
    "inputField": (None, ""),
    "outputPath": (None, ""),
}
"""Settings of a node that runs its cells once, over what it is given."""

_SETTINGS: Mapping[str, frozenset[str]] = {
    "decisionTableNode": frozenset({"hitPolicy", "inputs", "outputs", "rules", *_PLAIN}),
    "expressionNode": frozenset({"expressions", *_PLAIN}),
}


def decide(graph: Graph, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that apply to the facts; raises RuntimeError for a graph that cannot be run."""
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    result: Any = decision.evaluate(dict(facts))["result"]
    return _rows(result if isinstance(result, list) else [result])


def faults(graph: Graph, *, facts: Mapping[str, Any], gives: Collection[str]) -> Faults:
    """Faults of a graph, by their place; only one without faults may be run.

    The engine passes over a cell that it cannot read, and would run what computes without end, so
    each is read here first. `facts` are the names that conditions may use, each with an example of
    its value; `gives` the columns that every table must give.
    """
    if len(json.dumps(graph)) > MOST_BYTES:
        return {"graph": f"more than {MOST_BYTES} bytes"}
    nodes, edges = _rows(graph.get("nodes")), _rows(graph.get("edges"))
    if not 0 < len(nodes) <= MOST_NODES or len(edges) > MOST_EDGES:
        return {"graph": f"needs a list of at most {MOST_NODES} nodes, and one of edges"}
    if wrong := dict(_wrong(nodes, edges)):
        return wrong
    names = {name: kind_of(value) for name, value in facts.items()}
    return dict(_unreadable(nodes, edges, names, gives))


def _wrong(nodes: list[dict[str, Any]], edges: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    kinds = [str(node.get("type")) for node in nodes]
    for number, kind in enumerate(kinds):
        if kind not in NODES:
            yield f"nodes.{number}.type", f"must be one of {', '.join(sorted(NODES))}"
    for kind in ("inputNode", "outputNode"):
        if kinds.count(kind) != 1:
            yield "nodes", f"needs one {kind}"
    ids = [str(node.get("id")) for node in nodes]
    if len(set(ids)) < len(ids):
        yield "nodes", "an id stands twice"
    for number, edge in enumerate(edges):
        if not {*_ends(edge)} <= set(ids):
            yield f"edges.{number}", "leads from or to no node"
    if len(_in_turn(ids, edges)) < len(ids):
        yield "edges", "run in a circle"
    for number, node in enumerate(nodes):
        yield from _set_otherwise(f"nodes.{number}", node)


def _set_otherwise(place: str, node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Settings of a node that make it do more than run its cells once."""
    known = _SETTINGS.get(str(node.get("type")), frozenset())
    for name, value in _content(node).items():
        if value and name not in known:
            yield f"{place}.{name}", "is a setting that is not let in"
        elif name in _PLAIN and value not in _PLAIN[name]:
            yield f"{place}.{name}", "must be left out: cells are run once, over the facts"


def _unreadable(
    nodes: list[dict[str, Any]],
    edges: list[dict[str, Any]],
    names: dict[str, Kind],
    gives: Collection[str],
) -> Iterator[tuple[str, str]]:
    """Cells that are not let in, node by node as they are run: later ones may use earlier names."""
    places = {str(node.get("id")): (f"nodes.{n}", node) for n, node in enumerate(nodes)}
    for place, node in (places[id] for id in _in_turn([*places], edges)):
        if node.get("type") == "decisionTableNode":
            yield from _table(place, _content(node), names, gives)
        if node.get("type") == "expressionNode":
            made: dict[str, Kind] = {}
            for row, each in enumerate(_rows(_content(node).get("expressions"))):
                yield from _expression(f"{place}.expressions.{row}", each, names, made)
            names |= made


def _expression(
    place: str, each: Mapping[str, Any], names: Mapping[str, Kind], made: dict[str, Kind]
) -> Iterator[tuple[str, str]]:
    key = str(each.get("key"))
    if not _NAME.fullmatch(key) or key in WORDS or key in names or key in made:
        yield place, "needs a key of its own, of letters, digits and _"
        return
    try:
        made[key] = read(_cell(each.get("value")), names)
    except Unreadable as error:
        yield place, str(error)


def _content(node: Mapping[str, Any]) -> Mapping[str, Any]:
    content = node.get("content")
    return content if isinstance(content, dict) else {}


def _ends(edge: Mapping[str, Any]) -> tuple[str, str]:
    return str(edge.get("sourceId")), str(edge.get("targetId"))


def _in_turn(ids: list[str], edges: list[dict[str, Any]]) -> list[str]:
    """The nodes as they can be run, each after those that lead to it; without those in a circle."""
    turn: list[str] = []
    left = [*ids]
    while left:
        fed = {target for source, target in map(_ends, edges) if source in left}
        free = [id for id in left if id not in fed]
        if not free:
            break
        turn += free
        left = [id for id in left if id in fed]
    return turn


def _rows(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _table(
    place: str, content: Mapping[str, Any], names: Mapping[str, Kind], gives: Collection[str]
) -> Iterator[tuple[str, str]]:
    inputs, outputs = _rows(content.get("inputs")), _rows(content.get("outputs"))
    rules = _rows(content.get("rules"))
    if content.get("hitPolicy") != "collect":
        yield f"{place}.hitPolicy", "must be collect: every row that applies counts"
    if missing := set(gives) - {str(each.get("field")) for each in outputs}:
        yield f"{place}.outputs", f"lacks {', '.join(sorted(missing))}"
    if len(rules) > MOST_ROWS or len(inputs) + len(outputs) > MOST_COLUMNS:
        yield f"{place}.rules", f"more than {MOST_ROWS} rows or {MOST_COLUMNS} columns"
        return
    for number, column in enumerate(inputs):
        if column.get("field") and str(column["field"]) not in names:
            yield f"{place}.inputs.{number}.field", "is no fact, nor a name made before"
            return
    for number, column in enumerate(outputs):
        if not _NAME.fullmatch(str(column.get("field"))):
            yield f"{place}.outputs.{number}.field", "must be a name of letters, digits and _"
    for number, rule in enumerate(rules):
        for column in (*inputs, *outputs):
            cell = rule.get(str(column.get("id")), "")
            if cell == "" and column in inputs:
                continue
            try:
                _read(cell, column if column in inputs else {}, names, of_input=column in inputs)
            except Unreadable as error:
                yield f"{place}.rules.{number}.{column.get('id')}", str(error)


def _read(
    cell: Any, column: Mapping[str, Any], names: Mapping[str, Kind], *, of_input: bool
) -> None:
    """Raises Unreadable for a cell that is not let in."""
    text = _cell(cell)
    if field := column.get("field"):
        read_tests(text, names[field], names)
    elif read(text, names) != "truth" and of_input:
        raise Unreadable("must be true or false")


def _cell(text: Any) -> str:
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_CELL:
        raise Unreadable(f"must be an expression of 1 to {LONGEST_CELL} characters")
    return text
