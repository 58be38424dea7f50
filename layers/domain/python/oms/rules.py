"""Rules that a merchant edits: decision tables in JDM (GoRules), checked before they decide."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import zen

Graph = Mapping[str, Any]
Faults = dict[str, str]

NODES = frozenset({"inputNode", "outputNode", "decisionTableNode", "expressionNode"})
"""What a rule set may be made of; functions, which run JavaScript and call out, are not."""

MOST_BYTES = 100_000
MOST_NODES = 20
MOST_ROWS = 500
LONGEST_CELL = 300
_TEXTS = re.compile(r"\"[^\"]*\"|'[^']*'")
_NAMES = re.compile(r"(?<![\w.$])[A-Za-z_]\w*(?!\w*\s*\()")
_WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})


def decide(graph: Graph, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows that apply to the facts; raises RuntimeError for a graph that cannot be run."""
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    result: Any = decision.evaluate(dict(facts))["result"]
    return _rows(result if isinstance(result, list) else [result])


def faults(graph: Graph, *, facts: Collection[str], gives: Collection[str]) -> Faults:
    """What is wrong with a graph, by its place; only one without faults may be run.

    The engine passes over a cell that it cannot read, so each is read here first. `facts` are the
    names that conditions may use, `gives` the columns that every table must give.
    """
    if len(json.dumps(graph)) > MOST_BYTES:
        return {"graph": f"more than {MOST_BYTES} bytes"}
    nodes, edges = _rows(graph.get("nodes")), _rows(graph.get("edges"))
    if not 0 < len(nodes) <= MOST_NODES:
        return {"graph": f"needs a list of at most {MOST_NODES} nodes, and one of edges"}
    return dict(_wrong(nodes, edges, facts, gives))


def _wrong(
    nodes: list[dict[str, Any]],
    edges: list[dict[str, Any]],
    facts: Collection[str],
    gives: Collection[str],
) -> Iterator[tuple[str, str]]:
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
    if _circular(ids, edges):
        yield "edges", "run in a circle"
    known = {*facts, *_made(nodes)}
    for number, node in enumerate(nodes):
        content = node.get("content")
        content = content if isinstance(content, dict) else {}
        if node.get("type") == "decisionTableNode":
            yield from _table(f"nodes.{number}", content, known, gives)
        if node.get("type") == "expressionNode":
            for row, each in enumerate(_rows(content.get("expressions"))):
                place = f"nodes.{number}.expressions.{row}"
                yield from _cell(place, each.get("value"), known)


def _ends(edge: Mapping[str, Any]) -> tuple[str, str]:
    return str(edge.get("sourceId")), str(edge.get("targetId"))


def _circular(ids: list[str], edges: list[dict[str, Any]]) -> bool:
    left = set(ids)
    while left:
        fed = {target for source, target in map(_ends, edges) if source in left}
        free = left - fed
        if not free:
            return True
        left -= free
    return False


def _made(nodes: list[dict[str, Any]]) -> set[str]:
    """The names that expression nodes make."""
    return {
        str(each.get("key"))
        for node in nodes
        if node.get("type") == "expressionNode" and isinstance(node.get("content"), dict)
        for each in _rows(node["content"].get("expressions"))
    }


def _rows(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _table(
    place: str, content: Mapping[str, Any], known: Collection[str], gives: Collection[str]
) -> Iterator[tuple[str, str]]:
    inputs, outputs = _rows(content.get("inputs")), _rows(content.get("outputs"))
    rules = _rows(content.get("rules"))
    if content.get("hitPolicy") != "collect":
        yield f"{place}.hitPolicy", "must be collect: every row that applies counts"
    if missing := set(gives) - {str(each.get("field")) for each in outputs}:
        yield f"{place}.outputs", f"lacks {', '.join(sorted(missing))}"
    if len(rules) > MOST_ROWS:
        yield f"{place}.rules", f"more than {MOST_ROWS} rows"
        return
    for number, rule in enumerate(rules):
        for column in (*inputs, *outputs):
            cell = rule.get(str(column.get("id")), "")
            unary = column in inputs and bool(column.get("field"))
            if cell == "" and column in inputs:
                continue
            yield from _cell(f"{place}.rules.{number}.{column.get('id')}", cell, known, unary=unary)


def _cell(
    place: str, text: Any, known: Collection[str], *, unary: bool = False
) -> Iterator[tuple[str, str]]:
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_CELL:
        yield place, f"must be an expression of 1 to {LONGEST_CELL} characters"
        return
    read = zen.validate_unary_expression if unary else zen.validate_expression
    if wrong := read(text):
        yield place, str(wrong.get("source", wrong))[:200]
        return
    strange = {*_NAMES.findall(_TEXTS.sub("", text))} - _WORDS - {*known}
    if strange:
        yield place, f"knows no {', '.join(sorted(strange))}"
