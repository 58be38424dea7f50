"""What is answered of products, prices, warehouses and shops, and of all master data's changes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from oms.core.documents import Kind as DocumentKind
from oms.master.shop import Weight
from oms_aws.master.models import TaxCategory
from oms_aws.platform.answers import (
    Address,
    Currency,
    Cursor,
    Location,
    Money,
    Pieces,
    RefusedRow,
    Shop,
    Sku,
    Time,
    Told,
    Url,
    Version,
)
from oms_aws.platform.models import Model


class StoredRow(Model):
    """What became of a row of a batch; `row` counts from 0."""

    row: Annotated[int, Field(ge=0, examples=[0])]
    id: Annotated[
        str | None, Field(description="The SKU or id of the row, if it has one.", examples=["X-1"])
    ]
    outcome: Literal["stored", "unchanged", "refused"]
    version: Annotated[int | None, Field(description="The one that is stored.", examples=[3])]
    reason: Annotated[str, Field(description="Why it was refused.", examples=[""])]


class Stored(Model):
    """What became of each row; `refused` holds those of `rows` that were not taken."""

    stored: Annotated[int, Field(description="New, or other than before.", examples=[58])]
    unchanged: Annotated[int, Field(description="As before.", examples=[1])]
    refused: list[RefusedRow]
    rows: list[StoredRow]


class Change(Model):
    """One change of a record: who made it, when, and what it was before and after."""

    version: Annotated[Version, Field(examples=[2])]
    at: Time
    actor: Annotated[str, Field(examples=["clerk:clara"])]
    cause: Annotated[str, Field(examples=["request:JKJaXmPLvHcESHA="])]
    before: Annotated[dict[str, Any] | None, Field(examples=[{"id": "B2B", "version": 1}])]
    after: Annotated[dict[str, Any], Field(examples=[{"id": "B2B", "version": 2}])]


class Changes(Model):
    """A page of changes, newest first."""

    items: list[Change]
    cursor: Cursor


class Component(Model):
    """One part of a bundle: so many pieces of a SKU for each piece of the bundle."""

    sku: Sku
    quantity: Pieces


class Product(Model):
    """Master data of a product; weight in grams, sides in millimetres, list price gross."""

    sku: Sku
    name: Annotated[
        dict[str, str], Field(examples=[{"de": "Rucksack 45 l", "en": "Backpack 45 l"}])
    ]
    weight_g: Annotated[int, Field(examples=[1450])]
    length_mm: Annotated[int, Field(examples=[650])]
    width_mm: Annotated[int, Field(examples=[320])]
    height_mm: Annotated[int, Field(examples=[240])]
    tax_category: TaxCategory
    tax_abroad: Annotated[
        dict[str, str],
        Field(description="By state, where it is another one.", examples=[{"IT": "super_reduced"}]),
    ]
    list_price: Annotated[str | None, Field(examples=["129.90"])]
    price_currency: Currency
    kind: Annotated[str, Field(examples=["stock"])]
    components: list[Component]
    personalisable: bool
    gtin: Annotated[str | None, Field(examples=["4006381333931"])]
    hs_code: Annotated[str | None, Field(examples=["42029291"])]
    origin: Annotated[str | None, Field(examples=["DE"])]
    hazard_class: Annotated[str | None, Field(examples=[None])]
    un_number: Annotated[str | None, Field(examples=[None])]
    lithium: bool
    minimum_age: Annotated[int, Field(description="In years.", examples=[0])]
    fragile: bool
    bins: Annotated[
        dict[str, str],
        Field(description="Where it lies, by warehouse.", examples=[{"MUC": "Z1-02"}]),
    ]
    packing_note: Annotated[str | None, Field(examples=["Wrap it in paper, not in foil."])]
    group: Annotated[str | None, Field(examples=["bags"])]
    available_from: Annotated[date | None, Field(examples=[None])]
    backorder_limit: Annotated[int | None, Field(examples=[None])]
    buckets: Annotated[int, Field(examples=[0])]
    owner: Annotated[
        str | None,
        Field(
            description="The shop whose key may change it; null: none, or another one than yours.",
            examples=["berg-beutel"],
        ),
    ]
    version: Annotated[Version, Field(examples=[1])]


class Zone(Model):
    """A part of a warehouse, and its bins in walking order."""

    id: Annotated[str, Field(examples=["Z1"])]
    bins: Annotated[list[str], Field(examples=[["Z1-01", "Z1-02"]])]


class Warehouse(Model):
    """Master data of a warehouse."""

    id: Location
    name: Annotated[str, Field(examples=["Lager München"])]
    address: Address
    time_zone: Annotated[str, Field(examples=["Europe/Berlin"])]
    cut_off: Annotated[dict[str, str], Field(examples=[{"standard": "15:00"}])]
    priority: Annotated[int, Field(description="Lower is preferred.", examples=[1])]
    safety_stock: Annotated[int, Field(description="Pieces of each SKU.", examples=[0])]
    region: Annotated[str | None, Field(description="Whose holidays it keeps.", examples=["BY"])]
    holidays: Annotated[list[str], Field(description="Which categories.", examples=[["public"]])]
    closures: Annotated[list[date], Field(examples=[["2026-12-24"]])]
    capacity: Annotated[int | None, Field(description="Fulfilments a day.", examples=[800])]
    zones: list[Zone]
    unregistered_shops: Annotated[
        list[str],
        Field(description="They may not send from there: no VAT registration.", examples=[[]]),
    ]
    version: Annotated[Version, Field(examples=[1])]


class Bank(Model):
    """Where the seller is paid."""

    name: Annotated[str, Field(examples=["Musterbank"])]
    iban: Annotated[str, Field(examples=["DE02120300000000202051"])]
    bic: Annotated[str | None, Field(examples=["BYLADEM1001"])]


class Seller(Model):
    """The merchant, as printed on invoices."""

    name: Annotated[str, Field(examples=["Berg & Beutel GmbH"])]
    line1: Annotated[str, Field(examples=["Almweg 1"])]
    line2: Annotated[str | None, Field(examples=[None])]
    postal_code: Annotated[str, Field(examples=["83471"])]
    city: Annotated[str, Field(examples=["Berchtesgaden"])]
    country: Annotated[str, Field(examples=["DE"])]
    vat_id: Annotated[str | None, Field(examples=["DE123456789"])]
    tax_number: Annotated[str | None, Field(examples=[None])]
    register_entry: Annotated[
        str | None, Field(alias="register", examples=["HRB 12345, Amtsgericht Traunstein"])
    ]
    managers: Annotated[str | None, Field(examples=["Toni Tester"])]
    contact: Annotated[str | None, Field(description="Whom to ask.", examples=["Anna Tester"])]
    email: Annotated[str | None, Field(examples=["service@example.com"])]
    phone: Annotated[str | None, Field(examples=["+4986521234"])]
    website: Annotated[str | None, Field(examples=["https://berg-beutel.example"])]
    bank: Bank | None


class Bookkeeping(Model):
    """How the seller's books are kept."""

    consultant: Annotated[int, Field(description="DATEV's number of the adviser.")]
    client: Annotated[int, Field(description="DATEV's number of the seller.")]
    chart: Literal["SKR03", "SKR04"]
    year_begins: Annotated[int, Field(description="A month.", examples=[1])]
    accounts: dict[str, str]
    keys: dict[str, str]
    debtors: Annotated[
        Literal["each", "one"],
        Field(description="Each business customer has an account, or all share one."),
    ]


class DunningRules(Model):
    """How overdue invoices are asked for; days after the due date, or after the letter before."""

    on: bool
    remind_after: Annotated[int, Field(examples=[7])]
    first_after: Annotated[int, Field(examples=[14])]
    second_after: Annotated[int, Field(examples=[14])]
    pay_within: Annotated[int, Field(description="A letter's new deadline.", examples=[7])]
    first_fee: Annotated[str, Field(examples=["0"])]
    second_fee: Annotated[str, Field(examples=["0"])]
    interest: Annotated[bool, Field(description="Statutory default interest, § 288 BGB.")]
    lump_sum: Annotated[bool, Field(description="40 EUR of businesses, § 288 (5) BGB.")]
    base_rates: Annotated[
        dict[str, str],
        Field(description="Base rates (§ 247 BGB) announced since.", examples=[{}]),
    ]


class PaymentRules(Model):
    """A shop's patience with payments, in days."""

    authorised_days: Annotated[
        dict[str, int],
        Field(
            description="How old an authorisation may be, by payment method, `*` for all others.",
            examples=[{"*": 7}],
        ),
    ]
    remind_after: Annotated[int, Field(description="Of a prepayment.", examples=[7])]
    cancel_after: Annotated[int, Field(description="Of a prepayment.", examples=[14])]
    providers: Annotated[
        list[Literal["stripe", "test"]],
        Field(description="Which its orders may name.", examples=[["stripe"]]),
    ]
    tolerance: Annotated[
        str, Field(description="What a payment may lack of what is open.", examples=["0"])
    ]


class LocalRegistration(Model):
    """A VAT registration in another state than the home state."""

    vat_id: Annotated[str, Field(examples=["ATU12345675"])]
    reverse_charge: bool


class MonthRates(Model):
    """What an euro was in other currencies in a month."""

    source: Annotated[str, Field(description="Who published the rates, and where.")]
    rates: Annotated[
        dict[str, str],
        Field(description="Units of a currency for one euro.", examples=[{"PLN": "4.25"}]),
    ]


class Registrations(Model):
    """What the tax office knows of the seller; states are ISO 3166-1 codes."""

    home: Annotated[str, Field(examples=["DE"])]
    small_business: bool
    small_business_states: list[str]
    oss: bool
    local: dict[str, LocalRegistration]
    destination_taxation: bool
    sold_elsewhere: Annotated[
        dict[str, str],
        Field(
            description="Net EUR by year that other systems sold towards the threshold.",
            examples=[{"2026": "1200.00"}],
        ),
    ]
    exchange: Annotated[
        dict[str, MonthRates], Field(description="Rates of other currencies by month.")
    ]
    established_in: list[str]
    vies_unreachable: Literal["hold", "b2c"]
    vat_check_days: Annotated[int, Field(examples=[30])]


class Logo(Model):
    """A logo that is kept; send these back to keep it."""

    sha256: Annotated[str, Field(examples=["9f86d081884c7d65…"])]
    type: Literal["png", "svg"]


class Letterhead(Model):
    """How head and foot of the papers look."""

    colour: Annotated[str, Field(examples=["#1f5a54"])]
    logo: Logo | None
    tagline: Annotated[str | None, Field(examples=["Alles für draußen"])]
    footer: list[list[str]]


class Wording(Model):
    """The words of one kind of paper in one language."""

    intro: Annotated[str | None, Field(examples=["Guten Tag {name},"])]
    closing: Annotated[str | None, Field(examples=[None])]
    payment: dict[str, str]


class PaperRules(Model):
    """Which papers a shop wants, and how."""

    delivery_note_prices: Annotated[
        bool | None, Field(description="Null: private customers see them, businesses do not.")
    ]
    confirmation_link: Annotated[
        bool,
        Field(description="Whether businesses get a link to the confirmation with the first mail."),
    ]


class AddressRules(Model):
    """What doubts about an address weigh."""

    house_number: Annotated[Weight, Field(description="A street without a house number.")]
    place: Annotated[Weight, Field(description="A place that does not fit its postcode.")]


class MailRules(Model):
    """Whom mails come from, and who gets the answers; empty: the deployment's sender, the shop."""

    sender: Annotated[str, Field(examples=["orders@example.com"])]
    sender_name: Annotated[str, Field(examples=["Berg&Beutel"])]
    reply_to: Annotated[str, Field(examples=["service@example.com"])]
    reply_to_name: Annotated[str, Field(examples=["Berg&Beutel Service"])]


class ShopRecord(Model):
    """A sales channel and who sells there."""

    id: Shop
    name: Annotated[str, Field(examples=["Berg&Beutel"])]
    seller: Seller
    support_email: Annotated[str, Field(examples=["service@example.com"])]
    invoice_prefix: Annotated[str, Field(examples=["RE"])]
    number_patterns: Annotated[
        dict[DocumentKind, str],
        Field(
            description="How numbers are printed, by kind of document; for the others "
            "`<invoice_prefix>-{year}-{number:06}`, with a K behind the prefix for credit notes.",
            examples=[{"credit_note": "RK-{year}-{number:06}"}],
        ),
    ]
    language: Annotated[Literal["de", "en"], Field(description="What its team is written in.")]
    tax: Registrations
    reserve_hours: Annotated[
        int,
        Field(description="How long a held order keeps its reservation.", examples=[72]),
    ]
    bookkeeping: Bookkeeping | None
    payment: PaymentRules
    dunning: DunningRules
    countries: Annotated[
        list[str],
        Field(description="Where it delivers to; everywhere if empty.", examples=[["DE", "AT"]]),
    ]
    methods: Annotated[
        dict[str, Any],
        Field(examples=[{"standard": {"carrier": "dhl", "po_box": False, "phone": False}}]),
    ]
    address: AddressRules
    price_tolerance: Annotated[str, Field(description="In percent.", examples=["1"])]
    xrechnung: Annotated[
        Literal["ubl", "cii"], Field(description="Syntax for public buyers.", examples=["ubl"])
    ]
    letterhead: Annotated[Letterhead | None, Field(description="Null: from the seller.")]
    texts: Annotated[
        dict[str, dict[str, Wording]],
        Field(description="By kind of paper (`*`: all others) and language."),
    ]
    papers: PaperRules
    mail: MailRules
    time_zone: Annotated[str, Field(examples=["Europe/Berlin"])]
    version: Annotated[Version, Field(examples=[1])]


class Products(Model):
    """A page of products."""

    items: list[Product]
    cursor: Cursor


class Warehouses(Model):
    """A page of warehouses."""

    items: list[Warehouse]
    cursor: Cursor


class PriceList(Model):
    """For which customers a price list is, and on which days; both days count."""

    id: Annotated[str, Field(examples=["clubs-2026"])]
    currency: Currency
    price_mode: Literal["gross", "net"]
    group: Annotated[str | None, Field(description="Null: for all.", examples=["clubs"])]
    valid_from: Annotated[date | None, Field(examples=["2026-01-01"])]
    valid_to: Annotated[date | None, Field(examples=["2026-12-31"])]
    version: Annotated[Version, Field(examples=[1])]


class PriceLists(Model):
    """A page of price lists."""

    items: list[PriceList]
    cursor: Cursor


class Break(Model):
    """The price of one piece when at least so many are bought."""

    from_quantity: Annotated[int, Field(ge=1, examples=[10])]
    unit_price: Money


class Price(Model):
    """What a SKU costs in a price list, by rising quantity."""

    list: Annotated[str, Field(examples=["clubs-2026"])]
    sku: Sku
    breaks: tuple[Break, ...]
    version: Annotated[Version, Field(examples=[1])]


class Prices(Model):
    """A page of the prices of a list."""

    items: list[Price]
    cursor: Cursor


ONE_PRICE = "/v1/price-lists/{list}/prices/{sku}"
KIND = "The SKU is known and is a bundle, or is none: this cannot change (`kind_differs`), or a "
KIND += "component is no product, or is a bundle itself (`component_unknown`)."
LARGE = "It has more bytes than the table takes (`too_large`)."
PRICED = "The list or the product is unknown (`price_list_unknown`, `product_unknown`), or the "
PRICED += "price has more decimal places than its currency (`price_too_fine`)."


class CarrierRecord(Model):
    """A carrier; its secret is never shown."""

    id: Annotated[str, Field(examples=["dhl"])]
    tracking_url: Annotated[
        Url, Field(examples=["https://www.dhl.de/…?piececode={tracking_number}"])
    ]


ANSWERS: dict[str, Told] = {
    "PUT /v1/products/{sku}": Told(Product, ("ETag",), KIND),
    "PUT /v1/products/{sku}/owner": Told(Product, ("ETag",)),
    "GET /v1/products/{sku}": Told(Product, ("ETag",)),
    "GET /v1/products": Told(Products),
    "GET /v1/products/{sku}/history": Told(Changes),
    "POST /v1/products/batch": Told(Stored),
    "PUT /v1/warehouses/{warehouse}": Told(Warehouse, ("ETag",), LARGE),
    "GET /v1/warehouses/{warehouse}": Told(Warehouse, ("ETag",)),
    "GET /v1/warehouses": Told(Warehouses),
    "GET /v1/warehouses/{warehouse}/history": Told(Changes),
    "POST /v1/warehouses/batch": Told(Stored),
    "PUT /v1/price-lists/{list}": Told(
        PriceList,
        ("ETag",),
        "The list has another currency or price mode already (`currency_differs`).",
    ),
    "GET /v1/price-lists/{list}": Told(PriceList, ("ETag",)),
    "GET /v1/price-lists": Told(PriceLists),
    "GET /v1/price-lists/{list}/history": Told(Changes),
    f"PUT {ONE_PRICE}": Told(Price, ("ETag",), PRICED),
    f"GET {ONE_PRICE}": Told(Price, ("ETag",)),
    f"GET {ONE_PRICE}/history": Told(Changes),
    "GET /v1/price-lists/{list}/prices": Told(Prices),
    "POST /v1/prices/batch": Told(Stored),
    "PUT /v1/shops/{shop}": Told(ShopRecord, ("ETag",)),
    "GET /v1/shops/{shop}": Told(ShopRecord, ("ETag",)),
    "GET /v1/shops/{shop}/history": Told(Changes),
    "PUT /v1/carriers/{carrier}": Told(CarrierRecord),
}
