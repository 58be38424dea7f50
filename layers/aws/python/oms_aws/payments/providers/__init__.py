"""Payment service providers: what all of them do for us, and the ways in which they say no."""

from __future__ import annotations

from typing import Protocol

from oms.orders.balance import Source
from oms.orders.money_parts import Payment, Refund
from oms.payments.capturing import AuthorisationStatus, GiveBack, Take, Void


class Refused(Exception):
    """The provider says no for good: `reason` is a stable code, `text` is in its own words.

    What it cannot say now is `oms.core.refusals.NotNow`.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.text = text


class Provider(Protocol):
    """Keeper of authorisations. Every command carries a key, and is done once for each.

    Raises Refused, Misconfigured and NotNow; after NotNow the command may have been done.
    """

    def holding(self, payment: Payment, currency: str) -> AuthorisationStatus:
        """Status of an authorisation."""

    def capture(
        self, payment: Payment, currency: str, take: Take, order: str
    ) -> AuthorisationStatus:
        """Take money, answer how the authorisation stands after it."""

    def void(self, payment: Payment, currency: str, void: Void) -> AuthorisationStatus:
        """Give back what is left of an authorisation, answer how it stands after it."""

    def refunds(self, source: Source, currency: str) -> tuple[Refund, ...]:
        """Refunds of an authorisation, without those that have failed."""

    def refund(self, back: GiveBack, currency: str, order: str) -> Refund:
        """Give captured money back."""
