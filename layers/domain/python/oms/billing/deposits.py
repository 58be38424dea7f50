"""Deposits as their invoices and credit notes show them, rate by rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from oms.billing.crediting import Claim, left_of
from oms.billing.drafting import merged, negative
from oms.billing.invoice import Deposit, Group, Invoice, TaxTotal
from oms.core import money


class IssuedDeposit(NamedTuple):
    """A deposit and its credit notes, as they were issued."""

    invoice: Invoice
    credits: tuple[Invoice, ...] = ()

    @property
    def standing(self) -> tuple[TaxTotal, ...]:
        """Amounts of it that were not credited, rate by rate."""
        gone = [negative(tax) for credit in self.credits for tax in credit.taxes]
        return tuple(t for t in merged([*self.invoice.taxes, *gone]) if t.priced or t.gross)

    @property
    def deducted(self) -> Deposit:
        """As a final invoice deducts it."""
        return Deposit(
            number=self.invoice.number,
            issued_on=self.invoice.issued_on,
            taxes=self.standing,
            exchange=self.invoice.exchange,
        )


def room(
    whole: Iterable[TaxTotal], asked: Iterable[IssuedDeposit], currency: str
) -> dict[Group, Decimal]:
    """Amount by rate that may still be asked in advance, in the price mode; below zero: too much.

    `whole` is what is still to be billed. A rate of which nothing is billed any more has no room.
    """
    held = {group_of(t): t for t in merged([t for each in asked for t in each.standing])}
    wanted = {group_of(total): total for total in whole}
    found = {}
    for group in [*wanted, *(held.keys() - wanted.keys())]:
        costs, has = wanted.get(group), held.get(group)
        rest = _rounded(costs, currency) - _rounded(has, currency)
        over = (has.gross if has else Decimal(0)) - (costs.gross if costs else Decimal(0))
        # The tax of deposits that were credited in part can be a cent above that of the whole.
        found[group] = min(rest, -money.cent(currency)) if over > 0 else rest
    return found


def surplus(
    whole: Iterable[TaxTotal], asked: Sequence[IssuedDeposit], currency: str
) -> tuple[IssuedDeposit, tuple[Claim, ...]] | None:
    """Deposit to credit, and its claims, as more was asked for than is billed of a rate.

    The newest is credited first, one at a time; None once all of them fit. Their tax was due at the
    rate of their invoice: what the goods are not taxed with in the end is taken back (§ 17 UStG).
    Rates of which less than a cent was asked, with its tax, alone have nothing to take back.
    """
    short = {group: -rest for group, rest in room(whole, asked, currency).items() if rest < 0}
    for each in reversed(asked):
        claims = tuple(
            Claim(line=line.number, amount=min(over, rest))
            for line in each.invoice.lines
            if (over := short.get((line.category, line.rate)))
            and (rest := left_of(each.invoice, each.credits)[line.number].amount)
        )
        if claims and worth(each) & short.keys():
            return each, claims
    return None


def worth(deposit: IssuedDeposit) -> set[Group]:
    """Tax groups of which anything stands of a deposit, with its tax."""
    return {group_of(total) for total in deposit.standing if total.gross}


class Part(NamedTuple):
    """A part of a deposit as its credit note takes it: claims, and what each rate is gross."""

    claims: tuple[Claim, ...]
    gross: dict[Group, Decimal]


def part_of(each: IssuedDeposit, gross: Decimal) -> Part:
    """So much of what stands of a deposit, over its rates in proportion, to the cent.

    In net prices not every gross sum is a net sum with its tax: then the tax is a cent off.
    """
    invoice, standing = each.invoice, {group_of(total): total for total in each.standing}
    worth = [total.gross for total in standing.values()]
    shares = dict(zip(standing, money.allocate(gross, worth, invoice.currency), strict=True))
    claims = []
    for line in invoice.lines:
        group = (line.category, line.rate)
        if share := shares.get(group):
            total = standing[group]
            net = money.net_of(share, line.rate, invoice.currency)
            net = min(total.net, max(net, share - total.tax))
            claims.append(
                Claim(line=line.number, amount=share if invoice.price_mode == "gross" else net)
            )
    return Part(tuple(claims), shares if invoice.price_mode == "net" else {})


def group_of(total: TaxTotal) -> Group:
    """The tax group that a total is of."""
    return total.category, total.rate


def _rounded(total: TaxTotal | None, currency: str) -> Decimal:
    return money.rounded(total.priced, currency) if total else Decimal(0)
