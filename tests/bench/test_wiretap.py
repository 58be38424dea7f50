"""Capacity is counted as DynamoDB counts it."""

from __future__ import annotations

import pytest

from bench.gear.wiretap import indexed, read, size, written

SMALL = {"pk": {"S": "a"}}
LARGE = {"pk": {"S": "a" * 5000}}
CONSUMED = {
    "TableName": "t",
    "CapacityUnits": 7.0,
    "GlobalSecondaryIndexes": {"gsi1": {"CapacityUnits": 3.0}},
}


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    item = {"ab": {"S": "ä"}, "n": {"N": "1234"}, "l": {"L": [{"S": "xy"}, {"BOOL": True}]}}
    assert size(item) == (2 + 2) + (1 + 3) + (1 + 3 + 2 + 2 + 1)


@pytest.mark.parametrize(("item", "expected"), [(SMALL, 1.0), (LARGE, 2.0)])
def test_a_consistent_get_reads_a_unit_for_four_kilobytes(
    item: dict[str, dict[str, str]], expected: float
) -> None:
    assert read({"Item": item}, {"ConsistentRead": True}) == expected
    assert read({"Item": item}, {}) == expected / 2


def test_what_is_not_there_is_read_all_the_same() -> None:
    asked = {"RequestItems": {"t": {"Keys": [{}, {}, {}], "ConsistentRead": True}}}
    assert read({"Responses": {"t": [LARGE]}}, asked) == 4.0
    assert read({}, {"ConsistentRead": True}) == 1.0


def test_a_query_reads_its_items_together() -> None:
    assert read({"Items": [SMALL] * 10}, {"ConsistentRead": True}) == 1.0


def test_writes_are_what_the_table_says_they_took() -> None:
    assert written({"ConsumedCapacity": [CONSUMED, CONSUMED]}, {}) == 14.0
    assert written({"ConsumedCapacity": CONSUMED}, {}) == 7.0
    assert indexed({"ConsumedCapacity": CONSUMED}) == 3.0


def test_a_refused_transaction_costs_what_its_attempt_does() -> None:
    asked = {"TransactItems": [{"Put": {"Item": LARGE}}, {"ConditionCheck": {}}]}
    assert written({}, asked) == 12.0
