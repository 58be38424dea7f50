"""Cells of rules compare and add; whatever loops, grows or looks elsewhere is not let in."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import time
from typing import Any

import pytest
import zen
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.screening.cells import Unreadable, kind_of, read, read_tests
from oms.screening.fraud import FACTS, MOST_LISTED, UNRUNNABLE, check_fraud, objections, weigh
from oms.screening.ruleset import Ruleset
from oms_aws.screening.rulesets import _brought_along

RULES = _brought_along("fraud")
NAMES = {name: kind_of(value) for name, value in FACTS.items()}

COMPUTING = (
    "sum(map([1..1000000000], #)) > 1",
    "some([1..1000000], some([1..1000000], # == total))",
    "count(filter([1..9], all([1..9], # > 1))) > 0",
    "len(flatMap([1..1000], [1..1000])) > 1",
    "total in [1..100000000000]",
    "total in (1..9)",
    "total in ]1..9[",
    'matches(country, "(a{1000}){1000}")',
    'len(split(country, "")) > 0',
    "max([1, 2]) > 1",
    "string(total) == country",
    'd("2026-01-01").add("1d") == 1',
    'country + country == "DEDE"',
    '"a" * 300 == country',
    "`${total}${total}` == country",
    "9 ^ 9 ^ 9 ^ 9 > 1",
    "$root.total > 1",
    "$ > 1",
    "total.x.y == 1",
    'country[0:1] == "D"',
    "[total][0] == 1",
    "{a: 1} == 1",
    "total == 1; true",
    "a = 3",
    "total ?? 1 > 0",
    "total > 0 ? country : 1",
    "true // all",
    "((((((((((((((((((((((((((((((((((((((((((true))))))))))))))))))))))))))))))))))))))))))",
    "not " * 70 + "true",
    "-" * 200 + "1 > 0",
    "9" * 200 + " > 1",
    "1_000 > 1",
    "１ > 0",
    "tоtal > 1",
    'country == "a\\"b"',
    "total > 1\n",
    "total\u00a0> 1",
    "country > 1",
    'country > "A"',
    "total and night",
    "not total",
    "total in 5",
    "total in []",
    "total in [1, [2]]",
    'total in ["a"]',
    "blocked == 1",
    "total",
    '"yes"',
    "null",
    "",
)
"""What a stranger writes where a condition stands."""

PLAIN = (
    "blocked",
    "not blocked and total >= 1000.5",
    "total / pieces > 100 or (night and total % 2 == 0)",
    'country in ["DE", \'AT\'] and currency not in ["EUR"]',
    'payment_method == "card (a..b) # $ `"',
    "(hour < 5 ? total : total * 2) > -100",
    "not (blocked or allowed) == true",
    "country != null",
)


def with_row(rules: Ruleset = RULES, **cells: Any) -> Ruleset:
    graph = copy.deepcopy(rules.graph)
    graph["nodes"][1]["content"]["rules"][0] |= cells
    return replace(rules, graph=graph)


def with_content(**content: Any) -> Ruleset:
    graph = copy.deepcopy(RULES.graph)
    graph["nodes"][1]["content"] |= content
    return replace(RULES, graph=graph)


def with_expressions(*rows: tuple[Any, Any], **content: Any) -> Ruleset:
    """The rules with an expression node before their table."""
    graph = copy.deepcopy(RULES.graph)
    made = [{"id": f"e{n}", "key": key, "value": value} for n, (key, value) in enumerate(rows)]
    content = {"passThrough": True, "expressions": made} | content
    node = {"id": "made", "name": "Made", "type": "expressionNode", "content": content}
    graph["nodes"].append(node)
    source = graph["nodes"][0]["id"]
    graph["edges"] = [
        {**edge, "sourceId": "made"} if edge["sourceId"] == source else edge
        for edge in graph["edges"]
    ]
    graph["edges"].append({"id": "x", "sourceId": source, "targetId": "made"})
    return replace(RULES, graph=graph)


@pytest.mark.parametrize("cell", COMPUTING)
def test_condition_that_computes_is_refused(cell: str) -> None:
    wrong = objections(with_row(when=cell)) if cell else objections(with_row(points=cell))
    assert [place for place in wrong if place.startswith("nodes.1.rules.0.")], wrong


@pytest.mark.parametrize("cell", COMPUTING[:19])
def test_output_or_made_name_that_computes_is_refused(cell: str) -> None:
    assert "nodes.1.rules.0.points" in objections(with_row(points=cell))
    assert "nodes.3.expressions.0" in objections(with_expressions(("made", cell)))


@pytest.mark.parametrize("cell", PLAIN)
def test_condition_that_compares_is_let_in_and_the_engine_reads_it_too(cell: str) -> None:
    assert read(cell, NAMES) == "truth"
    assert not [place for place in objections(with_row(when=cell)) if place.startswith("nodes")]
    assert isinstance(zen.evaluate_expression(cell, dict(FACTS)), bool)


@pytest.mark.parametrize(
    ("field", "cell", "value", "applies"),
    [
        ("total", "> 5", 6, True),
        ("total", "> 5 and < 9", 9, False),
        ("total", "< 3, >= 9", 9, True),
        ("total", "4, 6", 6, True),
        ("total", "not in [4, 6]", 6, False),
        ("total", "in [4, 6]", 6, True),
        ("total", "-5", -5, True),
        ("country", '"DE", "AT"', "AT", True),
        ("country", '!= "DE"', "DE", False),
        ("blocked", "true", True, True),
    ],
)
def test_tests_of_a_field_are_let_in_and_mean_what_they_say(
    field: str, cell: str, value: Any, applies: bool
) -> None:
    read_tests(cell, NAMES[field], NAMES)
    inputs = [{"id": "when", "name": "When", "field": field}]
    rules = with_content(inputs=inputs, rules=[{"_id": "r", "when": cell, **ROW}])
    assert bool(weigh(rules, {**FACTS, field: value}).indicators) is applies


ROW = {"indicator": '"x"', "points": "1", "reason": '"because"', "reason_de": '"darum"'}


@pytest.mark.parametrize(
    "cell", ["[1..9]", "> 5 <", '"DE"', "in [1..9]", "$ > 5", "len($) > 5", ">"]
)
def test_tests_of_a_field_that_compute_are_refused(cell: str) -> None:
    with pytest.raises(Unreadable):
        read_tests(cell, "number", NAMES)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ({"executionMode": "loop"}, "nodes.1.executionMode"),
        ({"inputField": "map([1..100000000], #)"}, "nodes.1.inputField"),
        ({"outputPath": "a.b"}, "nodes.1.outputPath"),
        ({"transform": "1"}, "nodes.1.transform"),
        ({"passThrough": "yes"}, "nodes.1.passThrough"),
        ({"inputs": [{"id": "when", "field": "sum(map([1..9], #))"}]}, "nodes.1.inputs.0.field"),
        ({"inputs": [{"id": "when", "field": ["total"]}]}, "nodes.1.inputs.0.field"),
        ({"inputs": [{"id": f"c{n}"} for n in range(50)]}, "nodes.1.rules"),
    ],
)
def test_setting_that_makes_a_table_do_more_is_refused(content: Any, place: str) -> None:
    assert place in objections(with_content(**content))


def test_texts_cannot_be_doubled_by_one_name_after_another() -> None:
    doubled = [("t0", '"aaaaaaaaaa"'), *((f"t{n}", f"t{n - 1} + t{n - 1}") for n in range(1, 40))]
    assert "nodes.3.expressions.1" in objections(with_expressions(*doubled))
    for key in ("total", "a.b", "in", "", "ｘ", "1a"):
        assert "nodes.3.expressions.0" in objections(with_expressions((key, "1")))
    assert objections(with_expressions(("big", "total > 100"))) == {}


def test_input_that_is_checked_against_a_schema_of_the_merchants_is_refused() -> None:
    graph = copy.deepcopy(RULES.graph)
    graph["nodes"][0]["content"] = {"schema": '{"pattern": "(a+)+$"}'}
    assert "nodes.0.schema" in objections(replace(RULES, graph=graph))


@pytest.mark.parametrize("cell", COMPUTING[:7])
def test_rules_that_were_stored_before_are_not_run(cell: str) -> None:
    started = time.perf_counter()
    finding = check_fraud(with_row(when=cell), FACTS)
    assert (finding.verdict, finding.reason) == ("hold", "fraud_unchecked")
    assert "nodes.1.rules.0.when" in finding.text
    assert time.perf_counter() - started < 1


def test_points_are_bounded() -> None:
    for points in ("1000001", "-999999999999", "999999999999999 * 999999999999"):
        rules = with_row(when="true", points=points)
        with pytest.raises(UNRUNNABLE):
            weigh(rules, FACTS)


def test_finding_lists_the_heaviest_of_many_rows_and_counts_all() -> None:
    row = {**ROW, "when": "true", "reason": f'"{"ä" * 210}"'}
    rows = [{"_id": str(n), **row, "points": str(n)} for n in range(60)]
    finding = check_fraud(with_content(rules=rows), FACTS)
    assert finding.data["score"] == sum(range(60))
    listed = finding.data["indicators"]
    assert [each["points"] for each in listed] == [*range(59, 59 - MOST_LISTED, -1)]
    assert len(json.dumps([finding.text, finding.data], ensure_ascii=False).encode()) < 80_000


def test_heaviest_rules_that_are_let_in_take_little_time_and_memory() -> None:
    """Run in a process of its own, whose memory is bounded."""
    cell = ("(total * total + 1) % 7 > 3 or " * 9)[:-4]
    rows = [{"_id": str(n), "when": cell, **ROW} for n in range(230)]
    rules = with_content(rules=rows)
    assert len(json.dumps(rules.graph)) < 100_000
    assert not [each for each in objections(rules) if each.startswith("nodes")]
    code = (
        "import json, resource, sys, time\n"
        "import zen\n"
        "graph, facts = json.load(sys.stdin)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "started = time.process_time()\n"
        "zen.ZenEngine().create_decision(json.dumps(graph)).evaluate(facts)\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(time.process_time() - started, (after - before) / 1024)\n"
    )
    given = json.dumps([rules.graph, dict(FACTS)])
    done = subprocess.run(
        [sys.executable, "-c", code], input=given, capture_output=True, text=True, check=True
    )
    seconds, megabytes = map(float, done.stdout.split())
    assert seconds < 2
    assert megabytes < 100


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *"()[],.#$`?:;=<>!+-*/%^'\"{}",
                "..",
                "total",
                "country",
                "blocked",
                "and",
                "or",
                "not",
                "in",
                "1",
                "2.5",
                '"DE"',
                "map",
                "sum",
                "null",
                "true",
                " ",
                "==",
                ">=",
                "night",
            ]
        ),
        max_size=14,
    ).map(" ".join)
)
def test_whatever_is_let_in_has_the_kind_that_was_told(cell: str) -> None:
    try:
        told = read(cell, NAMES)
    except Unreadable:
        return
    try:
        value = zen.evaluate_expression(cell, dict(FACTS))
    except RuntimeError:
        return
    kinds = {bool: "truth", int: "number", float: "number", str: "text", type(None): told}
    assert kinds[type(value)] == told
