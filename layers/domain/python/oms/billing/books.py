"""The books: what an accountant's system has to know of a document, and its accounts."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from oms.core.money import rounded
from oms.core.refusals import Refusal
from oms.master.bookkeeping import Case

RATE = Decimal("1e-6")
"""Decimal places of a rate of exchange as the books state it."""


class UnbookableVoucher(Refusal):
    """A document that cannot go into the books as they are; `fields` says why."""


class Amount(Struct, frozen=True, kw_only=True):
    """Amounts of one tax rate of a voucher, positive and in whole minor units.

    `state` is the member state (ISO 3166-1 alpha-2) whose tax it is, `per_euro` how many units of
    the voucher's currency an euro is. A step of a whole says what it is `worth` in EUR, so that all
    steps come to what the whole is worth.
    """

    case: Case
    category: str
    rate: Decimal
    state: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    per_euro: Decimal = Decimal(1)
    worth: Amount | None = None

    @property
    def in_euro(self) -> Amount:
        """It in whole cents of the euro; net and tax are gross to the cent."""
        if self.worth:
            return self.worth
        gross, tax = (rounded(each / self.per_euro, "EUR") for each in (self.gross, self.tax))
        return replace(self, net=gross - tax, tax=tax, gross=gross, per_euro=Decimal(1))

    def worth_in_all(self, euro: Amount) -> Amount:
        """It with its worth in EUR, and the rate that both come to."""
        rate = self.gross / euro.gross if euro.gross else self.per_euro
        stated = rate.quantize(RATE)
        return replace(self, worth=euro, per_euro=stated if stated > 0 else self.per_euro)

    def less(self, others: Iterable[Amount]) -> Amount:
        """It without others of its kind."""
        back = (replace(each, net=-each.net, tax=-each.tax, gross=-each.gross) for each in others)
        return self.plus(back)

    @property
    def kind(self) -> tuple[Case, str, Decimal, str]:
        """Properties that tell it apart from the other amounts of a voucher."""
        return self.case, self.category, self.rate, self.state

    @property
    def untaxed(self) -> Amount:
        """It while no tax on it is due."""
        return replace(self, net=self.gross, tax=Decimal(0))

    @property
    def held_as(self) -> Case:
        """Case of the books while it is a deposit."""
        return _HELD.get(self.case, "deposit_other")

    def let_go_as(self, kind: Literal["discount", "reduction"]) -> Case:
        """Case of the books for what was let go of an invoice."""
        named = f"{kind}_{self.case}"
        return _LET_GO.get(named, _LET_GO[f"{kind}_other"])

    def plus(self, others: Iterable[Amount]) -> Amount:
        """It and others of its kind."""
        same = (self, *others)
        sums = {
            name: sum((getattr(each, name) for each in same), Decimal(0))
            for name in ("net", "tax", "gross")
        }
        return replace(self, **sums)


_LET_GO: Mapping[str, Case] = {
    case: case for case in typing.get_args(Case) if case.startswith(("discount_", "reduction_"))
}

_HELD: Mapping[Case, Case] = {"standard": "deposit", "reduced": "deposit_reduced"}


class Voucher(Struct, frozen=True, kw_only=True):
    """An invoice or a credit note as the books see it; `sign` is -1 for what is credited.

    `advance` says that it asks for money for what has not been supplied: neither revenue nor taxed.
    One that `reduces` an invoice is no document: a cash discount, or another difference that was
    let go. One that was `received` is none either: a step of what is taxed of a deposit, on the day
    of the money (`supplied_on`) or, late, on that on which we heard of it. `original` is the number
    of the invoice that a credit note or a corrected invoice is about. `debtor` is the customer's
    own account, if there is one.
    """

    id: str
    number: str
    type_code: str
    sign: Literal[1, -1]
    issued_on: date
    supplied_on: date
    order: str
    external_number: str
    customer: str
    name: str
    country: str
    destination: str
    vat_id: str | None
    currency: str
    amounts: tuple[Amount, ...]
    deposits: tuple[Amount, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    due_on: date | None = None
    advance: bool = False
    reduces: Literal["", "discount", "reduction"] = ""
    received: Literal["", "in_time", "late"] = ""
    original: str = ""
    business: bool = False
    debtor: str = ""

    @property
    def booked(self) -> tuple[tuple[Case, int, Amount], ...]:
        """Entries by account, rate by rate, each with its sign on the account against it.

        That is the debtors', and of a step of a deposit the clearing account. What is asked for in
        advance is cleared as money comes for it, which is owed to the customer and taxed; the final
        invoice books all that was supplied as revenue and takes its deposits off the debtor again.
        """
        supplied = (self._against(amount) for amount in self.supplied)
        deducted = ((amount.held_as, -self.sign, amount) for amount in self.deposits)
        return tuple(entry for entry in (*supplied, *deducted) if entry[2].gross)

    def _against(self, amount: Amount) -> tuple[Case, int, Amount]:
        if self.received:
            return amount.held_as, self.sign, amount
        if self.reduces:
            return amount.let_go_as(self.reduces), self.sign, amount
        if self.advance:
            return "clearing", self.sign, amount.untaxed
        return amount.case, self.sign, amount

    @property
    def supplied(self) -> tuple[Amount, ...]:
        """Its amounts before deposits were deducted, rate by rate."""
        rest = list(self.deposits)
        whole = []
        for amount in self.amounts:
            same = [each for each in rest if each.kind == amount.kind]
            rest = [each for each in rest if each.kind != amount.kind]
            supplied = amount.plus(same)
            if same and self.currency != "EUR":
                supplied = supplied.worth_in_all(amount.in_euro.plus(e.in_euro for e in same))
            whole.append(supplied)
        return (*whole, *rest)

    @property
    def in_euro(self) -> Voucher:
        """It in the currency of the books, each amount at its own rate.

        What is left to pay has the rate of the document, a deposit that of its money, so that it
        leaves its account with what it came there with, and what was taxed stays so: the rates of
        two months tax two parts of what was supplied (§ 16 (6) sentence 1 UStG).
        """
        if self.currency == "EUR":
            return self
        deposits = tuple(each.in_euro for each in self.deposits)
        amounts = tuple(each.in_euro for each in self.amounts)
        sums = {
            name: sum((getattr(each, name) for each in amounts), Decimal(0))
            for name in ("net", "tax", "gross")
        }
        return replace(self, currency="EUR", amounts=amounts, deposits=deposits, **sums)


class Totals(Struct, frozen=True):
    """Sums of vouchers in EUR, credits taken off."""

    vouchers: int
    net: Decimal
    tax: Decimal
    gross: Decimal


def totals(vouchers: list[Voucher]) -> Totals:
    """The sums over vouchers, in EUR."""
    all_in_euro = [voucher.in_euro for voucher in vouchers]
    return Totals(
        len(vouchers),
        sum((v.sign * v.net for v in all_in_euro), Decimal(0)),
        sum((v.sign * v.tax for v in all_in_euro), Decimal(0)),
        sum((v.sign * v.gross for v in all_in_euro), Decimal(0)),
    )
