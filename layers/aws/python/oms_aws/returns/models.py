"""Requests about withdrawals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Protocol

from pydantic import Field, StringConstraints

from oms.core.parties import Language
from oms.returns.verdicts import Decision
from oms.returns.withdrawal_events import GoodsProof
from oms_aws.platform.models import MOST_LINES, Id, Line, Model, Name, Quantity, Text
from oms_aws.platform.moments import Counted

MailAddress = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)]


class WithdrawnLineIn(Model):
    """Pieces of a line that are withdrawn from."""

    number: Id
    quantity: Quantity


class Numbered(Protocol):
    """Something that names a line."""

    @property
    def number(self) -> str: ...


def faults_of(lines: Iterable[Numbered]) -> dict[str, str]:
    """Lines that stand there twice: field -> reason."""
    first: dict[str, int] = {}
    return {
        f"lines.{n}.number": f"lines.{first[line.number]} has this number already"
        for n, line in enumerate(lines)
        if first.setdefault(line.number, n) != n
    }


class WithdrawIn(Model):
    """A consumer's statement to withdraw, as a shop's own page took it.

    `contract` identifies the contract in the consumer's words (an order number, say), `lines` or
    `part` a part of it. `declared_at` is when the consumer sent it, now unless said. `verified`
    says that the shop knows the buyer speaks: one who is logged in. No mail address is refused.
    """

    name: Name
    contract: Annotated[Text, Field(min_length=1)]
    email: MailAddress
    part: Text = ""
    lines: Annotated[list[WithdrawnLineIn], Field(max_length=MOST_LINES)] = []
    language: Language = "de"
    declared_at: Counted | None = None
    verified: bool = False

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        return faults_of(self.lines)


class MatchIn(Model):
    """The order that a withdrawal is about, by its id or the shop's number; all of it, or lines."""

    order: Id
    lines: Annotated[list[WithdrawnLineIn], Field(min_length=1, max_length=MOST_LINES)] | None = (
        None
    )

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        return faults_of(self.lines or ())


class LineDecisionIn(Model):
    """Decision on a line."""

    number: Id
    decision: Decision


class DecideIn(Model):
    """Decisions on lines, with the reason that the customer may be told."""

    lines: Annotated[list[LineDecisionIn], Field(min_length=1, max_length=MOST_LINES)]
    reason: Annotated[Text, Field(min_length=1)]


class GoodsIn(Model):
    """Proof that the goods were sent, or that they are back."""

    proof: GoodsProof
    tracking: Line = ""


class CloseIn(Model):
    """Reason to close a withdrawal."""

    reason: Annotated[Text, Field(min_length=1)]
