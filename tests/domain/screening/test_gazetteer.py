"""A place fits its postcode however freely it is spelt, and not when it is another town."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from local.postcodes import packed, table
from oms.screening.gazetteer import plain
from oms_aws.screening.gazetteer import COUNTRIES, TABLES, gazetteer

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "postcodes"


@pytest.mark.parametrize(
    ("country", "postal_code", "city"),
    [
        ("DE", "80331", "München"),
        ("DE", "80331", "MUENCHEN"),
        ("DE", "80331", "Munchen"),
        ("DE", "80331", "Munich"),
        ("DE", "80331", "München-Altstadt"),
        ("DE", "60311", "Frankfurt"),
        ("DE", "60311", "Frankfurt a.M."),
        ("DE", "20095", "Hamburg-Altona"),
        ("DE", "85748", "Garching b. München"),
        ("DE", "10115", "Kreuzberg"),
        ("DE", "04109", "Leipzg"),
        ("DE", "67433", "Neustadt/Weinstraße"),
        ("DE", "66386", "St. Ingbert"),
        ("DE", "71327", "Waiblingen"),
        ("DE", "80000", "München"),
        ("DE", "80331", "Quatschhausen"),
        ("DE", "80331", "\u200b"),
        ("AT", "1010", "Vienna"),
        ("AT", "7304", "Großwarasdorf"),
        ("CH", "9000", "St. Gallen"),
        ("CH", "2502", "Biel/Bienne"),
        ("CH", "1201", "Genf"),
        ("FR", "75001", "Lyon"),
    ],
)
def test_a_place_fits_its_postcode(country: str, postal_code: str, city: str) -> None:
    assert gazetteer().fits(country, postal_code, city)


@pytest.mark.parametrize(
    ("country", "postal_code", "city"),
    [
        ("DE", "80331", "Hamburg"),
        ("DE", "60311", "Frankfurt (Oder)"),
        ("DE", "99999", "Berlin"),
        ("AT", "1010", "Graz"),
        ("CH", "3000", "Zürich"),
    ],
)
def test_another_town_does_not(country: str, postal_code: str, city: str) -> None:
    assert not gazetteer().fits(country, postal_code, city)


def test_every_place_of_the_tables_fits_its_own_postcode() -> None:
    for country in COUNTRIES:
        for line in gzip.decompress(
            (TABLES / f"{country.lower()}.tsv.gz").read_bytes()
        ).splitlines():
            code, _, _, places = line.decode("ascii").split("\t")
            for place in places.split("|"):
                assert plain(place) == place
                assert gazetteer().fits(country, code, place), (country, code, place)


def test_the_tables_are_what_geonames_says() -> None:
    for country in COUNTRIES:
        source = SHARED / f"{country.lower()}.csv"
        if not source.exists():
            pytest.skip("the postal codes of GeoNames are not here")
        made = table(source.read_text(encoding="utf-8"))
        kept = (TABLES / f"{country.lower()}.tsv.gz").read_bytes()
        assert gzip.decompress(kept).decode("ascii") == made
        assert gzip.decompress(packed(made)) == gzip.decompress(kept)
