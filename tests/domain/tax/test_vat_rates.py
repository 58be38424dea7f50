"""The rates table holds together, and differs from a second source only where that is explained."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import eu_vat_rates_data
import pytest

from oms.tax import engine as tax
from oms.tax.places import MEMBERS
from oms.tax.rates import Rates, Region, State, rate, regions, states

OTHERS_AS_OF = date.fromisoformat(eu_vat_rates_data.data_version)
DATED: list[State | Region] = [*states().values(), *regions()]
NAMES = [name for name in Rates.__struct_fields__ if name not in ("since", "why")]

# (state, which side alone has it, rate): why.
EXPLAINED = {
    ("AT", "theirs", "19"): "Jungholz and Mittelberg: here a region",
    ("BE", "ours", "0"): "newspapers: they list no zero rates",
    ("CZ", "ours", "0"): "books, exempt with deduction: they list no zero rates",
    ("DE", "ours", "0"): "photovoltaics: they list no zero rates",
    ("FR", "theirs", "0.9"): "press in Corsica: here a region",
    ("FR", "theirs", "1.05"): "press in the overseas departments, outside of the VAT territory",
    ("FR", "theirs", "8.5"): "overseas departments, outside of the VAT territory",
    ("FR", "theirs", "13"): "oil products in Corsica, which nobody sends by post",
    ("GR", "theirs", "17"): "islands of the Aegean: here a region",
    ("GR", "theirs", "4"): "islands of the Aegean: here a region",
    ("HR", "ours", "0"): "photovoltaics: they list no zero rates",
    ("IE", "ours", "0"): "books and children's clothes: they list no zero rates",
    ("IE", "ours", "4.8"): "livestock: they do not list it",
    ("MT", "ours", "0"): "food: they list no zero rates",
    ("NL", "ours", "0"): "photovoltaics: they list no zero rates",
    ("PT", "theirs", "16"): "Azores: here a region",
    ("PT", "theirs", "22"): "Madeira: here a region",
    ("XI", "ours", "0"): "books and food: they list no zero rates",
}


def ours(state: str) -> set[Decimal]:
    found = next(each for each in states()[state].rates if each.since <= OTHERS_AS_OF)
    return {value for name in NAMES if (value := found.of(name)) is not None}


def theirs(state: str) -> set[Decimal]:
    other = eu_vat_rates_data.get_rate(state)
    assert other
    listed = [other["standard"], *other["reduced"], other["super_reduced"], other["parking"]]
    return {Decimal(str(value)).normalize() + 0 for value in listed if value is not None}


def test_every_difference_from_the_other_source_is_explained() -> None:
    found = {
        (state, side, f"{value.normalize():f}")
        for state in states()
        for side, values in (
            ("ours", ours(state) - theirs(state)),
            ("theirs", theirs(state) - ours(state)),
        )
        for value in values
    }
    assert found == set(EXPLAINED)


@pytest.mark.parametrize("state", sorted(states()))
def test_the_standard_rates_are_the_same(state: str) -> None:
    other = eu_vat_rates_data.get_standard_rate(state)
    assert rate(state, "standard", OTHERS_AS_OF) == Decimal(str(other))


def test_all_27_member_states_and_northern_ireland_have_rates_since_the_reform() -> None:
    members = {code for code, (_, until) in MEMBERS.items() if until == date.max}
    assert set(states()) == members
    assert len(members - {"XI"}) == 27
    for state in states():
        assert rate(state, "standard", date(2021, 7, 1)) >= 16


def test_the_table_is_dated_newest_first_and_names_its_law() -> None:
    for each in DATED:
        days = [rates.since for rates in each.rates]
        assert days == sorted(set(days), reverse=True)
        assert each.law


def test_rates_are_exact_decimals_between_zero_and_thirty() -> None:
    for each in DATED:
        for rates in each.rates:
            for name in NAMES:
                value = rates.of(name)
                assert value is None or (isinstance(value, Decimal) and 0 <= value < 30)


@pytest.mark.parametrize("state", sorted(states()))
def test_a_rate_begins_on_its_day_and_not_before(state: str) -> None:
    rows = states()[state].rates
    for newer, older in pairwise(rows):
        for name in NAMES:
            before = older.of(name) if older.of(name) is not None else older.standard
            after = newer.of(name) if newer.of(name) is not None else newer.standard
            assert rate(state, name, newer.since - timedelta(days=1)) == before
            assert rate(state, name, newer.since) == after


def test_a_state_without_the_asked_rate_charges_its_standard_rate() -> None:
    assert rate("DK", "reduced", OTHERS_AS_OF) == 25
    assert rate("DE", "super_reduced", OTHERS_AS_OF) == 19


def test_no_rate_is_made_up_for_days_before_the_table() -> None:
    with pytest.raises(tax.NoRateYet):
        rate("FR", "standard", date(2020, 12, 31))
    with pytest.raises(tax.UnknownCategory):
        rate("FR", "food", OTHERS_AS_OF)
