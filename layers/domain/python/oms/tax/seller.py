"""The seller as the tax office knows it: where registered, and which options were taken."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from oms.tax.exchange import MonthRates


class LocalRegistration(Struct, frozen=True, kw_only=True):
    """A registration in another member state than the home state, as for a warehouse there.

    `reverse_charge` says that the state makes businesses registered there owe the tax on domestic
    sales of sellers from abroad (it may: Art. 194 of the Directive 2006/112/EC).
    """

    vat_id: str
    reverse_charge: bool = False


class Registrations(Struct, frozen=True, kw_only=True):
    """The seller in the eyes of the tax law; all states are ISO 3166-1 codes.

    `home` is the only state of establishment. `small_business` is § 19 UStG, and
    `small_business_states` where it is used abroad (§ 19a UStG, Art. 284). `oss` is the one-stop
    shop (§ 18j UStG), `local` the other registrations by state. `destination_taxation` waives the
    threshold of distance sales (§ 3c (4) sentence 2 UStG). `sold_elsewhere` is what other systems
    sold that counts towards it, net in EUR by year. `exchange` are the rates
    of other currencies by month (`YYYY-MM`). `established_in` names regions of the rates table that
    favour sellers who sit there. When VIES cannot be reached, the order is held or treated as a
    consumer's (`vies_unreachable`); a check is good for `vat_check_days`.
    """

    home: str = "DE"
    small_business: bool = False
    small_business_states: tuple[str, ...] = ()
    oss: bool = False
    local: dict[str, LocalRegistration] = {}
    destination_taxation: bool = False
    sold_elsewhere: dict[str, Decimal] = {}
    exchange: dict[str, MonthRates] = {}
    established_in: tuple[str, ...] = ()
    vies_unreachable: Literal["hold", "b2c"] = "hold"
    vat_check_days: int = 30
