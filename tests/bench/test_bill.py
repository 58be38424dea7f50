"""What is counted becomes the units that AWS charges."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from bench.gear import bill
from bench.gear.bill import Usage
from bench.prices import PRICES


def test_started_milliseconds_are_charged_whole() -> None:
    used = Usage()
    note = {"read": 1.0, "written": 4.0, "indexed": 1.0, "requests": {"s3 PutObject": 1}}
    used.add({**note, "ms": 4.2, "events": {}})
    used.add({**note, "ms": 0.1, "events": {}})
    assert (used.invocations, used.billed_ms, used.written) == (2, 6, 8.0)
    assert used.requests == Counter({"s3 PutObject": 2})


def test_an_event_is_sent_to_every_queue_that_listens() -> None:
    used = Usage(invocations=1, events=Counter({"Order.Created": 1}))
    assert bill.listeners("Order.Created") > bill.listeners("Unheard.Of") >= 1
    assert bill.units("records/relay_events", used)["sqs"] == bill.listeners("Order.Created")


def test_a_delivery_from_a_queue_is_a_receive_and_a_delete() -> None:
    assert bill.units("orders/start_intake", Usage(invocations=3))["sqs"] == 6


def test_states_inside_a_parallel_count_by_their_calls() -> None:
    used = {"screening/check_price": Usage(invocations=2), "sourcing/route_order": Usage(2)}
    assert bill.transitions({"check": 2, "route_order": 2}, used) == 6


def test_a_thousand_transitions_cost_what_the_table_says() -> None:
    assert bill.charged({"stepfunctions": 1000}) == {"stepfunctions": Decimal("0.025")}


def test_every_unit_has_a_price() -> None:
    assert set(bill.units("orders/receive_order", Usage())) <= set(PRICES)
