"""Requests about a shop: with its letterhead, its words and its rules for papers."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from oms.billing.numbering import PATTERN
from oms.core.documents import Kind
from oms.core.documents import Kind as DocumentKind
from oms.core.values import Provider
from oms.master.bookkeeping import Case, Chart
from oms.master.letterhead import COLOUR, EVERY, PAYMENT_PLACES, PLACES, PaperKind, place_fault
from oms.master.logo import MOST_BYTES, fault_of, type_of
from oms.master.shop import Weight
from oms.master.terms import RESERVE_HOURS, TOLERANCE
from oms_aws.master.models import TimeZone
from oms_aws.platform.models import (
    Amount,
    Country,
    Currency,
    Digits,
    Email,
    Id,
    Mailbox,
    Model,
    Name,
    _printable,
)
from oms_aws.platform.moments import Day

LEAST_CONTRAST = 2.5
LONGEST = 1_000
KINDS = frozenset((EVERY, *get_args(Kind), *get_args(PaperKind)))


def _readable(colour: str) -> str:
    if _contrast(colour) < LEAST_CONTRAST:
        raise ValueError("is too light to be read on white paper")
    return colour


def _contrast(colour: str) -> float:
    """Contrast of `#rrggbb` on white: 1 (none at all) to 21 (WCAG 2.2, § 1.4.3)."""
    shares = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def _said(text: str) -> str:
    if fault := place_fault(text, PLACES):
        raise ValueError(fault)
    return _printable(text)


def _said_of_payment(text: str) -> str:
    if fault := place_fault(text, PAYMENT_PLACES):
        raise ValueError(fault)
    return _printable(text)


Said = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST),
    AfterValidator(_said),
]
SaidOfPayment = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST),
    AfterValidator(_said_of_payment),
]
FooterLine = Annotated[Name, StringConstraints(max_length=60)]


class LogoIn(Model):
    """A logo: its bytes in base64 as `data`, or the `sha256` of one that is kept already."""

    data: Annotated[str, StringConstraints(max_length=MOST_BYTES * 4 // 3 + 4)] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    type: Literal["png", "svg"] | None = None

    @model_validator(mode="after")
    def check_logo(self) -> LogoIn:
        if self.data is None:
            if self.sha256 is None or self.type is None:
                raise ValueError("needs data, or sha256 and type")
            return self
        content = self.content
        if fault := fault_of(content):
            raise ValueError(fault)
        if self.type not in (None, type_of(content)):
            raise ValueError(f"is no {self.type}")
        return self

    @property
    def content(self) -> bytes:
        """Its bytes; raises ValueError for what is no base64."""
        try:
            return base64.b64decode(self.data or "", validate=True)
        except binascii.Error:
            raise ValueError("data is no base64") from None


class LetterheadIn(Model):
    """Head and foot of the papers; without it they follow from the seller."""

    colour: Annotated[
        str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(_readable)
    ] = COLOUR
    logo: LogoIn | None = None
    tagline: Annotated[Name, StringConstraints(max_length=100)] | None = None
    footer: Annotated[
        tuple[Annotated[tuple[FooterLine, ...], Field(min_length=1, max_length=6)], ...],
        Field(max_length=4),
    ] = ()


class WordingIn(Model):
    """The words of one kind of paper in one language; `payment` by method, `*` for the others."""

    intro: Said | None = None
    closing: Said | None = None
    payment: Annotated[
        dict[Id | Literal["*"], SaidOfPayment], Field(max_length=20, default_factory=dict)
    ]


class PaperRulesIn(Model):
    """Rules for papers: prices on delivery notes (null: to private customers alone), and more."""

    delivery_note_prices: bool | None = None
    confirmation_link: bool = False


MailboxName = Annotated[Name, StringConstraints(max_length=100)]


class MailRulesIn(Model):
    """Senders of mails, and who gets the answers; what is missing is the deployment's sender,
    the shop's name and its `support_email`."""

    sender: Mailbox | Literal[""] = ""
    sender_name: MailboxName | Literal[""] = ""
    reply_to: Mailbox | Literal[""] = ""
    reply_to_name: MailboxName | Literal[""] = ""


class BankIn(Model):
    """Bank account that the seller is paid on."""

    name: Name
    iban: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9 ]{8,36}$")]
    bic: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{8,11}$")] | None = None


class SellerIn(Model):
    """The merchant, as printed on invoices."""

    name: Name
    line1: Name
    line2: Name | None = None
    postal_code: Name
    city: Name
    country: Country
    vat_id: Name | None = None
    tax_number: Name | None = None
    # In JSON it is `register`, which as a field would hide a method of pydantic's.
    register_entry: Annotated[Name | None, Field(alias="register")] = None
    managers: Name | None = None
    contact: Name | None = None
    email: Email | None = None
    phone: Name | None = None
    website: Name | None = None
    bank: BankIn | None = None


Account = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,9}$")]


class BookkeepingIn(Model):
    """Settings of the seller's books; accounts and DATEV tax keys are named by tax case."""

    consultant: Annotated[int, Field(strict=True, ge=1001, le=9_999_999)]
    client: Annotated[int, Field(strict=True, ge=1, le=99_999)]
    chart: Chart = "SKR03"
    year_begins: Annotated[int, Field(strict=True, ge=1, le=12)] = 1
    accounts: dict[Case, Account] = {}
    keys: dict[Case, Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}$")]] = {
        "destination": "240"
    }
    debtors: Literal["each", "one"] = "each"


class PaymentRulesIn(Model):
    """A shop's patience, in days; an authorisation's age by payment method, `*` for all others.

    `providers` are those that its orders may name, for us to move their money.
    """

    authorised_days: dict[Id | Literal["*"], Annotated[int, Field(strict=True, ge=0, le=365)]] = {
        "*": 7
    }
    remind_after: Annotated[int, Field(strict=True, ge=1, le=90)] = 7
    cancel_after: Annotated[int, Field(strict=True, ge=1, le=90)] = 14
    tolerance: Annotated[Amount, Field(le=100)] = Decimal(0)
    providers: Annotated[list[Provider], Field(max_length=10)] = []

    @model_validator(mode="after")
    def check_sequence(self) -> PaymentRulesIn:
        if self.remind_after >= self.cancel_after:
            raise ValueError("remind_after must be less than cancel_after")
        return self


Days = Annotated[int, Field(strict=True, ge=0, le=365)]


Fee = Annotated[Amount, Field(le=50)]


BaseRate = Annotated[
    Decimal,
    Digits,
    Field(ge=-5, le=20, max_digits=4, decimal_places=2),
    WithJsonSchema(
        {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,2})?$", "examples": ["1.27"]}
    ),
]


class DunningRulesIn(Model):
    """Rules on asking for overdue invoices; days after the due date, or after the letter before."""

    on: bool = True
    remind_after: Days = 7
    first_after: Annotated[Days, Field(ge=1)] = 14
    second_after: Annotated[Days, Field(ge=1)] = 14
    pay_within: Annotated[Days, Field(ge=1)] = 7
    first_fee: Fee = Decimal(0)
    second_fee: Fee = Decimal(0)
    interest: bool = True
    lump_sum: bool = False
    base_rates: Annotated[dict[Day, BaseRate], Field(max_length=40)] = {}


class LocalRegistrationIn(Model):
    """A VAT registration in another state than the home state."""

    vat_id: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[A-Z0-9+*]{2,14}$")]
    reverse_charge: bool = False


Year = Annotated[str, StringConstraints(pattern=r"^20[0-9][0-9]$")]


ExchangeRate = Annotated[
    Decimal,
    Digits,
    Field(gt=0, max_digits=14, decimal_places=6),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,6})?$", "examples": ["4.25"]}),
]


Month = Annotated[str, StringConstraints(pattern=r"^20[0-9][0-9]-(0[1-9]|1[0-2])$")]


class MonthRatesIn(Model):
    """Rates of a month: a euro in other currencies, and who published it where."""

    source: Name
    rates: Annotated[dict[Currency, ExchangeRate], Field(min_length=1, max_length=50)]


class RegistrationsIn(Model):
    """Seller as the tax office knows it; states are ISO 3166-1 codes."""

    home: Country = "DE"
    small_business: bool = False
    small_business_states: Annotated[tuple[Country, ...], Field(max_length=30)] = ()
    oss: bool = False
    local: Annotated[dict[Country, LocalRegistrationIn], Field(max_length=30)] = {}
    destination_taxation: bool = False
    sold_elsewhere: Annotated[dict[Year, Amount], Field(max_length=20)] = {}
    exchange: Annotated[dict[Month, MonthRatesIn], Field(max_length=60)] = {}
    established_in: Annotated[tuple[Id, ...], Field(max_length=10)] = ()
    vies_unreachable: Literal["hold", "b2c"] = "hold"
    vat_check_days: Annotated[int, Field(strict=True, ge=1, le=366)] = 30

    @field_validator("home")
    @classmethod
    def check_home(cls, home: str) -> str:
        from oms.tax.rates import states

        if home not in states():
            raise ValueError("must be a member state of the European Union")
        return home


class MethodIn(Model):
    """A shipping method: with which carrier, whether that serves PO boxes and needs a phone."""

    carrier: Id | Literal[""] = ""
    po_box: bool = False
    phone: bool = False


class AddressRulesIn(Model):
    """Weights of doubts about an address: `off`, `hint` (a remark on the order) or `hold`."""

    house_number: Weight = "hint"
    place: Weight = "hint"


class PlainShopIn(Model):
    """A sales channel and who sells there; without `countries` it delivers everywhere."""

    name: Name
    seller: SellerIn
    support_email: Email
    invoice_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,10}$")] = "RE"
    number_patterns: dict[DocumentKind, Annotated[str, StringConstraints(pattern=PATTERN)]] = {}
    language: Literal["de", "en"] = "de"
    tax: RegistrationsIn = RegistrationsIn()
    reserve_hours: Annotated[int, Field(strict=True, ge=1, le=8_760)] = RESERVE_HOURS
    bookkeeping: BookkeepingIn | None = None
    price_tolerance: Annotated[
        Decimal, Digits, Field(ge=0, le=100, max_digits=5, decimal_places=2)
    ] = TOLERANCE
    xrechnung: Literal["ubl", "cii"] = "ubl"
    payment: PaymentRulesIn = PaymentRulesIn()
    dunning: DunningRulesIn = DunningRulesIn()
    time_zone: TimeZone = "Europe/Berlin"
    countries: Annotated[list[Country], Field(max_length=250)] = []
    methods: Annotated[dict[Id, MethodIn], Field(max_length=50)] = {}
    address: AddressRulesIn = AddressRulesIn()

    def faults(self) -> dict[str, str]:
        credit = self.number_patterns.get("credit_note")
        shared = credit and credit in [
            pattern for kind, pattern in self.number_patterns.items() if kind != "credit_note"
        ]
        return {"number_patterns.credit_note": "is that of invoices"} if shared else {}


class ShopIn(PlainShopIn):
    """A sales channel and who sells there; without `countries` it delivers everywhere."""

    letterhead: LetterheadIn | None = None
    texts: Annotated[dict[str, dict[Literal["de", "en"], WordingIn]], Field(default_factory=dict)]
    papers: PaperRulesIn = PaperRulesIn()
    mail: MailRulesIn = MailRulesIn()

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        known = ", ".join(sorted(KINDS))
        unknown = {f"texts.{name}": f"no such paper: {known}" for name in self.texts.keys() - KINDS}
        return super().faults() | unknown
