"""The tax decision: which rate, category and legal reason a delivery of goods from Germany has."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Literal, NoReturn

from msgspec import Struct

from oms.refusals import Refusal

Language = Literal["de", "en"]


class TaxRefusal(Refusal):
    """A case that this table does not decide; somebody must, it is never guessed."""


class UnknownPlace(TaxRefusal):
    """Not a country of ISO 3166-1 alpha-2."""


class UnknownCategory(TaxRefusal):
    """A tax category without a rate."""


class NoRateYet(TaxRefusal):
    """The date of supply lies before the first rate of the table."""


class ForeignDispatch(TaxRefusal):
    """The goods do not leave from Germany, so German law does not say where they are taxed."""


class DestinationTax(TaxRefusal):
    """Above the distance-selling threshold: taxed at the destination's rate, § 3c (1) UStG."""


class Supply(Struct, frozen=True, kw_only=True):
    """One kind of goods on its way to one buyer.

    `ship_from` and `country` are ISO 3166-1 alpha-2 codes; `vat_id_checked` says that the buyer's
    id was confirmed as valid; `distance_sales` is where the seller's distance sales to consumers
    of other member states stand against the threshold in force (10,000 EUR a year since 1 July
    2021).
    """

    ship_from: str
    country: str
    postal_code: str
    buyer: Literal["B2C", "B2B"]
    category: str
    supplied_on: date
    vat_id: str | None = None
    vat_id_checked: bool = False
    distance_sales: Literal["below", "above"] = "below"


class Text(Struct, frozen=True):
    """What the invoice says about the case, in both languages of the house."""

    de: str
    en: str


class TaxDecision(Struct, frozen=True, kw_only=True):
    """Rate in percent, EN 16931 category (UNCL 5305), VATEX code, and why.

    `reason` names the paragraph, `territory` where the goods go in the eyes of the tax law, `note`
    what the invoice must say, `proof` what the seller has to keep.
    """

    rate: Decimal
    category: Literal["S", "K", "G"]
    case: str
    reason: str
    territory: str
    vatex: str | None = None
    note: Text | None = None
    proof: str | None = None


# Germany: § 12 UStG; 2020-07-01 to 2020-12-31: § 28 (1), (2) UStG. Newest first, in percent.
_GERMAN_RATES: tuple[tuple[date, dict[str, Decimal]], ...] = (
    (date(2021, 1, 1), {"standard": Decimal(19), "reduced": Decimal(7)}),
    (date(2020, 7, 1), {"standard": Decimal(16), "reduced": Decimal(5)}),
    (date(2007, 1, 1), {"standard": Decimal(19), "reduced": Decimal(7)}),
)

_ALWAYS = (date.min, date.max)
# Member states other than Germany since 2007, with the days on which they came or went. The United
# Kingdom: Art. 126, 127 of the Withdrawal Agreement. Monaco counts as France and the Isle of Man as
# the United Kingdom, Art. 7 of the Directive 2006/112/EC; Greece has a prefix of its own, Art. 215.
_STEADY = "AT BE BG CY CZ DK EE ES FI FR GR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_MEMBERS: dict[str, tuple[date, date]] = dict.fromkeys(_STEADY.split(), _ALWAYS) | {
    "HR": (date(2013, 7, 1), date.max),
    "GB": (date.min, date(2020, 12, 31)),
    "XI": (date(2021, 1, 1), date.max),
}
_VAT_PREFIXES = {"GR": "EL"}
_SAME_AS = {"MC": "FR", "IM": "GB"}

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

# Part of a member state, outside its VAT territory: § 1 (2) UStG, Art. 6 of the Directive.
_OUTSIDE: tuple[tuple[str, str, str], ...] = (
    ("DE", r"78266", "Büsingen"),
    ("DE", r"27498", "Helgoland"),
    ("IT", r"23041", "Livigno"),
    ("IT", r"22061", "Campione d'Italia"),
    ("ES", r"35\d{3}|38\d{3}", "Canary Islands"),
    ("ES", r"51\d{3}", "Ceuta"),
    ("ES", r"52\d{3}", "Melilla"),
    ("FI", r"22\d{3}", "Åland"),
    ("GR", r"6308[67]", "Mount Athos"),
    ("FR", r"97\d{3}|98[678]\d{2}", "French overseas territories"),
)
_NORTHERN_IRELAND_APART = date(2021, 1, 1)
# Council Directive (EU) 2017/2455: § 3c UStG in its present form.
_DISTANCE_SALES_REFORM = date(2021, 7, 1)


class Territory(Struct, frozen=True):
    """Where goods go in the eyes of the VAT law; `state` is the member state's code."""

    kind: Literal["home", "member", "third"]
    state: str
    name: str


def german_rate(category: str, on: date) -> Decimal:
    """The German rate in percent on the day of supply. Raises UnknownCategory and NoRateYet."""
    for since, rates in _GERMAN_RATES:
        if on >= since:
            if category not in rates:
                raise UnknownCategory("unknown_tax_category", f"no rate for category {category!r}")
            return rates[category]
    raise NoRateYet("no_tax_rate", f"no German rate is known for {on.isoformat()}")


def territory_of(country: str, postal_code: str, on: date) -> Territory:
    """The VAT territory of an address, special territories first. Raises UnknownPlace."""
    code = _SAME_AS.get(country, country)
    digits = re.sub(r"\D", "", postal_code)
    for state, pattern, name in _OUTSIDE:
        if code == state and re.fullmatch(pattern, digits):
            return Territory("third", state, name)
    if code in ("GB", "XI"):
        code = _british(code, postal_code, on)
    if code == "DE":
        return Territory("home", code, code)
    since, until = _MEMBERS.get(code, (date.max, date.min))
    if since <= on <= until:
        return Territory("member", code, country)
    if code in _MEMBERS or code in _THIRD_COUNTRIES:
        return Territory("third", code, country)
    raise UnknownPlace("unknown_country", f"{country!r} is not a country of ISO 3166-1")


def _british(code: str, postal_code: str, on: date) -> str:
    """Northern Ireland stays with the Union for goods: Windsor Framework, Art. 5."""
    if on < _NORTHERN_IRELAND_APART:
        return "GB"
    in_north = re.match(r"\s*BT\s*\d", postal_code.upper())
    return "XI" if code == "XI" or in_north else "GB"


def decide(supply: Supply) -> TaxDecision:
    """The tax of goods leaving Germany: the first row of the table that applies.

    Source: UStG §§ 1, 3 (6), 3c, 4 no. 1, 6, 6a, 12; Directive 2006/112/EC. Not decided here, and
    refused: dispatch from abroad (ForeignDispatch), distance sales above the threshold
    (DestinationTax), other categories (UnknownCategory), unknown countries (UnknownPlace), dates
    before 2007 (NoRateYet). All are TaxRefusal.
    """
    territory = territory_of(supply.country, supply.postal_code, supply.supplied_on)
    german_rate(supply.category, supply.supplied_on)
    for applies, answer in _TABLE:
        if applies(supply, territory):
            return answer(supply, territory)
    raise TaxRefusal("tax_undecided", f"no row of the table for {supply}")


def _has_foreign_vat_id(supply: Supply, territory: Territory) -> bool:
    if not (supply.buyer == "B2B" and supply.vat_id and supply.vat_id_checked):
        return False
    prefix = supply.vat_id.strip().upper()[:2]
    return any(
        prefix == _VAT_PREFIXES.get(code, code) and since <= supply.supplied_on <= until
        for code, (since, until) in _MEMBERS.items()
    )


def _from_abroad(supply: Supply, territory: Territory) -> NoReturn:
    text = f"goods leaving from {supply.ship_from} are not decided by German law"
    raise ForeignDispatch("foreign_dispatch", text)


def _at_destination(supply: Supply, territory: Territory) -> NoReturn:
    text = f"taxed in {territory.state} above the threshold, § 3c (1) UStG"
    raise DestinationTax("destination_tax", text)


def _german(case: str, reason: str) -> Callable[[Supply, Territory], TaxDecision]:
    def answer(supply: Supply, territory: Territory) -> TaxDecision:
        return TaxDecision(
            rate=german_rate(supply.category, supply.supplied_on),
            category="S",
            case=case,
            reason=reason,
            territory=territory.name,
        )

    return answer


def _export(supply: Supply, territory: Territory) -> TaxDecision:
    return TaxDecision(
        rate=Decimal(0),
        category="G",
        case="export",
        reason="§ 4 Nr. 1 Buchst. a, § 6 UStG; Art. 146 MwStSystRL",
        territory=territory.name,
        vatex="VATEX-EU-G",
        note=Text(
            de="Steuerfreie Ausfuhrlieferung (§ 4 Nr. 1 Buchst. a, § 6 UStG)",
            en="Export delivery exempt from VAT (Art. 146 Directive 2006/112/EC)",
        ),
        proof="§§ 8–10 UStDV",
    )


def _intra_community(supply: Supply, territory: Territory) -> TaxDecision:
    return TaxDecision(
        rate=Decimal(0),
        category="K",
        case="intra-community supply",
        reason="§ 4 Nr. 1 Buchst. b, § 6a UStG; Art. 138 MwStSystRL",
        territory=territory.name,
        vatex="VATEX-EU-IC",
        note=Text(
            de="Steuerfreie innergemeinschaftliche Lieferung (§ 4 Nr. 1 Buchst. b, § 6a UStG)",
            en="Intra-community supply exempt from VAT (Art. 138 Directive 2006/112/EC)",
        ),
        proof="§§ 17a–17d UStDV",
    )


# Evaluated top-down: the first row that applies answers.
_TABLE: tuple[
    tuple[
        Callable[[Supply, Territory], bool],
        Callable[[Supply, Territory], TaxDecision],
    ],
    ...,
] = (
    (lambda s, t: s.ship_from != "DE", _from_abroad),
    (lambda s, t: t.kind == "third", _export),
    (lambda s, t: t.kind == "home", _german("domestic", "§ 1 Abs. 1 Nr. 1, § 3 Abs. 6, § 12 UStG")),
    (_has_foreign_vat_id, _intra_community),
    (lambda s, t: s.distance_sales == "above", _at_destination),
    (
        lambda s, t: s.buyer == "B2B",
        _german("business without checked VAT id", "§ 6a Abs. 1 Nr. 4, § 3 Abs. 6, § 12 UStG"),
    ),
    (
        lambda s, t: s.supplied_on >= _DISTANCE_SALES_REFORM,
        _german("distance sale below threshold", "§ 3c Abs. 4, § 3 Abs. 6, § 12 UStG"),
    ),
    (
        lambda s, t: True,
        _german(
            "distance sale below threshold",
            "§ 3c Abs. 3 UStG (Fassung bis 30.06.2021), § 3 Abs. 6, § 12 UStG",
        ),
    ),
)
