"""When a warehouse sends: cut-offs on its own clock, holidays, closures, and days that are full."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.core.parties import Address
from oms.master.warehouse import Warehouse
from oms.sourcing.routing import departure, route, why_not

BERLIN = ZoneInfo("Europe/Berlin")
BAVARIA = Warehouse(
    id="A",
    name="Lager A",
    address=Address("Lager", "Hallenweg 2", "85748", "Garching", "DE"),
    cut_off={"standard": "15:00", "express": "17:30"},
    region="BY",
)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def leaves(now: datetime, method: str = "standard", **fields: Any) -> str:
    found = departure(replace(BAVARIA, **fields), method, now)
    return found.isoformat()


@pytest.mark.parametrize(
    ("now", "method", "expected"),
    [
        ("2026-11-23T15:00:00", "standard", "2026-11-23T15:00:00+01:00"),
        ("2026-11-23T15:00:01", "standard", "2026-11-24T15:00:00+01:00"),
        ("2026-11-23T15:00:01", "express", "2026-11-23T17:30:00+01:00"),
        ("2026-11-27T16:00:00", "standard", "2026-11-30T15:00:00+01:00"),
        # Christmas is on a Friday; the 24th is a working day unless the merchant closes.
        ("2026-12-24T16:00:00", "standard", "2026-12-28T15:00:00+01:00"),
        # Epiphany and All Saints' are holidays in Bavaria and not in Hamburg.
        ("2027-01-05T16:00:00", "standard", "2027-01-07T15:00:00+01:00"),
        ("2027-03-25T16:00:00", "standard", "2027-03-30T15:00:00+02:00"),
    ],
)
def test_it_leaves_at_the_methods_cut_off_of_the_next_working_day(
    now: str, method: str, expected: str
) -> None:
    assert leaves(at(now), method) == expected


def test_holidays_are_those_of_the_region() -> None:
    epiphany = date(2027, 1, 6)
    assert why_not(BAVARIA, epiphany) == "holiday"
    assert why_not(replace(BAVARIA, region="HH"), epiphany) == ""
    austria = replace(BAVARIA, region="9", address=replace(BAVARIA.address, country="AT"))
    assert why_not(austria, date(2026, 10, 26)) == "holiday"
    nowhere = replace(BAVARIA, region=None, address=replace(BAVARIA.address, country="XX"))
    assert why_not(nowhere, date(2026, 12, 25)) == ""


def test_assumption_day_is_kept_only_by_a_warehouse_that_says_so() -> None:
    assumption = date(2028, 8, 15)
    assert why_not(BAVARIA, assumption) == ""
    assert why_not(replace(BAVARIA, holidays=("public", "catholic")), assumption) == "holiday"


def test_own_closures_count_such_as_christmas_eve() -> None:
    closed: dict[str, Any] = {"closures": (date(2026, 12, 24), date(2026, 12, 31))}
    assert leaves(at("2026-12-23T16:00:00"), **closed) == "2026-12-28T15:00:00+01:00"
    assert leaves(at("2026-12-30T16:00:00"), **closed) == "2027-01-04T15:00:00+01:00"


def test_the_hour_of_the_wall_counts_across_the_change_to_summer_time() -> None:
    """On 28 March 2027 the clock jumps from 2 to 3: three o'clock comes an hour sooner after it."""
    nowhere = replace(BAVARIA, region=None, address=replace(BAVARIA.address, country="XX"))
    before = departure(nowhere, "standard", at("2027-03-26T14:00:00"))
    after = departure(nowhere, "standard", at("2027-03-26T16:00:00"))
    assert (before.hour, after.hour) == (15, 15)
    assert (before.astimezone(UTC).hour, after.astimezone(UTC).hour) == (14, 13)
    assert after.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=71)


def test_an_hour_that_the_clock_skips_or_repeats_is_a_real_moment() -> None:
    cairo = ZoneInfo("Africa/Cairo")  # springs forward on Fridays at midnight
    there = replace(
        BAVARIA,
        time_zone="Africa/Cairo",
        region=None,
        address=replace(BAVARIA.address, country="XX"),
        cut_off={"standard": "00:30"},
    )
    found = departure(there, "standard", at("2027-04-29T12:00:00", cairo))
    assert found == found.astimezone(UTC).astimezone(cairo)
    assert (found.date(), found.hour, found.minute) == (date(2027, 4, 30), 1, 30)
    # Autumn: the first of both half past eleven counts; in the second it has passed.
    twice = replace(there, cut_off={"standard": "23:30"})
    second = datetime(2027, 10, 28, 23, 15, tzinfo=cairo, fold=1)
    assert departure(twice, "standard", second).date() == date(2027, 10, 29)
    first = datetime(2027, 10, 28, 23, 15, tzinfo=cairo)
    assert departure(twice, "standard", first) - first.astimezone(UTC) == timedelta(minutes=15)


def test_a_full_day_puts_it_off_and_another_warehouse_may_be_sooner() -> None:
    now, today = at("2026-11-23T10:00:00"), date(2026, 11, 23)
    first = replace(BAVARIA, capacity=2, priority=1)
    second = replace(BAVARIA, id="B", priority=2)

    def full(warehouse: Warehouse, day: date) -> bool:
        return warehouse.id == "A" and day == today

    assert departure(first, "standard", now, full).date() == date(2026, 11, 24)
    both = route(
        {"S": 1}, {"S": {"A": 1, "B": 1}}, [first, second], method="standard", now=now, full=full
    )
    assert both.shares[0].location == "B"
    alone = route({"S": 1}, {"S": {"A": 1}}, [first], method="standard", now=now, full=full)
    assert alone.shares[0].ship_by.date() == date(2026, 11, 24)
    assert alone.shares[0].capacity == 2
    assert "A: not earlier: 2026-11-23 full" in alone.shares[0].reasons


def test_a_warehouse_that_is_full_for_ever_still_names_a_day() -> None:
    always = departure(
        replace(BAVARIA, capacity=1), "standard", at("2026-11-23T10:00:00"), lambda *_: True
    )
    assert always.date() == date(2027, 2, 22)


@given(
    st.integers(0, 8 * 365 * 24 * 3600),
    st.sampled_from(["Europe/Berlin", "Africa/Cairo", "America/New_York", "Pacific/Apia"]),
    st.times(),
)
def test_it_never_leaves_before_now_and_never_on_a_day_off(
    seconds: int, zone: str, cut_off: time
) -> None:
    place = replace(BAVARIA, time_zone=zone, cut_off={"standard": f"{cut_off:%H:%M}"})
    aware = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    found = departure(place, "standard", aware)
    assert found.astimezone(UTC) >= aware
    assert why_not(place, found.date()) == ""
    assert found == found.astimezone(UTC).astimezone(ZoneInfo(zone))
