"""Bodies of requests about products, warehouses and carriers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from oms.core.calendar import calendar_fault
from oms.core.money import MINOR_UNITS
from oms.master.exclusions import Exclusion
from oms.master.product import Kind
from oms_aws.platform.models import (
    AddressIn,
    Amount,
    Count,
    Country,
    Currency,
    Id,
    Model,
    Name,
    _check_digit,
)
from oms_aws.platform.moments import Day, PlannedDay


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
    withdrawal_exclusion: Exclusion | None = None
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


class CarrierIn(Model):
    """Proof of a carrier, and where it shows a parcel (`{tracking_number}` is filled in)."""

    secret: Annotated[str, StringConstraints(min_length=16, max_length=200)]
    tracking_url: Annotated[str, StringConstraints(max_length=500, pattern=r"^https://[^\s]+$")] = (
        "https://www.dhl.de/de/privatkunden/dhl-sendungsverfolgung.html?piececode={tracking_number}"
    )


class OwnerIn(Model):
    """The shop whose key may change the product from now on; null: no shop's."""

    shop: Id | None
