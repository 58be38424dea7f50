"""Wording: amounts, days and addresses as people of a language write them."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from oms.core.money import minor_units
from oms.core.parties import Language, Party
from oms_aws.platform.rendering import read

if TYPE_CHECKING:
    from oms.master.seller import Seller

JOINERS = "\u200c\u200d"
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "US$"}
_BREAK_AFTER = 24


def amount_text(amount: Decimal, currency: str, locale: Language) -> str:
    """An amount without its currency, with at least its minor units: 1.234,50 or 1,234.50."""
    digits = max(minor_units(currency), -int(amount.normalize().as_tuple().exponent))
    english = f"{amount:,.{digits}f}"
    return english if locale == "en" else english.translate(str.maketrans(",.", ".,"))


def money_text(amount: Decimal, currency: str, locale: Language) -> str:
    """An amount with its currency: 1.234,50 € or €1,234.50; CHF 12.00 where there is no sign."""
    number, sign = amount_text(amount, currency, locale), _SYMBOLS.get(currency, currency)
    if locale == "de":
        return f"{number}\u00a0{sign}"
    return f"{sign}{number}" if currency in _SYMBOLS else f"{sign}\u00a0{number}"


def date_text(day: date, locale: Language) -> str:
    """23.11.2026 or 23 Nov 2026."""
    if locale == "de":
        return f"{day:%d.%m.%Y}"
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    return f"{day.day} {months.split()[day.month - 1]} {day.year}"


def rate_text(rate: Decimal, locale: Language) -> str:
    """A rate of tax with its sign: 19 % or 5.5 %."""
    number = f"{rate.normalize():f}"
    return f"{number if locale == 'en' else number.replace('.', ',')}\u00a0%"


def one_line(text: str) -> str:
    """Printable text in one line: no line breaks, control, bidi or surrogate codes."""
    kept = []
    for character in text:
        kind = unicodedata.category(character)
        if kind in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif kind == "Cs":
            kept.append("\ufffd")
        elif kind != "Cf" or character in JOINERS:
            kept.append(character)
    return " ".join("".join(kept).split())


def lines(text: str) -> list[str]:
    """Printable text as it is broken into lines, no more than one empty line at once."""
    broken = [clean(line) for line in text.replace("\r\n", "\n").split("\n")]
    kept = [line for n, line in enumerate(broken) if line or (n and broken[n - 1])]
    return kept[:-1] if kept and not kept[-1] else kept


def joined(separator: str, *texts: str | None) -> str:
    """The texts that are there, cleaned, with a separator between them."""
    return separator.join(clean(text) for text in texts if text)


def clean(text: str) -> str:
    """The text in one line, without a word that is too long for its column."""
    return " ".join(_breakable(word) for word in one_line(text).split(" "))


def _breakable(word: str) -> str:
    if len(word) <= _BREAK_AFTER:
        return word
    pieces = (word[i : i + _BREAK_AFTER] for i in range(0, len(word), _BREAK_AFTER))
    return "\u200b".join(pieces)


def address_lines(party: Party, home: str, locale: Language) -> list[str]:
    """The lines of the window; a foreign country in capitals, as DIN 5008 asks."""
    country = ""
    if party.country != home:
        names = read("countries.json").get(party.country, {})
        country = names.get(locale, party.country).upper()
    town = _town(party.country, party.postal_code, party.city, party.region)
    company = None if party.company == party.name else party.company
    lines = (company, party.name, party.line1, party.line2, *town, country)
    return [clean(line) for line in lines if line]


def _town(country: str, postal_code: str, city: str, region: str | None) -> tuple[str, ...]:
    if country in ("GB", "IE", "JE", "GG", "IM", "XI"):
        return (city, postal_code)
    if country in ("US", "CA", "AU"):
        return (" ".join(filter(None, (city, region, postal_code))),)
    return (" ".join(filter(None, (postal_code, city))),)


def seller_lines(seller: Seller) -> tuple[str | None, ...]:
    """Sender of a letter, line by line."""
    town = " ".join(_town(seller.country, seller.postal_code, seller.city, None))
    return seller.name, seller.line1, seller.line2, town


def return_address(seller: Seller) -> str:
    """The sender's address in one line, as it stands above the receiver's."""
    return joined(" · ", *seller_lines(seller))
