"""The one place where money is rounded, converted between gross and net, and shared out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from oms.core.refusals import Refusal

Percent = Decimal
Weight = Decimal | Fraction | int

# Wide enough that no product or sum of an order is ever rounded before it is meant to be.
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)

# ISO 4217, active codes by number of minor units. BGN and HRK gave way to EUR.
_CODES_BY_MINOR_UNITS: dict[int, str] = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
        "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
        "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK "
        "LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
        "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS "
        "SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST "
        "XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
MINOR_UNITS: dict[str, int] = {
    code: units for units, codes in _CODES_BY_MINOR_UNITS.items() for code in codes.split()
}


class UnknownCurrency(Refusal):
    """Not an active ISO 4217 code."""


class NotShareable(Refusal):
    """An amount has fractions of a cent, or the weights are missing or negative."""


def minor_units(currency: str) -> int:
    """Decimal places of a currency (ISO 4217): EUR 2, JPY 0. Raises UnknownCurrency."""
    try:
        return MINOR_UNITS[currency]
    except KeyError:
        text = f"{currency!r} is not an active ISO 4217 currency"
        raise UnknownCurrency("unknown_currency", text) from None


def cent(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for EUR, 1 for JPY. Raises UnknownCurrency."""
    return Decimal(1).scaleb(-minor_units(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """The amount in whole minor units, halves away from zero, so that -x rounds to -(x rounded)."""
    return amount.quantize(cent(currency), context=_EXACT)


def is_whole(amount: Decimal, currency: str) -> bool:
    """True for an amount without fractions of the smallest unit."""
    return amount == rounded(amount, currency)


def times(unit_price: Decimal, quantity: int) -> Decimal:
    """Unit price times pieces, exact, never rounded."""
    return _EXACT.multiply(unit_price, Decimal(quantity))


def total(amounts: Sequence[Decimal]) -> Decimal:
    """The exact sum, never rounded."""
    result = Decimal(0)
    for amount in amounts:
        result = _EXACT.add(result, amount)
    return result


def net_of(gross: Decimal, rate: Percent, currency: str) -> Decimal:
    """Net of a gross amount at a rate in percent, rounded half-up.

    Meant for the sum of a rate group, once; the tax is then `gross - net`, so that both add up.
    """
    net = _EXACT.divide(_EXACT.multiply(gross, Decimal(100)), _EXACT.add(Decimal(100), rate))
    return rounded(net, currency)


def tax_on(net: Decimal, rate: Percent, currency: str) -> Decimal:
    """Tax on a net amount at a rate in percent, rounded half-up; for a rate group, once."""
    return rounded(_EXACT.multiply(net, rate).scaleb(-2, context=_EXACT), currency)


def gross_of(net: Decimal, rate: Percent, currency: str) -> Decimal:
    """Gross of a net amount already in whole minor units."""
    return net + tax_on(net, rate, currency)


def portion(amount: Decimal, done: int, more: int, whole: int, currency: str) -> Decimal:
    """The part of an amount that `more` pieces of `whole` have, after `done` others had theirs.

    However the pieces are split, the parts of all of them add up to the amount to the cent.
    """
    before, after = (
        allocate(amount, [pieces, whole - pieces], currency)[0] for pieces in (done, done + more)
    )
    return after - before


def allocate(amount: Decimal, weights: Sequence[Weight], currency: str) -> tuple[Decimal, ...]:
    """Share an amount out in proportion to the weights; the shares sum to it to the cent.

    Largest remainder (Hamilton): each share is rounded towards zero, then the cents left over go
    one each to the largest remainders, the earlier weight first on a tie. A share of a negative
    amount mirrors that of the positive one. A zero weight gets nothing; if all weights are zero,
    they count as equal. Raises NotShareable.
    """
    if not is_whole(amount, currency):
        raise NotShareable("not_shareable", f"{amount} {currency} has fractions of a cent")
    if not weights and amount:
        raise NotShareable("not_shareable", f"{amount} {currency} has nobody to go to")
    ratios = [weight.as_integer_ratio() for weight in weights]
    scale = math.lcm(*(denominator for _, denominator in ratios))
    parts = [numerator * (scale // denominator) for numerator, denominator in ratios]
    if any(part < 0 for part in parts):
        raise NotShareable("not_shareable", "a weight is negative")
    if not any(parts):
        parts = [1] * len(parts)
    units = int(abs(amount).scaleb(minor_units(currency), context=_EXACT))
    whole, sign = sum(parts) or 1, -1 if amount < 0 else 1
    shares, remainders = [], []
    for part in parts:
        share, remainder = divmod(units * part, whole)
        shares.append(share)
        remainders.append(remainder)
    by_remainder = sorted(range(len(parts)), key=lambda i: (-remainders[i], i))
    for i in by_remainder[: units - sum(shares)]:
        shares[i] += 1
    return tuple((sign * share) * cent(currency) for share in shares)


def settled(whole: Decimal, ideals: Sequence[Fraction], currency: str) -> tuple[Decimal, ...]:
    """Exact amounts rounded to the cent so that they sum to `whole`, which is near their sum.

    Largest remainder: each is rounded down, then the cents left over go one each to the largest
    remainders, the earlier amount first on a tie, and around again if `whole` is farther away.
    Unlike `allocate`, amounts may be of either sign. Raises NotShareable.
    """
    if not is_whole(whole, currency):
        raise NotShareable("not_shareable", f"{whole} {currency} has fractions of a cent")
    if not ideals:
        if whole:
            raise NotShareable("not_shareable", f"{whole} {currency} has nobody to go to")
        return ()
    units = [ideal * 10 ** minor_units(currency) for ideal in ideals]
    shares = [math.floor(unit) for unit in units]
    left = int(whole.scaleb(minor_units(currency), context=_EXACT)) - sum(shares)
    everyone, some = divmod(left, len(shares))
    order = sorted(range(len(units)), key=lambda i: (shares[i] - units[i], i))
    for i in order[:some]:
        shares[i] += 1
    return tuple((share + everyone) * cent(currency) for share in shares)
