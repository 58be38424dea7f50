"""Postcodes and their places: whether a place that somebody wrote can belong to a postcode."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from math import isqrt
from typing import NamedTuple

NEAR_KM = 25
"""A place of that name so near is taken for the one meant: a district, or the next village."""

ALIKE = 80
"""How alike two names are that are one, misspelt: Ratcliff/Obershelp, in percent."""

SHARED_DIGITS = {"DE": 2, "AT": 1, "CH": 2}
"""How many leading digits postcodes of one town have in common, where one is not in the table."""

_METRES_NORTH, _METRES_EAST = 1112, 740
"""The length of a hundredth of a degree, to the east at 48 degrees north."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SAINT = re.compile(r"\b(?:st|skt)\b\.?")
_FILLERS = {
    "a", "am", "an", "auf", "b", "bei", "d", "das", "dem", "der", "die", "i", "im", "in", "m",
    "o", "ob", "obb", "ot", "s", "u", "und", "unter", "v", "vor", "vorm", "z", "zu", "zum",
    "zur", "stadt", "gemeinde", "landkreis", "kreis", "bezirk",
}  # fmt: skip
_EXONYMS = {
    "munich": "muenchen",
    "cologne": "koeln",
    "nuremberg": "nuernberg",
    "hanover": "hannover",
    "vienna": "wien",
    "geneva": "geneve",
    "genf": "geneve",
    "lucerne": "luzern",
    "basle": "basel",
    "neuenburg": "neuchatel",
    "sitten": "sion",
    "freiburg im uechtland": "fribourg",
}


class Spot(NamedTuple):
    """Position of a postcode, in hundredths of a degree (WGS 84), and its places, `plain`."""

    latitude: int
    longitude: int
    places: tuple[str, ...]


class Gazetteer:
    """The postcodes of some countries; of any other it says nothing against a place."""

    def __init__(self, countries: Mapping[str, Mapping[str, Spot]]) -> None:
        self._countries = countries
        self._by_name: dict[str, dict[str, list[str]]] = {}

    def fits(self, country: str, postal_code: str, city: str) -> bool:
        """True if the place can be the postcode's; what is not known speaks for it.

        A postcode's places and their districts, spelt freely, fit. A name that is known elsewhere
        alone, more than `NEAR_KM` away, does not. An unknown name may be a district, and fits.
        """
        spots, name = self._countries.get(country), plain(city)
        if spots is None or not name:
            return True
        code = postal_code.strip()
        spot = spots.get(code)
        if spot and any(one(name, place) for place in spot.places):
            return True
        elsewhere = self._named(country).get(name, [])
        if not elsewhere:
            return True
        if spot is None:
            shared = SHARED_DIGITS[country]
            return any(known[:shared] == code[:shared] for known in elsewhere)
        return any(distance_km(spot, spots[known]) <= NEAR_KM for known in elsewhere)

    def _named(self, country: str) -> Mapping[str, list[str]]:
        """The postcodes of a country by the names of their places."""
        if country not in self._by_name:
            named: dict[str, list[str]] = defaultdict(list)
            for code, spot in self._countries[country].items():
                for place in spot.places:
                    named[place].append(code)
            self._by_name[country] = dict(named)
        return self._by_name[country]


def plain(place: str) -> str:
    """A place's name in lower-case ASCII words, saints spelt out, in its own language."""
    text = unicodedata.normalize("NFC", place).casefold().translate(_UMLAUTS)
    text = _SAINT.sub("sankt", text)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    name = " ".join(re.findall(r"[a-z0-9]+", text))
    return _EXONYMS.get(name, name)


def one(written: str, known: str) -> bool:
    """True if two plain names mean one place: equal, one within the other, or misspelt."""
    ours, theirs = _words(written), _words(known)
    if not ours or not theirs:
        return written == known
    if set(ours) <= set(theirs) or set(theirs) <= set(ours):
        return True
    left, right = "".join(ours), "".join(theirs)
    if min(len(left), len(right)) >= 5 and (left.startswith(right) or right.startswith(left)):
        return True
    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return 200 * sum(block.size for block in blocks) >= ALIKE * (len(left) + len(right))


def _words(name: str) -> list[str]:
    return [word for word in name.split() if word not in _FILLERS and not word.isdigit()]


def distance_km(here: Spot, there: Spot) -> int:
    """The distance of two spots in km, on a plane: right to a tenth from 45 to 53 degrees north."""
    north = (here.latitude - there.latitude) * _METRES_NORTH
    east = (here.longitude - there.longitude) * _METRES_EAST
    return isqrt(north * north + east * east) // 1000


def parsed(lines: Iterable[str]) -> dict[str, Spot]:
    """A country's table: postcode, latitude, longitude and places, parted by tabs and bars."""
    table: dict[str, Spot] = {}
    for line in lines:
        code, latitude, longitude, places = line.rstrip("\n").split("\t")
        table[code] = Spot(int(latitude), int(longitude), tuple(places.split("|")))
    return table
