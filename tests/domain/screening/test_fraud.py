"""Fraud rules explain every point, refuse to be broken, and never run what they must not."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.core.parties import Address
from oms.orders.money_parts import Payment
from oms.screening.fraud import FACTS, check_fraud, facts_of, objections, weigh
from oms.screening.ruleset import Case, Ruleset
from oms_aws.screening.rulesets import _brought_along
from tests.domain.orders.test_order_properties import new_order

RULES = _brought_along("fraud")


def changed(**rule: str) -> Ruleset:
    """The rules with their first row changed."""
    graph = copy.deepcopy(RULES.graph)
    graph["nodes"][1]["content"]["rules"][0] |= rule
    return replace(RULES, graph=graph)


def test_what_auftakt_brings_along_holds_its_own_golden_cases() -> None:
    assert objections(RULES) == {}


@pytest.mark.parametrize(
    ("facts", "indicators", "verdict"),
    [
        ({}, [], "pass"),
        ({"blocked": True}, ["blocklist"], "refuse"),
        ({"blocked": True, "allowed": True}, ["blocklist"], "pass"),
        ({"orders_by_email_1h": 4}, ["velocity_email"], "pass"),
        (
            {"orders_by_email_1h": 4, "orders_by_ip_1h": 6},
            ["velocity_email", "velocity_ip"],
            "hold",
        ),
        (
            {"orders_by_payment_24h": 4, "disposable_mail": True},
            ["velocity_payment", "disposable_mail"],
            "hold",
        ),
        ({"country_mismatch": True}, ["country_mismatch"], "pass"),
        ({"name_likeness": 10}, ["name_mismatch"], "pass"),
        ({"new_customer": True, "total": 1000}, ["high_value_new_customer"], "pass"),
        ({"new_customer": True, "total": 1000, "business": True}, [], "pass"),
        ({"night": True, "orders_by_ip_1h": 3}, ["night_burst"], "pass"),
        ({"night": True}, [], "pass"),
    ],
)  # fmt: skip
def test_each_indicator_speaks_for_itself(
    facts: dict[str, Any], indicators: list[str], verdict: str
) -> None:
    weighed = weigh(RULES, {**FACTS, **facts})
    assert [row["indicator"] for row in weighed.indicators] == indicators
    assert weighed.verdict == verdict
    assert weighed.score == sum(row["points"] for row in weighed.indicators)


def test_a_finding_explains_every_point_in_both_languages() -> None:
    facts = {**FACTS, "disposable_mail": True, "country_mismatch": True}
    finding = check_fraud(RULES, facts)
    assert (finding.verdict, finding.reason) == ("hold", "fraud_suspected")
    assert finding.data["score"] == 50
    assert finding.data["facts"] == facts
    assert "The mail address is a disposable one (+30)" in finding.text
    assert "Die E-Mail-Adresse ist eine Wegwerfadresse (+30)" in finding.text_de


def test_the_facts_of_an_order() -> None:
    night = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    order = replace(
        new_order([2], True),
        placed_at=night,
        shipping_address=Address("Jan Novák", "Ulice 5", "110 00", "Praha", "CZ"),
        payment=Payment("card", "authorised", Decimal("7.90"), "P-1"),
    )
    order = replace(order, customer=replace(order.customer, email="x@MAILINATOR.com"))
    facts = facts_of(order, {"orders_by_ip_1h": 3}, blocked=False, allowed=False, new=True)
    assert facts.keys() == FACTS.keys()
    assert facts["disposable_mail"]
    assert facts["country_mismatch"]
    assert facts["name_likeness"] < 50
    assert (facts["night"], facts["hour"]) == (True, 2)
    assert (facts["total"], facts["pieces"], facts["orders_by_ip_1h"]) == (7, 2, 3)


@pytest.mark.parametrize(
    ("hour", "night"),
    [
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 2, 30, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 3, 30, tzinfo=UTC), False),
        (datetime(2026, 10, 25, 3, 30, tzinfo=UTC), True),
    ],
)
def test_night_is_what_the_clock_on_the_wall_says(hour: datetime, night: bool) -> None:
    order = replace(new_order([1], True), placed_at=hour)
    assert facts_of(order, {}, blocked=False, allowed=False, new=False)["night"] is night


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"when": "blocked >>> 3"}, "Unexpected token"),
        ({"when": "bloked"}, "knows no bloked"),
        ({"when": "x" * 400}, "300 characters"),
        ({"points": ""}, "300 characters"),
        ({"reason": "no text"}, "knows no no"),
        ({"reason": '"no text'}, "Incomplete"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(rule: dict[str, str], what: str) -> None:
    ((place, why),) = objections(changed(**rule)).items()
    assert place.startswith("nodes.1.rules.0.")
    assert what in why


def graph_with(node: dict[str, Any]) -> Ruleset:
    graph = copy.deepcopy(RULES.graph)
    graph["nodes"].append(node)
    return replace(RULES, graph=graph)


@pytest.mark.parametrize("kind", ["functionNode", "customNode", "decisionNode", "switchNode", None])
def test_a_node_that_runs_code_or_calls_out_is_refused(kind: str | None) -> None:
    rules = graph_with({"id": "x", "type": kind, "content": {"source": "export default 1"}})
    assert "nodes.3.type" in objections(rules)


def test_a_graph_in_a_circle_is_refused() -> None:
    graph = copy.deepcopy(RULES.graph)
    graph["edges"].append({"id": "e3", "sourceId": "points", "targetId": "indicators"})
    assert "edges" in objections(replace(RULES, graph=graph))


def test_a_graph_that_is_too_large_is_refused() -> None:
    assert "graph" in objections(
        graph_with({"id": "x", "type": "expressionNode", "n": "x" * 200_000})
    )


@pytest.mark.parametrize("graph", [{}, {"nodes": 1}, {"nodes": [], "edges": []}, {"nodes": [{}]}])
def test_what_is_no_graph_is_refused(graph: dict[str, Any]) -> None:
    assert objections(replace(RULES, graph=graph))


def test_a_golden_case_that_comes_out_wrong_is_named() -> None:
    rules = replace(RULES, golden=(Case({"disposable_mail": True}, "refuse"),))
    assert objections(rules) == {"golden.0": "is pass with 30 points, not refuse"}
    assert "golden.0" in objections(replace(RULES, golden=(Case({"moon": "full"}, "pass"),)))


def test_rules_that_stop_an_ordinary_order_are_refused() -> None:
    assert "ordinary order" in objections(changed(when="total > 10"))


def test_thresholds_are_in_order() -> None:
    assert "hold_from" in objections(replace(RULES, hold_from=200))


def test_rules_that_cannot_be_run_leave_the_order_to_a_clerk() -> None:
    finding = check_fraud(changed(points='"many"'), {**FACTS, "blocked": True})
    assert (finding.verdict, finding.reason) == ("hold", "fraud_unchecked")


@settings(max_examples=60, deadline=None)
@example({"nodes": [{"type": []}]})
@example({"nodes": [{"type": "inputNode"}], "edges": [{"sourceId": [], "targetId": {}}]})
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["nodes", "edges", "id", "type", "content", "rules", "inputs"])
                | st.text(max_size=5),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    ).filter(lambda value: isinstance(value, dict))
)
def test_no_graph_of_a_merchant_breaks_the_check(graph: Any) -> None:
    assert objections(replace(RULES, graph=graph))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([n for n in FACTS if n.startswith("orders_")]), st.integers(0, 100)
    )
)
def test_more_orders_never_make_an_order_less_suspect(counts: dict[str, int]) -> None:
    fewer = weigh(RULES, {**FACTS, **{name: n // 2 for name, n in counts.items()}}).score
    assert fewer <= weigh(RULES, {**FACTS, **counts}).score
