"""Requests to credit an invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from oms.billing.crediting import Claim
from oms_aws.platform.models import MOST_LINES, Amount, Id, Model, Quantity, Text

Reason = Annotated[Text, StringConstraints(min_length=1, max_length=500)]


class ClaimIn(Model):
    """A line of the invoice, by pieces or by an amount in the invoice's price mode."""

    number: Id
    quantity: Quantity | None = None
    amount: Amount | None = None


class CancelDocument(Model):
    """Reason that an invoice is cancelled, or issued anew."""

    reason: Reason


class IssueCreditNote(Model):
    """Claims to credit parts of an invoice; `shipping` is in the invoice's price mode."""

    document: Id
    reason: Reason
    lines: Annotated[tuple[ClaimIn, ...], Field(max_length=MOST_LINES)] = ()
    shipping: Amount = Decimal(0)

    def faults(self) -> dict[str, str]:
        return without_claims(self.lines, self.shipping)

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The lines as the domain takes them."""
        return claims_of(self.lines)


def without_claims(lines: tuple[ClaimIn, ...], shipping: Decimal) -> dict[str, str]:
    """Faults of claims, by field."""
    wrong = {
        f"lines.{i}": "needs either quantity or amount"
        for i, line in enumerate(lines)
        if (line.quantity is None) == (line.amount is None)
    }
    if not lines and not shipping:
        wrong["lines"] = "needs a line, or shipping costs"
    return wrong


def claims_of(lines: tuple[ClaimIn, ...]) -> tuple[Claim, ...]:
    """The lines as the domain takes them."""
    return tuple(
        Claim(line=line.number, quantity=line.quantity, amount=line.amount) for line in lines
    )
