"""Terms of a shop: how it is paid, how it asks for what is overdue, what it lets pass."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct, field
from msgspec.structs import replace

from oms.core.values import Provider

RESERVE_HOURS = 72
"""How long a held order keeps its reservation, unless its shop says otherwise."""


class DunningRules(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rules by which a shop asks for what is overdue, or does so with one customer.

    Days: the reminder goes out `remind_after` the invoice was due, each dunning letter so long
    after the letter before it; a letter sets a new deadline of `pay_within`. `first_fee` and
    `second_fee` are what these letters cost; the reminder costs nothing. With `interest` they claim
    the statutory default interest, with `lump_sum` 40 EUR of who is no consumer (§ 288 BGB).
    """

    on: bool = True
    remind_after: int = 7
    first_after: int = 14
    second_after: int = 14
    pay_within: int = 7
    first_fee: Decimal = Decimal(0)
    second_fee: Decimal = Decimal(0)
    interest: bool = True
    lump_sum: bool = False
    base_rates: dict[date, Decimal] = {}

    def patience(self, level: int) -> timedelta:
        """Time that must pass after what came before until a letter of the level may go out."""
        return timedelta((self.remind_after, self.first_after, self.second_after)[level])

    def fee(self, level: int) -> Decimal:
        """Fees of the letters up to a level, summed."""
        return sum((Decimal(0), self.first_fee, self.second_fee)[: level + 1], Decimal(0))

    def without_charges(self) -> DunningRules:
        """The same days, and nothing claimed but what is open."""
        nothing = Decimal(0)
        return replace(self, first_fee=nothing, second_fee=nothing, interest=False, lump_sum=False)


class PaymentRules(Struct, frozen=True, kw_only=True):
    """A shop's patience, in days.

    An authorisation may be `authorised_days` old, by payment method (`*` for all others). Whoever
    pays in advance is reminded after `remind_after`, and the order is cancelled after
    `cancel_after`. What a payment lacks of what is open is let go up to `tolerance`, an amount.
    `providers` are those that its orders may name.
    """

    authorised_days: dict[str, int] = field(default_factory=lambda: {"*": 7})
    remind_after: int = 7
    cancel_after: int = 14
    tolerance: Decimal = Decimal(0)
    providers: tuple[Provider, ...] = ()

    def longest(self, method: str) -> int | None:
        """Days that an authorisation of the method may be old; None for any age."""
        return self.authorised_days.get(method, self.authorised_days.get("*"))


TOLERANCE = Decimal(1)
"""How far a unit price may lie below the merchant's, in percent of it, unless the shop says so."""
