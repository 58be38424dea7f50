"""Places in the eyes of the VAT law: member states by date, and territories that are apart."""

from __future__ import annotations

import re
from datetime import date
from typing import Literal

from msgspec import Struct

from oms.tax.rates import Region, region_of
from oms.tax.refusals import UnknownPlace

_ALWAYS = (date.min, date.max)
# The United Kingdom: Art. 126, 127 of the Withdrawal Agreement. Greece has a prefix of its own,
# Art. 215 of the Directive 2006/112/EC.
_STEADY = "AT BE BG CY CZ DE DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
MEMBERS: dict[str, tuple[date, date]] = dict.fromkeys(_STEADY.split(), _ALWAYS) | {
    "HR": (date(2013, 7, 1), date.max),
    "GB": (date.min, date(2020, 12, 31)),
    "XI": (date(2021, 1, 1), date.max),
}
"""Member states, with the first and the last day on which they were one; XI is one for goods."""

_VAT_PREFIXES = {"GR": "EL"}
# Art. 7 of the Directive: Monaco counts as France, the Isle of Man as the United Kingdom, and the
# sovereign base areas of Akrotiri (BFPO 57) and Dhekelia (BFPO 58) as Cyprus.
_SAME_AS = {"MC": "FR", "IM": "GB"}
_BASE_AREAS = re.compile(r"\s*BFPO\s*5[78]\s*")

_THIRD = (
    "AD AE AF AG AI AL AM AO AQ AR AS AU AW AX AZ BA BB BD BF BH BI BJ BL BM BN BO BQ BR BS BT "
    "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX DJ DM DO DZ EC EG EH ER ET "
    "FJ FK FM FO GA GD GE GF GG GH GI GL GM GN GP GQ GS GT GU GW GY HK HM HN HT ID IL IN IO IQ "
    "IR IS JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LY MA MD ME MF MG "
    "MH MK ML MM MN MO MP MQ MR MS MU MV MW MX MY MZ NA NC NE NF NG NI NO NP NR NU NZ OM PA PE "
    "PF PG PH PK PM PN PR PS PW PY QA RE RS RU RW SA SB SC SD SG SH SJ SL SM SN SO SR SS ST SV "
    "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI "
    "VN VU WF WS YE YT ZA ZM ZW"
)
_THIRD_COUNTRIES = frozenset(_THIRD.split())

Customs = Literal["inside", "outside"]


class Apart(Struct, frozen=True):
    """A part of a member state outside its VAT territory; `customs` is the Union's customs area."""

    state: str
    postal_codes: str
    name: str
    customs: Customs


# § 1 (2) UStG, Art. 6 of the Directive: (1) inside, (2) outside of the customs territory.
APART: tuple[Apart, ...] = (
    Apart("DE", r"78266", "Büsingen", "outside"),
    Apart("DE", r"27498", "Helgoland", "outside"),
    Apart("IT", r"23041", "Livigno", "outside"),
    Apart("IT", r"22061", "Campione d'Italia", "inside"),
    Apart("ES", r"35\d{3}|38\d{3}", "Canary Islands", "inside"),
    Apart("ES", r"51\d{3}", "Ceuta", "outside"),
    Apart("ES", r"52\d{3}", "Melilla", "outside"),
    Apart("FI", r"22\d{3}", "Åland", "inside"),
    Apart("GR", r"6308[67]", "Mount Athos", "inside"),
    Apart("FR", r"97[12346]\d{2}", "French overseas territories", "inside"),
    Apart("FR", r"97[578]\d{2}|98[4678]\d{2}", "French overseas territories", "outside"),
)
# Countries of their own in ISO 3166-1 that are inside the customs territory: § 1 (2a) UStG, Art. 6.
_CUSTOMS_INSIDE = frozenset(["AX", "GF", "GP", "MF", "MQ", "RE", "YT"])
_NORTHERN_IRELAND_APART = date(2021, 1, 1)


class Territory(Struct, frozen=True):
    """Destination of a supply in the eyes of the VAT law.

    `kind` is seen from the seller's home state, `state` the code of the state it belongs to,
    `region` a part of it with rates of its own; `customs` whether it is in the Union's customs
    territory.
    """

    kind: Literal["home", "member", "third"]
    state: str
    name: str
    region: Region | None = None
    customs: Customs = "inside"


def territory_of(country: str, postal_code: str, on: date, home: str = "DE") -> Territory:
    """The VAT territory of an address, special territories first. Raises UnknownPlace."""
    code = _SAME_AS.get(country, country)
    if code == "GB" and _BASE_AREAS.fullmatch(postal_code.upper()):
        code = "CY"
    digits = re.sub(r"\D", "", postal_code)
    for apart in APART:
        if code == apart.state and re.fullmatch(apart.postal_codes, digits):
            return Territory("third", code, apart.name, customs=apart.customs)
    if code in ("GB", "XI"):
        code = _british(code, postal_code, on)
    if is_member(code, on):
        region = region_of(code, postal_code)
        name = region.name if region else (code if code == home else country)
        return Territory("home" if code == home else "member", code, name, region)
    if code in MEMBERS or code in _THIRD_COUNTRIES:
        customs: Customs = "inside" if code in _CUSTOMS_INSIDE else "outside"
        return Territory("third", code, country, customs=customs)
    raise UnknownPlace("unknown_country", f"{country!r} is not a country of ISO 3166-1")


def is_country(code: str) -> bool:
    """True for a country of ISO 3166-1 alpha-2, and for Northern Ireland (XI)."""
    return code in MEMBERS or code in _THIRD_COUNTRIES or code in _SAME_AS


def is_member(code: str, on: date) -> bool:
    """True if the state was a member of the Union, or treated as one for goods, on a day."""
    since, until = MEMBERS.get(code, (date.max, date.min))
    return since <= on <= until


def _british(code: str, postal_code: str, on: date) -> str:
    """Northern Ireland stays with the Union for goods: Windsor Framework, Art. 5."""
    if on < _NORTHERN_IRELAND_APART:
        return "GB"
    in_north = re.match(r"\s*BT\s*\d", postal_code.upper())
    return "XI" if code == "XI" or in_north else "GB"


def state_of(vat_id: str | None, on: date) -> str | None:
    """The member state whose prefix a VAT id has, None for other ids."""
    prefix = (vat_id or "").strip().upper()[:2]
    for code in MEMBERS:
        if prefix == _VAT_PREFIXES.get(code, code) and is_member(code, on):
            return code
    return None
