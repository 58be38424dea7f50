"""Prepaid: each step of what is taxed of a deposit as the books take it, rate by rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from oms.billing.books import Amount, Voucher
from oms.billing.invoice import Group
from oms.core import money
from oms.orders.advances import Advance, per_euro
from oms.records.export import Export
from oms.tax.exchange import EURO

NOTHING = Decimal(0)
Rates = Mapping[Group, Amount]


def booked_on(advance: Advance, exports: Iterable[Export]) -> date:
    """The day of the batch that has it: that of the money, unless its period was exported before.

    Then it is late: the batch of the day on which we were told has it, for the period of the money.
    """
    closed = any(each.closes(advance.on, advance.at) for each in exports)
    return advance.recorded_on if closed else advance.on


def voucher_of_step(
    advance: Advance,
    deposit: Voucher,
    notes: Sequence[Voucher],
    day: date,
    earlier: Sequence[Advance] = (),
) -> Voucher:
    """The voucher of a step, booked on a day; `notes` are the deposit's credit notes at its end.

    Its amounts are what is taxed after it less what was so before, rate by rate, so that all steps
    of a deposit come to what its invoice says, in tax and gross, to the cent. In EUR each amount
    has the rate of the month in which it came: `earlier` are the steps of the deposit before it.
    """
    own = next((each.per_euro for each in deposit.amounts), Decimal(1))
    before = _taxed(deposit, notes[: advance.noted], advance.before, per_euro(earlier, own))
    after = _taxed(deposit, notes, advance.after, per_euro([*earlier, advance], own))
    rate = advance.exchange.per_euro if advance.exchange else per_euro(earlier, own)
    steps = [_step(before[group], after[group], deposit.currency, rate) for group in after]
    amounts = tuple(each for each in steps if each.gross or each.tax)
    sums = {
        name: money.total([getattr(each, name) for each in amounts])
        for name in ("net", "tax", "gross")
    }
    return replace(
        deposit,
        id=advance.id,
        sign=1,
        issued_on=day,
        supplied_on=advance.on,
        amounts=amounts,
        due_on=None,
        debtor="",
        received="late" if day != advance.on else "in_time",
        **sums,
    )


def _step(before: Amount, after: Amount, currency: str, rate: Decimal) -> Amount:
    step = after.less([before])
    if currency == EURO:
        return step
    return replace(step, per_euro=rate, worth=after.in_euro.less([before.in_euro]))


def _taxed(deposit: Voucher, notes: Sequence[Voucher], gross: Decimal, rate: Decimal) -> Rates:
    """So much of a deposit, over its tax rates, at a rate of exchange: of what stands of it, and
    then of what was credited."""
    amounts = [replace(each, per_euro=rate) for each in deposit.amounts]
    whole = {(each.category, each.rate): each for each in amounts}
    gone = {group: _nothing(each) for group, each in whole.items()}
    for each in (amount for note in notes for amount in note.amounts):
        group = (each.category, each.rate)
        gone[group] = gone[group].plus([each])
    stands = {group: each.less([gone[group]]) for group, each in whole.items()}
    first = min(gross, money.total([each.gross for each in stands.values()]))
    shares = _share(stands, first, deposit.currency)
    more = _share(gone, gross - first, deposit.currency)
    return {group: shares[group].plus([more[group]]) for group in whole}


def _share(rates: Rates, gross: Decimal, currency: str) -> Rates:
    """So much of some amounts in proportion, with its tax; all of it is them as they are."""
    parts = money.allocate(gross, [each.gross for each in rates.values()], currency)
    found = {}
    for (group, each), part in zip(rates.items(), parts, strict=True):
        tax = each.tax
        if tax and part != each.gross:
            tax = min(tax, part - money.net_of(part, each.rate, currency))
        found[group] = replace(each, net=part - tax, tax=tax, gross=part)
    return found


def _nothing(amount: Amount) -> Amount:
    return replace(amount, net=NOTHING, tax=NOTHING, gross=NOTHING)
