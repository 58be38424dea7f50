"""Pseudonyms: what is hidden can be shown with the vault, proven by it, and by nothing else."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from oms.core.parties import Address
from oms.core.pseudonyms import DEVICE, Network, Personal, Vault, blanked
from oms.orders.findings import Finding, Hold

AT = datetime(2026, 11, 30, tzinfo=UTC)
TEXTS = st.text(max_size=30) | st.sampled_from(['"~p', "~p" + "0" * 32, "\\", '"', "ß\u0000"])


class Inner(Struct, frozen=True):
    note: Personal
    code: str


class Outer(Struct, frozen=True):
    name: Personal
    device: Network | None
    parts: tuple[Inner, ...]
    by_name: dict[str, Inner]
    loose: dict[str, Any]
    maybe: Personal | None = None
    plain: str = ""


def outers() -> st.SearchStrategy[Outer]:
    inner = st.builds(Inner, TEXTS, st.text(string.ascii_letters))
    loose = st.recursive(
        st.none() | st.integers() | TEXTS,
        lambda of: (
            st.lists(of, max_size=3)
            | st.dictionaries(st.sampled_from(["name", "email", "lines", "x"]), of, max_size=3)
        ),
    )
    return st.builds(
        Outer,
        TEXTS,
        st.none() | TEXTS,
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(TEXTS, inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "data"]), loose, max_size=2),
        st.none() | TEXTS,
        TEXTS,
    )


@given(outers())
def test_hidden_and_shown_is_as_it_was(value: Outer) -> None:
    hidden, vault = Vault("salt").hidden(value)
    body = vault.shown(msgspec.json.encode(hidden))
    assert msgspec.json.decode(body, type=Outer) == value
    assert vault.false() == []
    assert vault.hidden(value) == (hidden, vault)


@given(st.text(string.ascii_letters, min_size=8))
def test_nothing_personal_is_left_in_what_is_hidden(text: str) -> None:
    value = Outer(text, text, (Inner(text, "c"),), {"a": Inner(text, "c")}, {"email": text}, text)
    half, devices = Vault("one").hidden(value, DEVICE)
    hidden, _ = Vault("two").hidden(half)
    assert text not in msgspec.json.encode(hidden).decode()
    assert [*devices.values.values()] == [text]


def test_another_salt_is_another_pseudonym() -> None:
    names = {Vault(salt).pseudonym("Eva") for salt in ("a", "b", "c")}
    assert len(names) == 3
    assert Vault("a").pseudonym("Eva") == Vault("a").pseudonym("Eva")


def test_equal_texts_are_equal_and_others_differ_under_pseudonyms() -> None:
    """So that a log replays under pseudonyms to what it says with names."""
    here = Address("Eva", "Weg 1", "10115", "Berlin", "DE")
    there = Address("Eva", "Weg 2", "10115", "Berlin", "DE")
    (one, two, again), _ = Vault("salt").hidden((here, there, here))
    assert one == again != two
    assert one.country == "DE"


def test_approvers_in_data_of_no_declared_type_are_hidden() -> None:
    stage = {"level": 1, "approver": {"id": "P-2", "name": "Eva", "email": "eva@verein.example"}}
    hold = Hold("hold_1", "approval", "Eva decides", "approver", AT, AT, {"stages": [stage]})
    hidden, vault = Vault("salt").hidden(hold)
    assert hidden.data["stages"][0]["approver"]["id"] == "P-2"
    assert set(vault.values.values()) == {"Eva", "eva@verein.example", "Eva decides"}


def test_personal_text_in_a_collection_is_a_mistake_that_is_told() -> None:
    class Wrong(Struct, frozen=True):
        names: tuple[Personal, ...]

    with pytest.raises(TypeError, match="field of its own"):
        Vault("salt").hidden(Wrong(("Eva",)))


def test_pass_without_a_text_needs_no_vault() -> None:
    finding = Finding("payment", "pass", data={"due": "12.00"})
    vault = Vault("salt")
    after, same = vault.hidden(finding)
    assert after is finding
    assert same is vault


def test_vault_that_lacks_something_leaves_it_and_is_found_by_its_size() -> None:
    hidden, vault = Vault("salt").hidden(Inner("Eva", "c"))
    body = msgspec.json.encode(hidden)
    assert Vault("salt").shown(body) == body
    assert (vault.has(1), vault.has(2), Vault("salt").has(1)) == (True, False, False)
    assert Vault("new", erased="2026-11-30").has(1)
    assert blanked(body) == b'{"note":"","code":"c"}'


def test_only_the_newest_texts_are_kept() -> None:
    vault = Vault("salt")
    for n in range(5):
        _, vault = vault.hidden(Inner(f"Eva {n}", "c"))
    used, vault = vault.hidden(Inner("Eva 1", "c"))
    body = msgspec.json.encode(used)
    assert [*vault.newest(2, body).values.values()] == ["Eva 4", "Eva 1"]
    assert [*vault.newest(0, body).values.values()] == ["Eva 1"]
    assert vault.newest(5, body) is vault


def test_erased_vault_learns_nothing_and_leaves_pseudonyms() -> None:
    hidden, vault = Vault("salt").hidden(Inner("Eva", "c"))
    erased = Vault("new", erased="2026-11-30")
    assert erased.shown(msgspec.json.encode(hidden)) == msgspec.json.encode(hidden)
    assert erased.hidden(hidden) == (hidden, erased)
    later, still = erased.hidden(Inner("Ottilie", "c"))
    assert still is erased
    assert later.note not in ("Ottilie", vault.pseudonym("Ottilie"))


def test_value_that_was_altered_is_found() -> None:
    hidden, vault = Vault("salt").hidden(Inner("Eva", "c"))
    assert Vault("salt", {hidden.note: "Adam"}).false() == [hidden.note]
    assert vault.false() == []
