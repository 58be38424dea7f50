"""The cases of the tax table: for each its law, what the invoice must say, and what to keep."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Category = Literal["S", "Z", "E", "AE", "K", "G", "O"]
"""EN 16931, UNCL 5305: standard (any rate above zero), zero, exempt, reverse charge,
intra-community supply, export, not subject to tax."""


class Text(Struct, frozen=True):
    """Words of the invoice about the case, in both languages of the house."""

    de: str
    en: str


class Case(Struct, frozen=True, kw_only=True):
    """One case: `german` and `union` name its law, as seen from Germany and from anywhere.

    `category` None means that the tax is charged: S, or Z where its rate is zero. `counts` says
    that the supply counts towards the threshold of distance sales.
    """

    name: str
    german: str
    union: str
    category: Category | None = None
    vatex: str | None = None
    note: Text | None = None
    proof: str | None = None
    counts: bool = False


SMALL_BUSINESS = Case(
    name="small business",
    german="§ 19 Abs. 1 UStG; Art. 284 MwStSystRL",
    union="Art. 284 MwStSystRL",
    category="E",
    note=Text(
        de="Steuerbefreiung für Kleinunternehmer (§ 19 UStG)",
        en="VAT exemption for small businesses (Art. 284 Directive 2006/112/EC)",
    ),
    proof="turnover of this and last year (§ 19 UStG)",
)
SMALL_BUSINESS_ABROAD = Case(
    name="small business in another member state",
    german="§ 19a UStG; Art. 284 Abs. 2 MwStSystRL",
    union="Art. 284 Abs. 2 MwStSystRL",
    category="E",
    note=SMALL_BUSINESS.note,
    proof="the EX number, and the quarterly reports (§ 19a UStG)",
    counts=True,
)
DOMESTIC = Case(
    name="domestic",
    german="§ 1 Abs. 1 Nr. 1, § 3 Abs. 6, § 12 UStG",
    union="Art. 2 Abs. 1 Buchst. a, Art. 32, 96, 98 MwStSystRL",
)
REVERSE_CHARGE = Text(de="Steuerschuldnerschaft des Leistungsempfängers", en="Reverse charge")
_BUSINESS = "that the buyer is in business, as by a VAT id (section 13b UStAE)"
ELECTRONICS = Case(
    name="domestic reverse charge, electronics",
    german="§ 13b Abs. 2 Nr. 10, Abs. 5 UStG; Art. 199a MwStSystRL",
    union="Art. 199a MwStSystRL",
    category="AE",
    vatex="VATEX-EU-AE",
    note=REVERSE_CHARGE,
    proof=f"{_BUSINESS}, and the sum of 5,000 EUR in one transaction",
)
METALS = Case(
    name="domestic reverse charge, metals",
    german="§ 13b Abs. 2 Nr. 11, Abs. 5, Anlage 4 UStG; Art. 199a MwStSystRL",
    union="Art. 199a MwStSystRL",
    category="AE",
    vatex="VATEX-EU-AE",
    note=REVERSE_CHARGE,
    proof=f"{_BUSINESS}, and the sum of 5,000 EUR in one transaction",
)
SCRAP = Case(
    name="domestic reverse charge, scrap",
    german="§ 13b Abs. 2 Nr. 7, Abs. 5, Anlage 3 UStG; Art. 199 MwStSystRL",
    union="Art. 199 MwStSystRL",
    category="AE",
    vatex="VATEX-EU-AE",
    note=REVERSE_CHARGE,
    proof=_BUSINESS,
)
LOCAL_REVERSE_CHARGE = Case(
    name="reverse charge on domestic sales from abroad",
    german="Art. 194 MwStSystRL",
    union="Art. 194 MwStSystRL",
    category="AE",
    vatex="VATEX-EU-AE",
    note=REVERSE_CHARGE,
    proof="the buyer's valid VAT id of the state of the warehouse",
)
_MARGIN = "the purchase price, item by item or in sum (§ 25a Abs. 3, 4, 6 UStG)"
MARGIN = Case(
    name="margin scheme, second-hand goods",
    german="§ 25a UStG; Art. 313 MwStSystRL",
    union="Art. 313 MwStSystRL",
    category="E",
    vatex="VATEX-EU-F",
    note=Text(de="Gebrauchtgegenstände/Sonderregelung", en="Margin scheme — Second-hand goods"),
    proof=_MARGIN,
)
MARGIN_ART = Case(
    name="margin scheme, works of art",
    german="§ 25a UStG; Art. 313 MwStSystRL",
    union="Art. 313 MwStSystRL",
    category="E",
    vatex="VATEX-EU-I",
    note=Text(de="Kunstgegenstände/Sonderregelung", en="Margin scheme — Works of art"),
    proof=_MARGIN,
)
MARGIN_COLLECTORS = Case(
    name="margin scheme, collectors' items and antiques",
    german="§ 25a UStG; Art. 313 MwStSystRL",
    union="Art. 313 MwStSystRL",
    category="E",
    vatex="VATEX-EU-J",
    note=Text(
        de="Sammlungsstücke und Antiquitäten/Sonderregelung",
        en="Margin scheme — Collector’s items and antiques",
    ),
    proof=_MARGIN,
)
MARGIN_VATEX = frozenset({MARGIN.vatex, MARGIN_ART.vatex, MARGIN_COLLECTORS.vatex})
"""By these a line says that it is of the margin scheme: taxed, and not exempt."""

EXPORT = Case(
    name="export",
    german="§ 4 Nr. 1 Buchst. a, § 6 UStG; Art. 146 MwStSystRL",
    union="Art. 146 MwStSystRL",
    category="G",
    vatex="VATEX-EU-G",
    note=Text(
        de="Steuerfreie Ausfuhrlieferung (§ 4 Nr. 1 Buchst. a, § 6 UStG)",
        en="Export delivery exempt from VAT (Art. 146 Directive 2006/112/EC)",
    ),
    proof="export evidence: §§ 8–10 UStDV",
)
INTRA_COMMUNITY = Case(
    name="intra-community supply",
    german="§ 4 Nr. 1 Buchst. b, § 6a UStG; Art. 138 MwStSystRL",
    union="Art. 138 MwStSystRL",
    category="K",
    vatex="VATEX-EU-IC",
    note=Text(
        de="Steuerfreie innergemeinschaftliche Lieferung (§ 4 Nr. 1 Buchst. b, § 6a UStG)",
        en="Intra-community supply exempt from VAT (Art. 138 Directive 2006/112/EC)",
    ),
    proof="valid VAT id at the time of supply, recapitulative statement (§ 18a UStG) and evidence "
    "of arrival: §§ 17a–17d UStDV",
)
AT_DESTINATION = Case(
    name="distance sale at the destination's rate",
    german="§ 3c Abs. 1, § 18j UStG; Art. 33 Buchst. a MwStSystRL",
    union="Art. 33 Buchst. a, Art. 369a ff. MwStSystRL",
    proof="records for ten years: Art. 63c Regulation (EU) 282/2011",
    counts=True,
)
NO_VAT_ID = Case(
    name="business without checked VAT id",
    german="§ 6a Abs. 1 Nr. 4, § 3 Abs. 6, § 12 UStG",
    union="Art. 138 Abs. 1 Buchst. b, Art. 32 MwStSystRL",
    counts=True,
)
BELOW_THRESHOLD = Case(
    name="distance sale below threshold",
    german="§ 3c Abs. 4, § 3 Abs. 6, § 12 UStG; Art. 59c MwStSystRL",
    union="Art. 59c, Art. 32 MwStSystRL",
    proof="sum of distance sales of this and last year",
    counts=True,
)
BEFORE_REFORM = Case(
    name="distance sale below threshold",
    german="§ 3c Abs. 3 UStG (Fassung bis 30.06.2021), § 3 Abs. 6, § 12 UStG",
    union="Art. 34 MwStSystRL (until 2021-06-30)",
)
SERVICE_OUTSIDE = Case(
    name="service to a business in a third country",
    german="§ 3a Abs. 2 UStG; Art. 44 MwStSystRL",
    union="Art. 44 MwStSystRL",
    category="O",
    vatex="VATEX-EU-O",
    note=Text(
        de="Im Inland nicht steuerbare Leistung (§ 3a Abs. 2 UStG)",
        en="Not subject to VAT here (Art. 44 Directive 2006/112/EC)",
    ),
    proof="that the buyer is in business, as by a certificate of its authority (section 3a.2 (11) "
    "UStAE)",
)
SERVICE_IN_UNION = Case(
    name="service to a business in the Union",
    german="§ 3a Abs. 2 UStG; Art. 44, 196 MwStSystRL",
    union="Art. 44, 196 MwStSystRL",
    category="AE",
    vatex="VATEX-EU-AE",
    note=REVERSE_CHARGE,
    proof="valid VAT id, recapitulative statement (§ 18a UStG)",
)
DIGITAL_OUTSIDE = Case(
    name="digital service to a consumer in a third country",
    german="§ 3a Abs. 5 UStG; Art. 58 MwStSystRL",
    union="Art. 58 MwStSystRL",
    category="O",
    vatex="VATEX-EU-O",
    note=Text(
        de="Im Inland nicht steuerbare Leistung (§ 3a Abs. 5 UStG)",
        en="Not subject to VAT here (Art. 58 Directive 2006/112/EC)",
    ),
    proof="where the consumer lives: Art. 24b, 24f Regulation (EU) 282/2011",
)
DIGITAL_AT_DESTINATION = Case(
    name="digital service at the consumer's rate",
    german="§ 3a Abs. 5, § 18j UStG; Art. 58 MwStSystRL",
    union="Art. 58 MwStSystRL",
    proof="where the consumer lives: Art. 24b, 24f Regulation (EU) 282/2011",
    counts=True,
)
DIGITAL_BELOW = Case(
    name="digital service below threshold",
    german="§ 3a Abs. 5 Satz 3, Abs. 1, § 12 UStG; Art. 59c MwStSystRL",
    union="Art. 59c MwStSystRL",
    proof="sum of distance sales of this and last year",
    counts=True,
)
SERVICE = Case(
    name="service at home",
    german="§ 3a Abs. 1, § 12 UStG; Art. 45 MwStSystRL",
    union="Art. 45 MwStSystRL",
)
SERVICE_DOMESTIC = Case(
    name="service to a business at home",
    german="§ 3a Abs. 2, § 12 UStG; Art. 44 MwStSystRL",
    union="Art. 44 MwStSystRL",
)
SINGLE_PURPOSE = Case(
    name="single-purpose voucher",
    german="§ 3 Abs. 14, § 12 UStG; Art. 30a, 30b Abs. 1 MwStSystRL",
    union="Art. 30a, 30b Abs. 1 MwStSystRL",
    proof="place and rate were certain at the sale; nothing is taxed when it is redeemed",
)
MULTI_PURPOSE = Case(
    name="multi-purpose voucher",
    german="§ 3 Abs. 15 UStG; Art. 30a, 30b Abs. 2 MwStSystRL",
    union="Art. 30a, 30b Abs. 2 MwStSystRL",
    category="O",
    vatex="VATEX-EU-O",
    note=Text(
        de="Mehrzweck-Gutschein: Besteuerung bei Einlösung (§ 3 Abs. 15 UStG)",
        en="Multi-purpose voucher: taxed when redeemed (Art. 30b Directive 2006/112/EC)",
    ),
    proof="its redemption, which is taxed",
)
