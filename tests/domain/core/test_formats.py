"""What was written yesterday is read today, and what is written tomorrow is carried along."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from oms.core.events import DomainEvent, EventReader, LogEntry
from oms.core.formats import Formats, Upgrade, carried
from oms.orders.order import ORDER_FORMATS, Order, encode
from oms_aws.api.announcements import event_types
from tests.domain.orders.test_order_properties import NOW, Command, Kept, orders, scripts
from tests.world.formats import STATES, recorded, today
from tests.world.releases import FIELD, of_tomorrow

KNOWN = recorded()
TOMORROW = ORDER_FORMATS.newest + 1
ADVICE = "raise the format: add an upgrade, then call `python -m tests.world.formats`"


@pytest.mark.parametrize("name", sorted(today()))
def test_what_is_written_changes_with_the_number_of_its_format_alone(name: str) -> None:
    ((number, written),) = today()[name].items()
    assert KNOWN.get(name, {}).get(number) == written, ADVICE


@pytest.mark.parametrize("name", sorted(STATES))
def test_a_state_is_read_in_every_format_that_it_ever_had(name: str) -> None:
    for number, written in KNOWN[name].items():
        state = STATES[name].read(encode(written), int(number))
        assert STATES[name].read(encode(state), STATES[name].newest) == state


@pytest.mark.parametrize("name", sorted(event_types()))
def test_an_event_is_read_in_every_format_that_it_ever_had(name: str) -> None:
    kind = event_types()[name]
    for number, written in KNOWN[name].items():
        news = EventReader[Any](kind).read(entry(name, encode(written), int(number)))
        assert msgspec.json.decode(encode(news), type=kind) == news


def entry(type: str, data: bytes, format: int) -> LogEntry:
    return LogEntry(
        id="evt_1", type=type, aggregate="order/ord_1", shop="", sequence=1, at=NOW,
        actor="", cause="", format=format, data=msgspec.Raw(data),
    )  # fmt: skip


class Shelf(Struct, frozen=True, omit_defaults=True):
    name: str
    centimetres: int


def in_centimetres(plain: dict[str, Any]) -> dict[str, Any]:
    plain["centimetres"] = plain.pop("metres") * 100
    return plain


def named(plain: dict[str, Any]) -> dict[str, Any]:
    return {"name": "", **plain}


class ShelfMoved(DomainEvent, frozen=True, tag="Shelf.Moved"):
    upgrades: ClassVar[tuple[Upgrade, ...]] = (named, in_centimetres)
    name: str
    centimetres: int
    at: datetime = NOW


@pytest.mark.parametrize(
    ("format", "written", "name"),
    [
        (1, b'{"metres": 2}', ""),
        (2, b'{"metres": 2, "name": "A"}', "A"),
        (3, b'{"centimetres": 200, "name": "A"}', "A"),
        (4, b'{"centimetres": 200, "name": "A", "colour": "red"}', "A"),
    ],
)
def test_each_upgrade_makes_the_next_format(format: int, written: bytes, name: str) -> None:
    shelves: Formats[Shelf] = Formats(Shelf, named, in_centimetres)
    assert (shelves.newest, ShelfMoved.newest()) == (3, 3)
    assert shelves.read(written, format) == Shelf(name, 200)
    told = entry("Shelf.Moved", written[:-1] + b', "event": "Shelf.Moved"}', format)
    assert EventReader[ShelfMoved](ShelfMoved).read(told).centimetres == 200


@given(orders, scripts)
def test_what_newer_code_has_written_is_carried_along(order: Order, script: list[Command]) -> None:
    kept = Kept(order)
    for minute, command in enumerate(script, 1):
        read = encode(of_tomorrow(kept.order))
        known = encode(ORDER_FORMATS.read(read, TOMORROW))
        kept.do(command, NOW + timedelta(minutes=minute))
        again = carried(read, known, encode(kept.order))
        assert ORDER_FORMATS.read(again, TOMORROW) == kept.order
        plain, before = msgspec.json.decode(again), msgspec.json.decode(read)
        assert plain[FIELD] == before[FIELD]
        numbers = {line["number"] for line in before["lines"]}
        assert all(FIELD in line for line in plain["lines"] if line["number"] in numbers)
        assert plain["customer"][FIELD] == before["customer"][FIELD]


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=8,
)


@given(plain, plain)
def test_where_nothing_is_unknown_it_is_written_as_it_is(known: Any, now: Any) -> None:
    read, wanted = encode(known), encode(now)
    assert msgspec.json.decode(carried(read, read, wanted)) == now
