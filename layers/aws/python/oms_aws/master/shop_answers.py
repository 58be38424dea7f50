"""Answers about shops: who sells, and by which rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from oms.core.documents import Kind as DocumentKind
from oms.master.shop import Weight
from oms_aws.master.answers import Changes
from oms_aws.platform.answers import Shop, Told, Version
from oms_aws.platform.models import Model


class Bank(Model):
    """Bank account that the seller is paid on."""

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
    """Settings of the seller's books."""

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
    """Rules on asking for overdue invoices; days after the due date, or after the letter before."""

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
    """Rates of a month: a euro in other currencies."""

    source: Annotated[str, Field(description="Who published the rates, and where.")]
    rates: Annotated[
        dict[str, str],
        Field(description="Units of a currency for one euro.", examples=[{"PLN": "4.25"}]),
    ]


class Registrations(Model):
    """Seller as the tax office knows it; states are ISO 3166-1 codes."""

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
    """Head and foot of the papers."""

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
    """Papers that a shop wants, and how."""

    delivery_note_prices: Annotated[
        bool | None, Field(description="Null: private customers see them, businesses do not.")
    ]
    confirmation_link: Annotated[
        bool,
        Field(description="Whether businesses get a link to the confirmation with the first mail."),
    ]


class AddressRules(Model):
    """Weights of doubts about an address."""

    house_number: Annotated[Weight, Field(description="A street without a house number.")]
    place: Annotated[Weight, Field(description="A place that does not fit its postcode.")]


class MailRules(Model):
    """Senders of mails, and who gets the answers; empty: the deployment's sender, the shop."""

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


ANSWERS: dict[str, Told] = {
    "PUT /v1/shops/{shop}": Told(ShopRecord, ("ETag",)),
    "GET /v1/shops/{shop}": Told(ShopRecord, ("ETag",)),
    "GET /v1/shops/{shop}/history": Told(Changes),
}
