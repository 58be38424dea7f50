"""The models of the HTTP API: what callers send, each value checked before a step sees it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from oms.billing.numbering import PATTERN
from oms.core.calendar import calendar_fault
from oms.core.documents import Kind as DocumentKind
from oms.core.identifiers import is_gtin
from oms.core.money import MINOR_UNITS
from oms.core.values import Provider
from oms.master.bookkeeping import Case, Chart
from oms.master.product import Kind
from oms.master.shop import Weight
from oms.master.terms import RESERVE_HOURS, TOLERANCE
from oms.orders.parts import Cause
from oms_aws.edges.moments import Day, PlannedDay, Told
from oms_aws.edges.query import ID, LONGEST_MAIL, MAIL

MOST_LINES = 2_000
MOST_ROWS = 1_000
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what stands around them."""

FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing."""


def _printable(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise ValueError("control characters are not allowed")
    return text


def _one_line(text: str) -> str:
    if any(character in text for character in "\n\t\u2028\u2029"):
        raise ValueError("must be a single line")
    return _printable(text)


def _visible(text: str) -> str:
    """Zero-width, filling and blank characters alone name nobody."""
    if all(c in FILLERS or unicodedata.category(c)[0] in "CMZ" for c in text):
        raise ValueError("has no character that can be seen")
    return text


def _digits(given: Any) -> Any:
    """Amounts as ASCII digits: Python would also take `1_000`, `+1`, blanks and other scripts'."""
    if isinstance(given, str) and not re.fullmatch(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", given):
        raise ValueError("is no number like 129.90")
    return given


Digits = BeforeValidator(_digits)


def _check_digit(number: str) -> str:
    if not is_gtin(number):
        raise ValueError("is no GTIN: its check digit is wrong")
    return number


def _ip(text: str) -> str:
    from ipaddress import ip_address

    return str(ip_address(text))


def _known_currency(code: str) -> str:
    if code not in MINOR_UNITS:
        raise ValueError("must be an ISO 4217 code such as EUR")
    return code


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=140),
    AfterValidator(_one_line),
    AfterValidator(_visible),
]
Text = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_printable)]
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)]
Id = Annotated[str, StringConstraints(pattern=f"^{ID}$")]
Email = Annotated[
    str,
    StringConstraints(max_length=LONGEST_MAIL, pattern=rf"^{MAIL}$"),
]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()/-]{3,30}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, AfterValidator(_known_currency)]
Amount = Annotated[
    Decimal,
    Digits,
    Field(ge=0, max_digits=12, decimal_places=4),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-9]{1,8}(\.[0-9]{1,4})?$", "examples": ["129.90"]}
    ),
]
Quantity = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Count = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]


class Model(BaseModel):
    """A frozen value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def faults(self) -> dict[str, str]:
        """What is wrong across fields: field -> reason; most models have none."""
        return {}


class AddressIn(Model):
    """A postal address."""

    name: Name
    company: Name | None = None
    line1: Name
    line2: Name | None = None
    postal_code: Annotated[str, StringConstraints(max_length=20), AfterValidator(_one_line)]
    city: Annotated[str, StringConstraints(max_length=140), AfterValidator(_one_line)]
    region: Name | None = None
    country: Country


class CustomerIn(Model):
    """Who orders."""

    id: Id
    type: Literal["B2C", "B2B"]
    name: Name
    email: Email
    phone: Phone | None = None
    locale: Literal["de", "en"] = "de"
    company: Name | None = None
    vat_id: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}[A-Z0-9+*]{2,14}$")] | None = None
    group: Name | None = None


class DiscountIn(Model):
    """What is off, in the order's currency and price mode, and why."""

    amount: Amount
    code: Id | None = None


class LineIn(Model):
    """An order line; its discounts are off all its pieces together."""

    number: Id
    sku: Id
    quantity: Quantity
    unit_price: Amount
    discounts: Annotated[list[DiscountIn], Field(max_length=10)] = []


class ShippingIn(Model):
    """How it is sent, and the price of that."""

    method: Id
    price: Amount


class PaymentIn(Model):
    """What the shop knows of the payment.

    With a `provider` we capture and refund there: `reference` is what it calls the payment, of
    Stripe the id of the PaymentIntent. Without one the shop does, and tells.
    """

    method: Id
    status: Literal["authorised", "captured", "pending", "failed", "open"]
    amount: Amount
    reference: Name | None = None
    authorised_at: Told | None = None
    provider: Provider | None = None

    @model_validator(mode="after")
    def check_reference(self) -> PaymentIn:
        if self.provider and not self.reference:
            raise ValueError("a payment at a provider needs a reference")
        if self.provider == "stripe" and not re.fullmatch(
            r"pi_[A-Za-z0-9_]+", self.reference or ""
        ):
            raise ValueError("the reference is no id of a PaymentIntent (pi_…)")
        return self


class DeliveryIn(Model):
    """Whether a part may be sent before the rest, and whose turn it is when stock is short.

    What is not said is as the customer's account says.
    """

    partial_allowed: bool | None = None
    priority: Annotated[int, Field(strict=True, ge=0, le=9_999)] | None = None
    promised_on: PlannedDay | None = None


class Basket(Model):
    """Lines and what is off them, in one currency and price mode."""

    currency: Currency
    price_mode: Literal["gross", "net"]
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MOST_LINES)]
    discounts: Annotated[list[DiscountIn], Field(max_length=10)] = []

    def faults(self) -> dict[str, str]:
        """What is wrong across fields: field -> reason."""
        amounts = {f"lines.{n}.unit_price": line.unit_price for n, line in enumerate(self.lines)}
        amounts |= {f"discounts.{m}.amount": each.amount for m, each in enumerate(self.discounts)}
        for n, line in enumerate(self.lines):
            found = enumerate(line.discounts)
            amounts |= {f"lines.{n}.discounts.{m}.amount": each.amount for m, each in found}
        wrong = self.too_fine(amounts)
        first: dict[str, int] = {}
        for n, line in enumerate(self.lines):
            if first.setdefault(line.number, n) != n:
                wrong[f"lines.{n}.number"] = f"lines.{first[line.number]} has this number already"
        return wrong | self._too_much_off()

    def too_fine(self, amounts: Mapping[str, Decimal]) -> dict[str, str]:
        """Which amounts have fractions of the currency's smallest unit."""
        places = MINOR_UNITS[self.currency]
        return {
            field: f"amounts in {self.currency} have at most {places} decimal places"
            for field, amount in amounts.items()
            if amount != round(amount, places)
        }

    def _too_much_off(self) -> dict[str, str]:
        left = [
            line.unit_price * line.quantity - sum(each.amount for each in line.discounts)
            for line in self.lines
        ]
        wrong = {
            f"lines.{n}.discounts": "more than the price of the line"
            for n, rest in enumerate(left)
            if rest < 0
        }
        if sum(each.amount for each in self.discounts) > sum(left):
            wrong["discounts"] = "more than the price of the goods"
        return wrong


def _message(text: str) -> str:
    if BIDI & set(text):
        raise ValueError("characters that turn the direction of text are not allowed")
    if text.count("\n") >= 15:
        raise ValueError("must have at most 15 lines")
    return _printable(text)


class GiftIn(Model):
    """A gift: its message is on the packing slip, and no prices are in the parcel."""

    message: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
        AfterValidator(_message),
    ]
    sender: Annotated[Name | None, Field(alias="from")] = None
    recipient: Annotated[Name | None, Field(alias="to")] = None


class PlaceOrder(Basket):
    """An order, as a shop places it.

    `total` is what the customer was shown, goods less discounts and shipping in `price_mode`: where
    a shop sends it, an order that does not make as much is held.
    """

    external_number: Id
    placed_at: Told
    customer: CustomerIn
    billing_address: AddressIn
    shipping_address: AddressIn | None = None
    shipping: ShippingIn
    payment: PaymentIn
    total: Amount | None = None
    delivery: DeliveryIn = DeliveryIn()
    note: Text | None = None
    client_ip: Annotated[str, AfterValidator(_ip)] | None = None
    cost_centre: Name | None = None
    purchase_order: Name | None = None
    ordered_by: Id | None = None
    gift: GiftIn | None = None

    def faults(self) -> dict[str, str]:
        """What is wrong across fields: field -> reason."""
        more = {"shipping.price": self.shipping.price, "payment.amount": self.payment.amount}
        if self.total is not None:
            more["total"] = self.total
        return super().faults() | self.too_fine(more)


class CancelLine(Model):
    """Pieces of a line to cancel."""

    number: Id
    quantity: Quantity


class CancelOrder(Model):
    """A cancellation, of the whole order without `lines`; cancellations are counted by `cause`."""

    cause: Cause = "customer"
    reason: Text = ""
    lines: Annotated[list[CancelLine], Field(min_length=1, max_length=MOST_LINES)] | None = None


class ReleaseHold(Model):
    """Why a hold is let go."""

    reason: Annotated[Text, Field(min_length=1)]


class PackedLine(Model):
    """Pieces of a line in a parcel."""

    number: Id
    quantity: Quantity


class PackedParcel(Model):
    """A parcel: its weight in grams, and what is in it (null for everything)."""

    weight_g: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    lines: list[PackedLine] | None = None


class Pack(Model):
    """How a fulfilment was packed."""

    parcels: Annotated[list[PackedParcel], Field(min_length=1, max_length=30)]

    @field_validator("parcels")
    @classmethod
    def check_contents(cls, parcels: list[PackedParcel]) -> list[PackedParcel]:
        if len(parcels) > 1 and any(parcel.lines is None for parcel in parcels):
            raise ValueError("with several parcels each must name its lines")
        return parcels


class Ship(Model):
    """With whom a fulfilment left, one tracking number for each parcel."""

    carrier: Id
    tracking_numbers: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]],
        Field(min_length=1, max_length=30),
    ]


ScanStatus = Literal[
    "pending",
    "picked_up",
    "in_transit",
    "on_hold",
    "out_for_delivery",
    "ready_for_pickup",
    "delivery_delayed",
    "delivery_failed",
    "return_to_sender",
    "delivered",
    "cancelled",
    "unknown",
]


class Scan(Model):
    """A carrier's scan of a parcel."""

    tracking_number: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,60}$")]
    status: ScanStatus
    occurred_at: Told
    location: Name | None = None
    text: Name | None = None


class ComponentIn(Model):
    """One part of a bundle."""

    sku: Id
    quantity: Annotated[int, Field(strict=True, ge=1, le=1_000)]


TaxCategory = Literal[
    "standard",
    "reduced",
    "reduced_2",
    "super_reduced",
    "parking",
    "zero",
    "margin",
    "margin_art",
    "margin_collectors",
    "electronics_13b",
    "scrap_13b",
    "metals_13b",
    "voucher_single",
    "voucher_single_reduced",
    "voucher_multi",
]
RateCategory = Literal["standard", "reduced", "reduced_2", "super_reduced", "parking", "zero"]


class ProductIn(Model):
    """Master data of a product; weight in grams, sides in millimetres, list price gross."""

    name: dict[Literal["de", "en"], Name]
    weight_g: Count = 0
    length_mm: Count = 0
    width_mm: Count = 0
    height_mm: Count = 0
    tax_category: TaxCategory = "standard"
    tax_abroad: Annotated[dict[Country, RateCategory], Field(max_length=30)] = {}
    list_price: Amount | None = None
    price_currency: Currency = "EUR"
    kind: Kind = "stock"
    components: Annotated[list[ComponentIn], Field(max_length=50)] = []
    personalisable: bool = False
    gtin: (
        Annotated[
            str,
            StringConstraints(pattern=r"^([0-9]{8}|[0-9]{12,14})$"),
            AfterValidator(_check_digit),
        ]
        | None
    ) = None
    hs_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6,10}$")] | None = None
    origin: Country | None = None
    hazard_class: Annotated[str, StringConstraints(pattern=r"^[1-9](\.[1-6])?$")] | None = None
    un_number: Annotated[str, StringConstraints(pattern=r"^[0-3][0-9]{3}$")] | None = None
    lithium: bool = False
    minimum_age: Annotated[int, Field(strict=True, ge=0, le=21)] = 0
    fragile: bool = False
    bins: Annotated[dict[Id, Id], Field(max_length=200)] = {}
    packing_note: Annotated[str, StringConstraints(min_length=1, max_length=500)] | None = None
    group: Id | None = None
    available_from: PlannedDay | None = None
    backorder_limit: Count | None = None
    buckets: Annotated[int, Field(strict=True, ge=0, le=64)] = 0

    @model_validator(mode="after")
    def check_kind(self) -> ProductIn:
        if (self.kind == "bundle") != bool(self.components):
            raise ValueError("a bundle has components, and nothing else has")
        if self.kind == "preorder" and self.available_from is None:
            raise ValueError("a preorder needs available_from")
        if len({part.sku for part in self.components}) < len(self.components):
            raise ValueError("a component is named twice")
        return self

    @model_validator(mode="after")
    def check_danger(self) -> ProductIn:
        if bool(self.hazard_class) != bool(self.un_number) or self.un_number == "0000":
            raise ValueError("dangerous goods have a hazard_class and a un_number")
        return self

    @model_validator(mode="after")
    def check_price(self) -> ProductIn:
        places = MINOR_UNITS[self.price_currency]
        if self.list_price is not None and self.list_price != round(self.list_price, places):
            raise ValueError(f"amounts in {self.price_currency} have at most {places} decimals")
        return self


class ProductRow(ProductIn):
    """A product of a batch."""

    sku: Id


class Batch(Model):
    """Up to 1,000 rows; broken ones are refused one by one."""

    items: Annotated[list[Any], Field(min_length=1, max_length=MOST_ROWS)]


class ZoneIn(Model):
    """A part of a warehouse, and its bins in walking order."""

    id: Id
    bins: Annotated[list[Id], Field(max_length=10_000)] = []


def _zone(zone: str) -> str:
    from zoneinfo import available_timezones

    if zone not in available_timezones():
        raise ValueError("must be an IANA time zone such as Europe/Berlin")
    return zone


TimeZone = Annotated[Name, AfterValidator(_zone)]


class WarehouseIn(Model):
    """Master data of a warehouse; `cut_off` is the local time by shipping method."""

    name: Name
    address: AddressIn
    time_zone: TimeZone = "Europe/Berlin"
    cut_off: dict[
        Id, Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    ] = {}
    priority: Annotated[int, Field(strict=True, ge=0, le=1_000)] = 100
    safety_stock: Count = 0
    region: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    holidays: Annotated[list[Id], Field(min_length=1, max_length=10)] = ["public"]
    closures: Annotated[list[Day], Field(max_length=400)] = []
    capacity: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    zones: Annotated[list[ZoneIn], Field(max_length=100)] = []

    @model_validator(mode="after")
    def check_region(self) -> WarehouseIn:
        if fault := calendar_fault(self.address.country, self.region, tuple(self.holidays)):
            raise ValueError(fault)
        return self


class WarehouseRow(WarehouseIn):
    """A warehouse of a batch."""

    id: Id


class BankIn(Model):
    """Where the seller is paid."""

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
    """How the seller's books are kept; accounts and DATEV tax keys are named by tax case."""

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
    """How overdue invoices are asked for; days after the due date, or after the letter before."""

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
    """What an euro was in other currencies in a month, and who published it where."""

    source: Name
    rates: Annotated[dict[Currency, ExchangeRate], Field(min_length=1, max_length=50)]


class RegistrationsIn(Model):
    """What the tax office knows of the seller; states are ISO 3166-1 codes."""

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
    """What doubts about an address weigh: `off`, `hint` (a remark on the order) or `hold`."""

    house_number: Weight = "hint"
    place: Weight = "hint"


class ShopIn(Model):
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


class CarrierIn(Model):
    """How a carrier signs, and where it shows a parcel (`{tracking_number}` is filled in)."""

    secret: Annotated[str, StringConstraints(min_length=16, max_length=200)]
    tracking_url: Annotated[str, StringConstraints(max_length=500, pattern=r"^https://[^\s]+$")] = (
        "https://www.dhl.de/de/privatkunden/dhl-sendungsverfolgung.html?piececode={tracking_number}"
    )
