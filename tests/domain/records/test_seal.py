"""A sealed day cannot be altered unseen: the root of its events, and the chain of the days."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing.retention import kept_until
from oms.core import merkle
from oms.core.events import GENESIS
from oms.records.seal import Entry, Seal, due, sealed, unaltered

DAY = date(2026, 11, 23)
hashes = st.text("0123456789abcdef", min_size=4, max_size=4)
entries = st.dictionaries(st.uuids().map(str), hashes, max_size=20).map(
    lambda found: [Entry(event, hash) for event, hash in found.items()]
)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def rfc(leaves: list[bytes]) -> bytes:
    """The tree hash as RFC 9162, § 2.1.1 defines it, by recursion."""
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\x00" + leaves[0])
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\x01" + rfc(leaves[:k]) + rfc(leaves[k:]))


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_root_is_that_of_the_standard(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == rfc(leaves).hex()


@given(entries, st.randoms())
def test_the_order_in_which_events_are_found_changes_nothing(
    found: list[Entry], any: object
) -> None:
    again = [*found, *found[:3]]
    any.shuffle(again)  # type: ignore[attr-defined]
    assert sealed(DAY, again) == sealed(DAY, found)


def days(*many: list[Entry]) -> tuple[list[Seal], dict[date, list[Entry]]]:
    seals: list[Seal] = []
    events = {}
    for n, found in enumerate(many):
        day = DAY + timedelta(days=n)
        seals.append(sealed(day, found, seals[-1].chain if seals else GENESIS))
        events[day] = found
    return seals, events


@given(st.lists(entries, min_size=1, max_size=4))
def test_untouched_days_are_as_they_were_sealed(many: list[list[Entry]]) -> None:
    seals, events = days(*many)
    assert list(unaltered(seals, events)) == []


ONE, TWO, THREE = Entry("evt_1", "aa"), Entry("evt_2", "bb"), Entry("evt_3", "cc")


@pytest.mark.parametrize(
    ("now", "what"),
    [
        ([ONE], "the event evt_2 is gone"),
        ([ONE, Entry("evt_2", "b0")], "the event evt_2 was altered"),
        ([ONE, TWO, THREE], "the event evt_3 came after the day was sealed"),
        ([Entry("evt_1", "a0"), Entry("evt_2", "b0")], "the event evt_1 was altered"),
    ],
)
def test_the_first_altered_event_is_named(now: list[Entry], what: str) -> None:
    seals, events = days([ONE, TWO], [THREE])
    (breach,) = unaltered(seals, {**events, DAY: now})
    assert (breach.where, breach.what) == (f"seal {DAY}", what)


def test_a_seal_whose_entries_were_swapped_does_not_fit_its_root() -> None:
    (seal,), _ = days([ONE, TWO])
    forged = replace(seal, entries=(ONE, Entry("evt_2", "b0")))
    (breach,) = unaltered([forged], {DAY: list(forged.entries)})
    assert "root" in breach.what


def test_a_day_that_was_taken_out_or_sealed_anew_is_noticed() -> None:
    seals, events = days([ONE], [TWO], [THREE])
    assert [b.what for b in unaltered([seals[0], seals[2]], events)] == [
        "there is no seal between 2026-11-23 and it",
        "it does not follow from the seal before",
    ]
    anew = sealed(seals[1].day, [], seals[0].chain)
    (breach,) = unaltered([seals[0], anew, seals[2]], {**events, seals[1].day: []})
    assert (breach.where, "follow" in breach.what) == (f"seal {seals[2].day}", True)


@pytest.mark.parametrize(
    ("last", "hour", "next"),
    [
        (None, 3, DAY),
        (None, 0, DAY - timedelta(days=1)),
        (DAY, 3, None),
        (DAY - timedelta(days=1), 0, None),
        (DAY - timedelta(days=1), 1, DAY),
        (DAY - timedelta(days=5), 3, DAY - timedelta(days=4)),
    ],
)
def test_a_day_is_due_when_it_has_been_over_for_an_hour(
    last: date | None, hour: int, next: date | None
) -> None:
    now = datetime(2026, 11, 24, hour, 30, tzinfo=UTC)
    assert due(last, now) == next


def test_what_is_kept_is_kept_from_the_end_of_its_year_on() -> None:
    made = date(2026, 3, 1)
    assert kept_until("voucher", made) == datetime(2035, 1, 1, tzinfo=UTC)
    assert kept_until("book", made) == datetime(2037, 1, 1, tzinfo=UTC)
    assert kept_until("letter", made) == datetime(2033, 1, 1, tzinfo=UTC)
