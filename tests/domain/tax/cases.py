"""Supplies and what they are taxed at, each with the source that says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from msgspec.structs import replace

from oms.tax import engine as tax
from oms.tax.places import APART
from oms.tax.seller import LocalRegistration, Registrations

TODAY = date(2026, 11, 24)
LOCAL = Registrations(
    oss=True,
    local={
        "AT": LocalRegistration(vat_id="ATU12345675"),
        "PL": LocalRegistration(vat_id="PL5260001246", reverse_charge=True),
    },
)
SMALL = Registrations(small_business=True, small_business_states=("AT",))
OSS = Registrations(oss=True)


class Case(NamedTuple):
    """A supply, what it is taxed at, and who says so."""

    name: str
    category: str
    rate: str
    source: str
    vatex: str | None = None
    to: tuple[str, str] = ("DE", "80331")
    since: str = ""
    goods: str = "standard"
    kind: str = "goods"
    on: date = TODAY
    ship_from: str = "DE"
    business: bool = False
    vat_id: str | None = None
    above: bool = False
    seller: Registrations = Registrations()
    net: str = "100"
    abroad: tuple[tuple[str, str], ...] = ()
    scheme: str = "home"
    state: str | None = "DE"


AT, FR, IE, CH = ("AT", "1010"), ("FR", "75001"), ("IE", "D02 X285"), ("CH", "8001")
ATU, FRV, XI = "ATU57477929", "FR40303265045", "XI366303068"
B: dict[str, Any] = {"business": True}
UP: dict[str, Any] = {"above": True, "seller": OSS, "scheme": "oss"}
_2020, _2021 = date(2020, 7, 1), date(2021, 1, 1)
CASES = (
    # small business
    Case("small business at home", "E", "0", "§ 19 (1) UStG", seller=SMALL),
    Case("small business to a third country", "E", "0", "§ 19 (1) UStG", to=CH, seller=SMALL),
    Case("small business to a consumer below", "E", "0", "§ 19 (1), § 3c (4) UStG", to=AT,
         seller=SMALL),
    Case("small business above, scheme used there", "E", "0", "§ 19a UStG; Art. 284 (2)", to=AT,
         above=True, seller=SMALL, state=None, scheme="none"),
    Case("small business above, scheme not used there", "S", "20", "§ 3c (1) UStG; CGI 278",
         to=FR, above=True, seller=SMALL, state="FR", scheme="unregistered"),
    Case("small business, service to a business abroad", "AE", "0", "§ 3a (2) UStG; Art. 196",
         "VATEX-EU-AE", to=AT, kind="service", vat_id=ATU, seller=SMALL, state=None,
         scheme="none", **B),
    # at home, by date
    Case("at home", "S", "19", "§ 12 (1) UStG"),
    Case("at home, reduced", "S", "7", "§ 12 (2) UStG", goods="reduced"),
    Case("photovoltaics", "Z", "0", "§ 12 (3) UStG", goods="zero"),
    Case("photovoltaics before 2023", "S", "19", "§ 12 (1) UStG", goods="zero",
         on=date(2022, 12, 31)),
    Case("last day before the cut of 2020", "S", "19", "§ 28 UStG", on=date(2020, 6, 30)),
    Case("first day of the cut of 2020", "S", "16", "§ 28 (1) UStG", on=_2020),
    Case("reduced in the cut of 2020", "S", "5", "§ 28 (2) UStG", on=date(2020, 12, 31),
         goods="reduced"),
    Case("first day after the cut of 2020", "S", "19", "§ 28 UStG", on=_2021),
    Case("business at home", "S", "19", "§ 12 (1) UStG", vat_id="DE136695976", **B),
    # 13b
    Case("phones to a business, 5,000 EUR", "AE", "0", "§ 13b (2) no. 10 UStG", "VATEX-EU-AE",
         goods="electronics_13b", net="5000", **B),
    Case("phones to a business, a cent less", "S", "19", "§ 13b (2) no. 10 UStG",
         goods="electronics_13b", net="4999.99", **B),
    Case("phones to a consumer", "S", "19", "§ 13b (5) UStG", goods="electronics_13b",
         net="9000"),
    Case("metals to a business", "AE", "0", "§ 13b (2) no. 11 UStG", "VATEX-EU-AE",
         goods="metals_13b", net="5000", **B),
    Case("scrap to a business, any sum", "AE", "0", "§ 13b (2) no. 7 UStG", "VATEX-EU-AE",
         goods="scrap_13b", net="10", **B),
    Case("phones to a business abroad", "K", "0", "§ 6a UStG", "VATEX-EU-IC", to=AT,
         goods="electronics_13b", net="5000", vat_id=ATU, **B),
    # margin scheme
    Case("second-hand at home", "E", "0", "§ 25a UStG", "VATEX-EU-F", goods="margin"),
    Case("works of art", "E", "0", "§ 25a UStG", "VATEX-EU-I", goods="margin_art"),
    Case("collectors' items", "E", "0", "§ 25a UStG", "VATEX-EU-J", goods="margin_collectors"),
    Case("second-hand to a consumer abroad, above", "E", "0", "§ 25a (7) no. 3 UStG", "VATEX-EU-F",
         to=AT, goods="margin", above=True, seller=OSS),
    Case("second-hand to a business abroad", "E", "0", "§ 25a (5) UStG", "VATEX-EU-F", to=AT,
         goods="margin", vat_id=ATU, **B),
    Case("second-hand to a third country", "G", "0", "§ 25a (5), § 6 UStG", "VATEX-EU-G", to=CH,
         goods="margin"),
    # businesses of other member states
    Case("business with a valid id", "K", "0", "§ 6a UStG; Art. 138", "VATEX-EU-IC", to=AT,
         vat_id=ATU, **B),
    Case("business with an id of a third state of the Union", "K", "0", "§ 6a (1) no. 4 UStG",
         "VATEX-EU-IC", to=AT, vat_id=FRV, **B),
    Case("business without an id", "S", "19", "§ 6a (1) no. 4 UStG", to=AT, **B),
    Case("business with the id of the home state", "S", "19", "§ 6a (1) no. 4 UStG", to=AT,
         vat_id="DE136695976", **B),
    Case("business without an id, above", "S", "20", "§ 3c (1) UStG", to=AT, state="AT", **B, **UP),
    # distance sales
    Case("consumer below", "S", "19", "§ 3c (4) UStG; Art. 59c", to=AT),
    Case("consumer below, reduced", "S", "7", "§ 3c (4) UStG; Art. 59c", to=AT, goods="reduced"),
    Case("consumer above", "S", "20", "§ 3c (1) UStG; § 10 öUStG", to=AT, state="AT", **UP),
    Case("consumer above, reduced", "S", "10", "§ 10 (2) öUStG", to=AT, goods="reduced",
         state="AT", **UP),
    Case("consumer, threshold waived", "S", "20", "§ 3c (4) sentence 2 UStG", to=FR, state="FR",
         seller=Registrations(oss=True, destination_taxation=True), scheme="oss"),
    Case("above, registered there instead", "S", "20", "§ 3c (1) UStG", to=AT, above=True,
         seller=replace(LOCAL, oss=False), state="AT", scheme="local"),
    Case("above, registered nowhere", "S", "20", "§ 3c (1) UStG", to=AT, above=True, state="AT",
         scheme="unregistered"),
    Case("above to Finland", "S", "25.5", "§ 84 AVL", to=("FI", "00100"), state="FI", **UP),
    Case("above to Estonia after July 2025", "S", "24", "§ 15 KMS", to=("EE", "10111"),
         state="EE", **UP),
    Case("above to Estonia in June 2025", "S", "22", "§ 15 KMS", to=("EE", "10111"), state="EE",
         on=date(2025, 6, 30), **UP),
    Case("above to Romania after August 2025", "S", "21", "Legea 141/2025", to=("RO", "010011"),
         state="RO", **UP),
    Case("above to Slovakia before 2025", "S", "20", "§ 27 zákon 222/2004",
         to=("SK", "81101"), state="SK", on=date(2024, 12, 31), **UP),
    Case("above to Luxembourg in its year of 16 %", "S", "16", "loi du 26 octobre 2022",
         to=("LU", "1009"), state="LU", on=date(2023, 6, 1), **UP),
    Case("above to Denmark, which has no reduced rate", "S", "25", "§ 33 momsloven",
         to=("DK", "1050"), goods="reduced", state="DK", **UP),
    Case("books to Italy", "S", "4", "Tabella A, parte II DPR 633/1972", to=("IT", "00118"),
         goods="reduced", abroad=(("IT", "super_reduced"),), state="IT", **UP),
    Case("books to Ireland", "Z", "0", "Schedule 2 VATCA 2010", to=IE, goods="reduced",
         abroad=(("IE", "zero"),), state="IE", **UP),
    Case("staple food to Austria", "S", "4.9", "§ 10 (1a) öUStG", to=AT, goods="reduced",
         abroad=(("AT", "super_reduced"),), state="AT", **UP),
    Case("consumer before the reform", "S", "19", "§ 3c (3) UStG until 2021-06-30", to=AT,
         on=date(2021, 6, 30)),
    # services
    Case("service to a business in the Union", "AE", "0", "§ 3a (2) UStG; Art. 44, 196",
         "VATEX-EU-AE", to=AT, kind="service", vat_id=ATU, state=None, scheme="none", **B),
    Case("service to a business without an id", "S", "19", "§ 3a (1) UStG; Art. 45", to=AT,
         kind="service", **B),
    Case("service to a business at home", "S", "19", "§ 3a (2) UStG", kind="service", **B),
    Case("service to a consumer abroad", "S", "19", "§ 3a (1) UStG; Art. 45", to=AT,
         kind="service"),
    Case("service to a business in a third country", "O", "0", "§ 3a (2) UStG; Art. 44",
         "VATEX-EU-O", to=CH, kind="service", state=None, scheme="none", **B),
    Case("digital, consumer below", "S", "19", "§ 3a (5) sentence 3 UStG", to=AT, kind="digital"),
    Case("digital, consumer above", "S", "20", "§ 3a (5) UStG; Art. 58", to=AT, kind="digital",
         state="AT", **UP),
    Case("digital, consumer in a third country", "O", "0", "§ 3a (5) UStG; Art. 58", "VATEX-EU-O",
         to=CH, kind="digital", state=None, scheme="none"),
    # third countries
    Case("Switzerland", "G", "0", "§ 6 UStG; Art. 146", "VATEX-EU-G", to=CH),
    Case("Great Britain", "G", "0", "Art. 146; Withdrawal Agreement", "VATEX-EU-G",
         to=("GB", "SW1A 1AA")),
    Case("Norway, business", "G", "0", "§ 6 UStG; Art. 146", "VATEX-EU-G", to=("NO", "0150"), **B),
    Case("United States", "G", "0", "§ 6 UStG; Art. 146", "VATEX-EU-G", to=("US", "10001")),
    # Northern Ireland, Monaco, Isle of Man, base areas
    Case("Northern Ireland, consumer below", "S", "19", "Windsor Framework, Art. 8",
         to=("GB", "BT1 5GS")),
    Case("Northern Ireland, consumer above", "S", "20", "VATA 1994 s. 2", to=("GB", "BT1 5GS"),
         state="XI", **UP),
    Case("Northern Ireland, business", "K", "0", "Windsor Framework, Art. 8", "VATEX-EU-IC",
         to=("XI", "BT1 5GS"), vat_id=XI, **B),
    Case("Northern Ireland, service to a business", "O", "0", "§ 3a (2) UStG: as Great Britain",
         "VATEX-EU-O", to=("XI", "BT1 5GS"), kind="service", vat_id=XI, state=None,
         scheme="none", **B),
    Case("Northern Ireland, digital to a consumer", "O", "0", "§ 3a (5) UStG: as Great Britain",
         "VATEX-EU-O", to=("GB", "BT1 5GS"), kind="digital", state=None, scheme="none"),
    Case("Monaco as France", "S", "20", "Art. 7 (1) MwStSystRL", to=("MC", "98000"), state="FR",
         **UP),
    Case("Isle of Man as Great Britain", "G", "0", "Art. 7 MwStSystRL", "VATEX-EU-G",
         to=("IM", "IM1 1AA")),
    Case("Akrotiri as Cyprus", "S", "19", "Art. 7 (1) MwStSystRL", to=("GB", "BFPO 57"),
         state="CY", **UP),
    # own rates
    Case("Jungholz, seller from elsewhere", "S", "20", "§ 10 (4) öUStG: sellers there alone",
         to=("AT", "6691"), state="AT", **UP),
    Case("Jungholz, seller who sits there", "S", "19", "§ 10 (4) öUStG", to=("AT", "6691"),
         state="AT", above=True, scheme="oss",
         seller=Registrations(oss=True, established_in=("jungholz_mittelberg",))),
    Case("Mittelberg, seller who sits there, reduced", "S", "10", "§ 10 (2), (4) öUStG",
         to=("AT", "6993"), goods="reduced", state="AT", above=True, scheme="oss",
         seller=Registrations(oss=True, established_in=("jungholz_mittelberg",))),
    Case("Azores", "S", "16", "Art. 18 (3) CIVA", to=("PT", "9500-150"), state="PT", **UP),
    Case("Azores, reduced", "S", "4", "Art. 18 (3) CIVA", to=("PT", "9980-024"), goods="reduced",
         state="PT", **UP),
    Case("Madeira", "S", "22", "Art. 18 (3) CIVA", to=("PT", "9000-001"), state="PT", **UP),
    Case("Madeira, reduced", "S", "4", "DLR 6/2024/M", to=("PT", "9400-150"), goods="reduced",
         state="PT", **UP),
    Case("Madeira, reduced until September 2024", "S", "5", "DLR 6/2024/M", to=("PT", "9000-001"),
         goods="reduced", state="PT", on=date(2024, 9, 30), **UP),
    Case("Corsica", "S", "20", "Art. 297 CGI", to=("FR", "20000"), state="FR", **UP),
    Case("Corsica, food and books", "S", "2.1", "Art. 297 I 2° CGI", to=("FR", "20200"),
         goods="reduced", state="FR", **UP),
    Case("Lesbos, seller from elsewhere", "S", "24", "circular E.2113/2025", to=("GR", "811 00"),
         state="GR", **UP),
    Case("Lesbos, seller who sits there", "S", "17", "Art. 26 Law 5144/2024", to=("GR", "811 00"),
         state="GR", above=True, scheme="oss",
         seller=Registrations(oss=True, established_in=("greek_islands",))),
    # vouchers
    Case("single-purpose voucher", "S", "19", "§ 3 (14) UStG; Art. 30b (1)",
         goods="voucher_single"),
    Case("single-purpose voucher for books, sent to Switzerland", "S", "7", "§ 3 (14) UStG",
         to=CH, goods="voucher_single_reduced"),
    Case("multi-purpose voucher", "O", "0", "§ 3 (15) UStG; Art. 30b (2)", "VATEX-EU-O",
         goods="voucher_multi", state=None, scheme="none"),
    # from a warehouse abroad
    Case("from Austria to Austria", "S", "20", "Art. 32 MwStSystRL; § 10 öUStG", to=AT,
         ship_from="AT", seller=LOCAL, state="AT", scheme="local"),
    Case("from Austria to Austria, reduced", "S", "10", "§ 10 (2) öUStG", to=AT, ship_from="AT",
         goods="reduced", seller=LOCAL, state="AT", scheme="local"),
    Case("from Austria to a consumer at home", "S", "19", "Art. 33 (a), 369a MwStSystRL",
         ship_from="AT", seller=LOCAL, scheme="oss"),
    Case("from Austria to a consumer in France", "S", "20", "Art. 33 (a) MwStSystRL", to=FR,
         ship_from="AT", seller=LOCAL, state="FR", scheme="oss"),
    Case("from Austria to a business in France", "K", "0", "Art. 138 MwStSystRL", "VATEX-EU-IC",
         to=FR, ship_from="AT", vat_id=FRV, seller=LOCAL, state="AT", scheme="local", **B),
    Case("from Austria to a business at home", "K", "0", "Art. 138 MwStSystRL", "VATEX-EU-IC",
         ship_from="AT", vat_id="DE136695976", seller=LOCAL, state="AT", scheme="local", **B),
    Case("from Austria to Switzerland", "G", "0", "Art. 146 MwStSystRL", "VATEX-EU-G", to=CH,
         ship_from="AT", seller=LOCAL, state="AT", scheme="local"),
    Case("from Poland to a business registered there", "AE", "0", "Art. 194 MwStSystRL",
         "VATEX-EU-AE", to=("PL", "00-001"), ship_from="PL", vat_id="PL5260001246", seller=LOCAL,
         state="PL", scheme="local", **B),
    Case("from Austria to a business registered there", "S", "20", "§ 19 (1) öUStG: no shift",
         to=AT, ship_from="AT", vat_id=ATU, seller=LOCAL, state="AT", scheme="local", **B),
    # a seller from another member state
    Case("seller in Austria, at home", "S", "20", "Art. 32, 96 MwStSystRL", to=AT, ship_from="AT",
         seller=Registrations(home="AT"), state="AT"),
    Case("seller in Austria, to a consumer in Germany", "S", "20", "Art. 59c MwStSystRL",
         ship_from="AT", seller=Registrations(home="AT"), state="AT"),
)  # fmt: skip
TERRITORIES = tuple(
    Case(
        f"{apart.name} {code}",
        "G",
        "0",
        "§ 1 (2) UStG; Art. 6 MwStSystRL",
        "VATEX-EU-G",
        to=(apart.state, code),
    )
    for apart, codes in zip(
        APART,
        (
            ["78266"], ["27498"], ["23041"], ["22061"], ["35001", "38999"], ["51001"], ["52006"],
            ["22100"], ["63086", "63087"], ["97100", "97200", "97300", "97400", "97600"],
            ["97500", "98800"],
        ),
        strict=True,
    )
    for code in codes
)  # fmt: skip
ALL = (*CASES, *TERRITORIES)


def supply(case: Case) -> tax.Supply:
    return tax.Supply(
        ship_from=case.ship_from,
        country=case.to[0],
        postal_code=case.to[1],
        buyer="B2B" if case.business else "B2C",
        category=case.goods,
        supplied_on=case.on,
        kind=case.kind,  # type: ignore[arg-type]
        abroad=dict(case.abroad),
        vat_id=case.vat_id,
        vat_id_checked=case.vat_id is not None,
        distance_sales="above" if case.above else "below",
        transaction_net=Decimal(case.net),
        seller=case.seller,
    )


def named(case: Case) -> str:
    return case.name
