"""Invented addresses pass the check that real ones must pass."""

from __future__ import annotations

import pytest

from local.player.countries import address_in, code_of, countries
from oms.core.parties import Address
from oms.screening.address import address_faults


@pytest.mark.parametrize("code", countries())
def test_address_has_the_form_of_its_country(code: str) -> None:
    assert address_faults(Address(**address_in(code, "12662"))) == {}


def test_address_of_a_customer_is_always_the_same_and_says_that_it_is_invented() -> None:
    assert address_in("GB", "12662") == address_in("GB", "12662")
    assert address_in("GB", "12662") != address_in("GB", "12663")
    assert address_in("GB", "12662")["name"] == "Replay customer 12662"


@pytest.mark.parametrize(
    ("name", "code"),
    [("EIRE", "IE"), ("RSA", "ZA"), (" united kingdom ", "GB"), ("European Community", None)],
)
def test_country_is_known_by_the_names_of_the_file(name: str, code: str | None) -> None:
    assert code_of(name) == code
