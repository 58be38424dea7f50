"""A benchmark prints one line of JSON and says honestly which targets it met."""

from __future__ import annotations

import json

import pytest

from bench.gear.load import basket, order, percentiles
from bench.gear.report import Target, publish


def test_a_result_is_one_line_and_not_met_while_one_target_is_missed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    targets = [Target("rate", 9, at_least=8), Target("p99", 501, at_most=500)]
    publish("x", {"cpu_msteps": 1.0}, {"a": {"b": 1}}, targets, quietly=False)
    out, err = capsys.readouterr()
    result = json.loads(out)
    assert out.count("\n") == 1
    assert [target["met"] for target in result["targets"]] == [True, False]
    assert not result["met"]
    assert "MISSED  p99" in err


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentiles([*range(1, 101)]) == {"p50_ms": 50, "p95_ms": 95, "p99_ms": 99}
    assert percentiles([7.0]) == {"p50_ms": 7.0, "p95_ms": 7.0, "p99_ms": 7.0}
    assert percentiles([]) == {}


def test_orders_have_three_different_articles_and_are_paid_to_the_cent() -> None:
    assert all(len({sku for sku, _, _ in basket(n)}) == 3 for n in range(30))
    body = order("X-1", basket(0))
    goods = sum(float(line["unit_price"]) * line["quantity"] for line in body["lines"])
    assert float(body["payment"]["amount"]) == pytest.approx(goods + 4.90)
