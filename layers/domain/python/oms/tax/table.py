"""The tax table, read top-down: the first row that applies decides what a supply is taxed at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct

from oms.tax import cases
from oms.tax.cases import Case, Category, Text
from oms.tax.places import Territory, is_member, state_of, territory_of
from oms.tax.rates import RateCategory, Region, rate
from oms.tax.refusals import DestinationTax, ForeignDispatch, TaxRefusal, UnknownCategory
from oms.tax.seller import Registrations

Kind = Literal["goods", "service", "digital"]
Scheme = Literal["home", "local", "oss", "unregistered", "none"]
"""Where the tax is declared: the home return, a local one, the one-stop shop; `unregistered`: it is
owed in another state, and the seller must register there or for the one-stop shop."""

# What the merchant may call goods, and the rate that they have where they are taxed.
CATEGORIES: dict[str, RateCategory] = {
    "standard": "standard",
    "reduced": "reduced",
    "reduced_2": "reduced_2",
    "super_reduced": "super_reduced",
    "parking": "parking",
    "zero": "zero",
    "margin": "standard",
    "margin_art": "standard",
    "margin_collectors": "standard",
    "electronics_13b": "standard",
    "scrap_13b": "standard",
    "metals_13b": "standard",
    "voucher_single": "standard",
    "voucher_single_reduced": "reduced",
    "voucher_multi": "standard",
}
_MARGINS = {
    "margin": cases.MARGIN,
    "margin_art": cases.MARGIN_ART,
    "margin_collectors": cases.MARGIN_COLLECTORS,
}
_SHIFTED = {
    "electronics_13b": cases.ELECTRONICS,
    "scrap_13b": cases.SCRAP,
    "metals_13b": cases.METALS,
}
SHIFTED_FROM = {
    "electronics_13b": Decimal(5000),
    "scrap_13b": Decimal(0),
    "metals_13b": Decimal(5000),
}
"""From which net sum of a transaction the buyer owes the tax, in EUR (§ 13b (2) UStG)."""

_SHIFTED_SINCE = date(2014, 10, 1)
# Council Directive (EU) 2017/2455: § 3c UStG in its present form.
REFORM = date(2021, 7, 1)


class Supply(Struct, frozen=True, kw_only=True):
    """One kind of goods on its way to one buyer, or a service.

    `ship_from` and `country` are ISO 3166-1 alpha-2 codes; of a service, `country` is where the
    buyer is. `category` is what the goods are at home, `abroad` what they are in other states where
    that differs (by state; without it `reduced` stays so and all else is standard).
    `vat_id_checked` says that the buyer's id was confirmed as valid; `distance_sales` is where the
    seller's distance sales stand against the threshold in force (10,000 EUR net in this and in last
    year, since 1 July 2021). `transaction_net` is the net sum in EUR of all goods of the
    transaction that have the same category (§ 13b (2) no. 10, 11 UStG).
    """

    ship_from: str
    country: str
    postal_code: str
    buyer: Literal["B2C", "B2B"]
    category: str
    supplied_on: date
    kind: Kind = "goods"
    abroad: dict[str, str] = {}
    vat_id: str | None = None
    vat_id_checked: bool = False
    distance_sales: Literal["below", "above"] = "below"
    transaction_net: Decimal = Decimal(0)
    seller: Registrations = Registrations()


class TaxDecision(Struct, frozen=True, kw_only=True):
    """Rate in percent, EN 16931 category (UNCL 5305), VATEX code, and why.

    `reason` names the paragraph, `territory` where the goods go in the eyes of the tax law, `note`
    what the invoice must say, `proof` what the seller has to keep. `state` is whose tax it is, None
    when it is nobody's; `seller_vat_id` the id under which the seller acts, None for that of the
    home state. `counts` says that it counts towards the threshold of distance sales.
    """

    rate: Decimal
    category: Category
    case: str
    reason: str
    territory: str
    vatex: str | None = None
    note: Text | None = None
    proof: str | None = None
    state: str | None = None
    scheme: Scheme = "home"
    seller_vat_id: str | None = None
    counts: bool = False


class Facts(NamedTuple):
    """Facts that the rows of the table ask for."""

    supply: Supply
    to: Territory
    dispatch: str

    @property
    def goods(self) -> bool:
        return self.supply.kind == "goods"

    @property
    def outside(self) -> bool:
        """A third country; for services, Northern Ireland is one (Windsor Framework, annex 3)."""
        return self.to.kind == "third" or (not self.goods and self.to.state == "XI")

    @property
    def domestic(self) -> bool:
        return not self.outside and self.to.state == self.dispatch

    @property
    def id_of(self) -> str | None:
        """The member state that confirmed the VAT id of a business."""
        s = self.supply
        confirmed = s.buyer == "B2B" and s.vat_id and s.vat_id_checked
        return state_of(s.vat_id, s.supplied_on) if confirmed else None

    @property
    def business_abroad(self) -> bool:
        """A business identified in another member state than that of the goods."""
        return self.id_of not in (None, self.dispatch) and (self.goods or self.id_of != "XI")

    @property
    def above(self) -> bool:
        """Taxed where a consumer is; the threshold is for sales from the home state alone."""
        seller = self.supply.seller
        past = self.supply.distance_sales == "above" or seller.destination_taxation
        return past or self.dispatch != seller.home

    @property
    def shifted(self) -> bool:
        """Domestic goods on which a business owes the tax: § 13b (2) no. 7, 10, 11 UStG."""
        s = self.supply
        return (
            self.dispatch == "DE"
            and self.domestic
            and s.buyer == "B2B"
            and s.category in SHIFTED_FROM
            and s.transaction_net >= SHIFTED_FROM[s.category]
            and s.supplied_on >= _SHIFTED_SINCE
        )


def decide(supply: Supply) -> TaxDecision:
    """The tax of a supply: the first row of the table that applies.

    Source: UStG §§ 1, 3, 3a, 3c, 4, 6, 6a, 12, 13b, 19, 19a, 25a; Directive 2006/112/EC. Refused
    are dispatch from where the seller is not registered (ForeignDispatch), distance sales above
    the thresholds before July 2021 (DestinationTax), other categories (UnknownCategory), unknown
    countries (UnknownPlace) and dates before the rates (NoRateYet). All are TaxRefusal.
    """
    seller = supply.seller
    if supply.category not in CATEGORIES:
        text = f"there is no tax category {supply.category!r}"
        raise UnknownCategory("unknown_tax_category", text)
    to = territory_of(supply.country, supply.postal_code, supply.supplied_on, seller.home)
    dispatch = supply.ship_from if supply.kind == "goods" else seller.home
    if supply.category.startswith("voucher"):
        dispatch = seller.home
    facts = Facts(supply, to, dispatch)
    rate(seller.home, CATEGORIES[supply.category], supply.supplied_on)
    for row in TABLE:
        if row.applies(facts):
            return row.answer(facts, row.case)
    raise TaxRefusal("tax_undecided", f"no row of the table for {supply}")


# -- what rows answer -----------------------------------------------------------------------------


def _plain(facts: Facts, case: Case) -> TaxDecision:
    """Taxed, or free of tax, under the law of the state that the goods leave."""
    return _decision(facts, case, facts.dispatch, _scheme_here(facts))


def _nobody(facts: Facts, case: Case) -> TaxDecision:
    return _decision(facts, case, None, "none")


def _at_destination(facts: Facts, case: Case) -> TaxDecision:
    """At the rate of the state where the goods, or the consumer, are."""
    seller, state = facts.supply.seller, facts.to.state
    if facts.supply.supplied_on < REFORM:
        text = f"taxed in {state} above its threshold, § 3c UStG as it was until 2021-06-30"
        raise DestinationTax("destination_tax", text)
    scheme: Scheme = "oss" if seller.oss else "unregistered"
    if state in seller.local and not seller.oss:
        scheme = "local"
    elif state == seller.home and not seller.oss:
        scheme = "home"
    return _decision(facts, case, state, scheme)


def _no_dispatch(facts: Facts, case: Case) -> TaxDecision:
    text = f"goods leaving from {facts.dispatch} need a registration of the seller there"
    raise ForeignDispatch("foreign_dispatch", text)


def _scheme_here(facts: Facts) -> Scheme:
    return "home" if facts.dispatch == facts.supply.seller.home else "local"


def _decision(facts: Facts, case: Case, state: str | None, scheme: Scheme) -> TaxDecision:
    seller = facts.supply.seller
    percent = Decimal(0)
    if state is not None and case.category is None:
        percent = _rate_in(state, facts)
    charged: Category = "S" if percent else "Z"
    local = seller.local.get(state or "") if scheme == "local" else None
    return TaxDecision(
        rate=percent,
        category=case.category or charged,
        case=case.name,
        reason=case.german if facts.dispatch == "DE" else case.union,
        territory=facts.to.name,
        vatex=case.vatex,
        note=case.note,
        proof=case.proof,
        state=state,
        scheme=scheme,
        seller_vat_id=local.vat_id if local else None,
        counts=case.counts and facts.dispatch == seller.home and _is_after_reform(facts),
    )


def _is_after_reform(facts: Facts) -> bool:
    return facts.supply.supplied_on >= REFORM


def _rate_in(state: str, facts: Facts) -> Decimal:
    """The rate of the goods in a state, or in the region of it that they go to."""
    supply, seller = facts.supply, facts.supply.seller
    category = CATEGORIES[supply.category]
    if state != seller.home:
        named = supply.abroad.get(state, "reduced" if category == "reduced" else "standard")
        category = CATEGORIES.get(named, "standard")
    return rate(state, category, supply.supplied_on, _favoured(facts.to.region, state, seller))


def _favoured(region: Region | None, state: str, seller: Registrations) -> Region | None:
    """The region whose rates apply: some favour only those who sit there."""
    if region is None or region.state != state:
        return None
    return None if region.established_only and region.id not in seller.established_in else region


# -- the table ------------------------------------------------------------------------------------


class Row(NamedTuple):
    """Row of the table: when it applies, which case it is, and how that is answered."""

    applies: Callable[[Facts], bool]
    case: Case
    answer: Callable[[Facts, Case], TaxDecision] = _plain


def registered(seller: Registrations, state: str, on: date) -> bool:
    """True if the seller may send goods from a state: a member state where it is registered."""
    return (state == seller.home or state in seller.local) and is_member(state, on)


def _unregistered(f: Facts) -> bool:
    return not registered(f.supply.seller, f.dispatch, f.supply.supplied_on)


def _small_at_home(f: Facts) -> bool:
    """Exempt is what is taxable at home: not a consumer's sale that is taxed at its destination."""
    seller = f.supply.seller
    away = not f.domestic and not f.outside and f.above and not f.business_abroad
    digital = f.supply.kind == "digital" and f.outside
    service = not f.goods and (f.outside or f.business_abroad) and f.supply.buyer == "B2B"
    elsewhere = (away and f.supply.kind != "service") or digital or service
    return seller.small_business and f.dispatch == seller.home and not elsewhere


def _small_abroad(f: Facts) -> bool:
    cross = not f.domestic and not f.outside and f.above and f.supply.kind != "service"
    return cross and not f.business_abroad and f.to.state in f.supply.seller.small_business_states


def _local_shift(f: Facts) -> bool:
    local = f.supply.seller.local.get(f.dispatch)
    shifted = local is not None and local.reverse_charge and f.dispatch != f.supply.seller.home
    return shifted and f.domestic and f.id_of == f.dispatch


def _is(category: str) -> Callable[[Facts], bool]:
    return lambda f: f.supply.category == category


def _shifted(category: str) -> Callable[[Facts], bool]:
    return lambda f: f.shifted and f.supply.category == category


def _margin(category: str) -> Callable[[Facts], bool]:
    return lambda f: f.supply.category == category and not f.outside


def _digital(f: Facts) -> bool:
    return f.supply.kind == "digital"


def _business(f: Facts) -> bool:
    return f.supply.buyer == "B2B"


# Evaluated top-down: the first row that applies answers.
TABLE: tuple[Row, ...] = (
    Row(_is("voucher_multi"), cases.MULTI_PURPOSE, _nobody),
    Row(_unregistered, cases.DOMESTIC, _no_dispatch),
    Row(_small_at_home, cases.SMALL_BUSINESS),
    Row(_is("voucher_single"), cases.SINGLE_PURPOSE),
    Row(_is("voucher_single_reduced"), cases.SINGLE_PURPOSE),
    # services
    Row(lambda f: not f.goods and f.outside and _business(f), cases.SERVICE_OUTSIDE, _nobody),
    Row(lambda f: not f.goods and f.business_abroad, cases.SERVICE_IN_UNION, _nobody),
    Row(lambda f: _digital(f) and f.outside, cases.DIGITAL_OUTSIDE, _nobody),
    Row(_small_abroad, cases.SMALL_BUSINESS_ABROAD, _nobody),
    Row(
        lambda f: _digital(f) and not f.domestic and f.above,
        cases.DIGITAL_AT_DESTINATION,
        _at_destination,
    ),
    Row(lambda f: _digital(f) and not f.domestic, cases.DIGITAL_BELOW),
    Row(lambda f: not f.goods and f.domestic and _business(f), cases.SERVICE_DOMESTIC),
    Row(lambda f: not f.goods, cases.SERVICE),
    # goods: territories first
    Row(lambda f: f.outside, cases.EXPORT),
    *(Row(_shifted(name), case) for name, case in _SHIFTED.items()),
    *(Row(_margin(name), case) for name, case in _MARGINS.items()),
    Row(_local_shift, cases.LOCAL_REVERSE_CHARGE),
    Row(lambda f: f.domestic, cases.DOMESTIC),
    Row(lambda f: f.business_abroad, cases.INTRA_COMMUNITY),
    Row(lambda f: f.above, cases.AT_DESTINATION, _at_destination),
    Row(_business, cases.NO_VAT_ID),
    Row(lambda f: f.supply.supplied_on >= REFORM, cases.BELOW_THRESHOLD),
    Row(lambda f: True, cases.BEFORE_REFORM),
)
