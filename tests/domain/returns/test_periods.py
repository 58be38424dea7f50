"""A period ends on the day that the law says, and for the consumer never too early."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oms.core.calendar import is_holiday_anywhere
from oms.returns.periods import consumer_end, day_of, refund_end


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00")


@pytest.mark.parametrize(
    ("since", "ends"),
    [
        ("2026-11-02", "2026-11-16"),  # § 187 (1), § 188 (1): the day itself does not count
        ("2026-10-31", "2026-11-16"),  # a Saturday moves to Monday (§ 193)
        ("2026-12-11", "2026-12-28"),  # the first day of Christmas, then a weekend
        ("2026-10-17", "2026-11-02"),  # Reformation Day is one in nine states; then Sunday
        ("2026-12-23", "2027-01-07"),  # Epiphany is one in three states
    ],
)
def test_the_consumer_has_fourteen_days_and_a_working_day(since: str, ends: str) -> None:
    assert consumer_end(at(since), "DE") == date.fromisoformat(ends)


def test_we_have_no_holiday_of_a_single_state() -> None:
    assert refund_end(at("2026-12-23")) == date(2027, 1, 6)
    assert refund_end(at("2026-12-11")) == date(2026, 12, 28)


def test_the_day_is_the_one_in_germany() -> None:
    assert day_of(at("2026-07-01", hour=22)) == date(2026, 7, 2)
    assert consumer_end(at("2026-07-01", hour=22), "DE") == date(2026, 7, 16)


def test_a_country_without_known_holidays_has_weekends() -> None:
    assert consumer_end(at("2026-10-31"), "XX") == date(2026, 11, 16)


@given(st.integers(0, 24 * 3_650), st.sampled_from(["DE", "AT"]))
def test_a_period_is_never_short_and_never_ends_on_a_day_off(hours: int, where: str) -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    end = consumer_end(began, where)
    assert timedelta(14) <= end - day_of(began) <= timedelta(21)
    assert end.weekday() < 5
    assert not is_holiday_anywhere(end, where)
