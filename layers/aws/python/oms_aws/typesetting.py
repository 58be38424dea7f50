"""Sets an invoice as a PDF/A-3b that has the same bytes whenever it is set again."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from oms.invoice import Invoice, InvoiceLine, Language, Party, Seller, TaxTotal
from oms.money import minor_units
from oms_aws.einvoice.hybrid import FILE, labelled

_TEMPLATES = Path(__file__).parent / "templates"
_SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "US$"}
_BREAK_AFTER = 24
_JOINERS = "\u200c\u200d"
# Letters that the compiler's own fonts are known to have: Latin, Greek, Cyrillic.
_COVERED = re.compile(
    "[\x20-\x7e\xa0-\u024f\u0384-\u0386\u0388-\u038a\u038e-\u03a1\u03a3-\u0482"
    "\u048a-\u04ff\u200b\u2010-\u2026€]*"
)
_PROBE_FONTS = '#set text(font: ("Libertinus Serif", "DejaVu Sans Mono", "New Computer Modern"))'
_WEIGHTS = ("regular", "semibold")
_UNCOVERED_CODE = re.compile("[^\x20-\x7e]")

Text = dict[str, Any]


def typeset(invoice: Invoice, attached: bytes | None = None) -> bytes:
    """The invoice as PDF/A-3b, A4, DIN 5008 form B, in its own language.

    With its e-invoice `attached` it is a hybrid one (ZUGFeRD, Factur-X).

    The bytes depend on the invoice alone: time stamps come from its date of issue, fonts from the
    compiler. A character that none of these fonts has is printed as its code, `[U+674E]`.
    """
    inputs = {} if attached is None else {"attached": attached.decode(), "name": FILE}
    pdf: bytes = compiled(invoice, inputs, format="pdf", pdf_standards="a-3b")
    return pdf if attached is None else labelled(pdf)


def compiled(invoice: Invoice, inputs: Mapping[str, str], **options: Any) -> Any:
    """The invoice in any format; the options are those of `typst.Compiler.compile`."""
    content = sheet(invoice)
    stamp = datetime.combine(invoice.issued_on, time(), UTC)
    options = {**options, "timestamp": stamp, "sys_inputs": dict(inputs)}
    odd = sorted({cluster for text in _texts(content) for cluster in _clusters(text)})
    try:
        return _compile(_mapped(content, _missing(odd)), options)
    except BaseException as failure:
        # Rare combinations of marks make the compiler refuse, or panic: then none of them is set.
        if not odd or not _is_of_the_compiler(failure):
            raise
        return _compile(_mapped(content, odd), options)


def sheet(invoice: Invoice) -> Text:
    """Every text of the document, formatted for its language, as the template reads it."""
    words = _words()[invoice.locale]
    rows = _rows(invoice, words)
    total_taxes = [_tax_row(group, invoice, words) for group in invoice.taxes]
    return {
        "locale": invoice.locale,
        "words": words,
        "issued": [invoice.issued_on.year, invoice.issued_on.month, invoice.issued_on.day],
        "title": words["titles"][invoice.kind].format(_clean(invoice.number)),
        "greeting": _greeting(invoice, words),
        "seller": {
            "name": _clean(invoice.seller.name),
            "tagline": _joined(
                " · ", invoice.seller.website, invoice.seller.email, invoice.seller.phone
            ),
        },
        "return_address": _return_address(invoice.seller),
        "address": _address(invoice.buyer, invoice.seller.country, invoice.locale),
        "delivery": _delivery(invoice),
        "info": _info(invoice, words),
        "rows": rows,
        "widths": _widths(rows, words),
        "taxes": total_taxes,
        "totals": _totals(invoice, words),
        "due": words["credit" if invoice.kind == "credit_note" else "gross"],
        "gross": money_text(invoice.gross, invoice.currency, invoice.locale),
        "notes": _notes(invoice, words),
        "footer": _footer(invoice.seller, words),
    }


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


def one_line(text: str) -> str:
    """Printable text in one line: no line breaks, control, bidi or surrogate codes."""
    kept = []
    for character in text:
        kind = unicodedata.category(character)
        if kind in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif kind == "Cs":
            kept.append("\ufffd")
        elif kind != "Cf" or character in _JOINERS:
            kept.append(character)
    return " ".join("".join(kept).split())


def _words() -> dict[str, Any]:
    return _read("invoice/words.json")


@cache
def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((_TEMPLATES / name).read_bytes())
    return content


def _rate_text(rate: Decimal, locale: Language) -> str:
    number = f"{rate.normalize():f}"
    return f"{number if locale == 'en' else number.replace('.', ',')}\u00a0%"


def _greeting(invoice: Invoice, words: Text) -> str:
    original = invoice.original
    number = _clean(original.number) if original else ""
    day = date_text(original.issued_on, invoice.locale) if original else ""
    text: str = words["greetings"][invoice.kind].format(number=number, day=day)
    return text


def _below(line: InvoiceLine, invoice: Invoice) -> str:
    """What stands in small print under a line: its SKU, and of which delivery it is."""
    day = date_text(line.supplied_on, invoice.locale) if line.supplied_on else None
    return _joined(" · ", line.sku, line.order, line.delivery_note, day)


def _rows(invoice: Invoice, words: Text) -> list[Text]:
    currency, locale = invoice.currency, invoice.locale

    def extra(text: str, amount: Decimal, rate: Decimal) -> Text:
        return {
            **dict.fromkeys(("number", "sku", "quantity", "unit_price"), ""),
            "description": text,
            "rate": _rate_text(rate, locale),
            "total": amount_text(amount, currency, locale),
        }

    rows = []
    for line in invoice.lines:
        rows.append(
            {
                "number": _clean(line.number),
                "description": _clean(line.description),
                "sku": _below(line, invoice),
                "quantity": str(line.quantity),
                "unit_price": amount_text(line.unit_price, currency, locale),
                "rate": _rate_text(line.rate, locale),
                "total": amount_text(line.total + line.discount, currency, locale),
            }
        )
        if line.discount:
            rows.append(extra(words["discount"], -line.discount, line.rate))
    rows += [extra(words[each.kind], each.amount, each.rate) for each in invoice.charges]
    for deposit in invoice.deposits:
        day = date_text(deposit.issued_on, locale)
        text = words["deposit"].format(number=_clean(deposit.number), day=day)
        rows += [extra(text, -tax.priced, tax.rate) for tax in deposit.taxes]
    return rows


def _widths(rows: list[Text], words: Text) -> list[float]:
    """Widths in mm of the number columns, from their longest text."""
    keys = ("number", "quantity", "unit_price", "rate", "total")
    heads = [words["columns"][i] for i in (0, 2, 3, 4, 5)]
    longest = [
        max(len(head), *(len(row[key]) for row in rows))
        for key, head in zip(keys, heads, strict=True)
    ]
    return [min(3 + 1.75 * length, 34) for length in longest]


def _tax_row(group: TaxTotal, invoice: Invoice, words: Text) -> list[str]:
    label = _rate_text(group.rate, invoice.locale)
    if group.category != "S":
        label = f"{label} ({words['untaxed'][group.category]})"
    amounts = (group.net, group.tax, group.gross)
    return [label, *(amount_text(a, invoice.currency, invoice.locale) for a in amounts)]


def _totals(invoice: Invoice, words: Text) -> list[list[str]]:
    def text(amount: Decimal) -> str:
        return money_text(amount, invoice.currency, invoice.locale)

    rows = [[words["net"], text(invoice.net)]]
    for group in invoice.taxes:
        rate = _rate_text(group.rate, invoice.locale)
        rows.append([words["tax"].format(rate=rate, net=text(group.net)), text(group.tax)])
    return rows


def _notes(invoice: Invoice, words: Text) -> list[str]:
    prices = [words[f"prices_{invoice.price_mode}"]] if invoice.tax else []
    payment = [_clean(invoice.payment) + "."] if invoice.payment else []
    cause = [words["cause"].format(_clean(invoice.reason))] if invoice.reason else []
    return [*cause, *(f"{_clean(note)}." for note in invoice.notes), *payment, *prices]


def _info(invoice: Invoice, words: Text) -> list[list[str]]:
    prefix = "credit_" if invoice.kind == "credit_note" else ""
    facts = (
        (f"{prefix}number", invoice.number),
        (f"{prefix}issued_on", date_text(invoice.issued_on, invoice.locale)),
        ("supplied_on", date_text(invoice.supplied_on, invoice.locale)),
        ("order", invoice.external_number),
        ("customer", invoice.buyer.number),
        ("buyer_vat_id", invoice.buyer.vat_id),
    )
    return [[words[name], _clean(value)] for name, value in facts if value]


def _address(party: Party, home: str, locale: Language) -> list[str]:
    """The lines of the window; a foreign country in capitals, as DIN 5008 asks."""
    country = ""
    if party.country != home:
        names = _read("countries.json").get(party.country, {})
        country = names.get(locale, party.country).upper()
    town = _town(party.country, party.postal_code, party.city, party.region)
    lines = (party.company, party.name, party.line1, party.line2, *town, country)
    return [_clean(line) for line in lines if line]


def _town(country: str, postal_code: str, city: str, region: str | None) -> tuple[str, ...]:
    if country in ("GB", "IE", "JE", "GG", "IM", "XI"):
        return (city, postal_code)
    if country in ("US", "CA", "AU"):
        return (" ".join(filter(None, (city, region, postal_code))),)
    return (" ".join(filter(None, (postal_code, city))),)


def _return_address(seller: Seller) -> str:
    town = " ".join(_town(seller.country, seller.postal_code, seller.city, None))
    return _joined(" · ", seller.name, seller.line1, seller.line2, town)


def _delivery(invoice: Invoice) -> str | None:
    def place(party: Party) -> list[str]:
        return _address(party, invoice.seller.country, invoice.locale)

    where = place(invoice.ship_to)
    return None if where == place(invoice.buyer) else ", ".join(where)


def _footer(seller: Seller, words: Text) -> list[list[str]]:
    """Up to four columns: who, how to reach, register and tax, bank."""

    def said(key: str, value: str | None) -> str | None:
        return words[key].format(value) if value else None

    town = " ".join(_town(seller.country, seller.postal_code, seller.city, None))
    bank = seller.bank
    columns: tuple[tuple[str | None, ...], ...] = (
        (seller.name, seller.line1, seller.line2, town),
        (said("phone", seller.phone), seller.email, seller.website),
        (
            seller.register,
            seller.managers,
            said("vat_id", seller.vat_id),
            said("tax_number", seller.tax_number),
        ),
        (bank.name, said("bank", bank.iban), said("bic", bank.bic)) if bank else (),
    )
    texts = [[_clean(line) for line in column if line] for column in columns]
    return [column for column in texts if column]


def _joined(separator: str, *texts: str | None) -> str:
    return separator.join(_clean(text) for text in texts if text)


def _clean(text: str) -> str:
    """The text in one line, without a word that is too long for its column."""
    return " ".join(_breakable(word) for word in one_line(text).split(" "))


def _breakable(word: str) -> str:
    if len(word) <= _BREAK_AFTER:
        return word
    pieces = (word[i : i + _BREAK_AFTER] for i in range(0, len(word), _BREAK_AFTER))
    return "\u200b".join(pieces)


def _compile(content: Text, options: dict[str, Any]) -> Any:
    import typst

    return typst.Compiler(ignore_system_fonts=True).compile(
        (_TEMPLATES / "invoice" / "invoice.typ").read_bytes(),
        **{**options, "sys_inputs": {**options["sys_inputs"], "invoice": json.dumps(content)}},
    )


def _is_of_the_compiler(failure: BaseException) -> bool:
    """Whether typst refused or panicked; its panics are BaseExceptions that it does not export."""
    import typst

    return isinstance(failure, typst.TypstError) or type(failure).__name__ == "PanicException"


def _missing(odd: list[str]) -> list[str]:
    """Those of the clusters that no font of the compiler has; asks the compiler itself."""
    if not odd:
        return []
    import typst

    source = "\n".join([_PROBE_FONTS, *(_probe(c, w) for c in odd for w in _WEIGHTS)])
    compiler = typst.Compiler(ignore_system_fonts=True)
    try:
        compiler.compile(source.encode(), format="pdf", pdf_standards="a-3b", timestamp=0)
    except typst.TypstError as error:
        lines = re.findall(r"┌─ [^\n]*:(\d+):\d+\n", error.diagnostic)
        return sorted({odd[(int(line) - 2) // len(_WEIGHTS)] for line in lines})
    return []


def _probe(cluster: str, weight: str) -> str:
    """A line of markup that sets the cluster, written as codes so that nothing of it is markup."""
    codes = "".join(f"\\u{{{ord(character):x}}}" for character in cluster)
    return f'#box(text(weight: "{weight}")[{codes}])'


def _code(match: re.Match[str]) -> str:
    return f"[U+{ord(match.group()):04X}]"


def _clusters(text: str) -> Iterable[str]:
    """The characters, with the marks that sit on them, that may lack a glyph."""
    if _COVERED.fullmatch(text):
        return
    cluster = ""
    for character in text:
        on_top = unicodedata.category(character).startswith("M") or character in _JOINERS
        if cluster and not on_top:
            if not _COVERED.fullmatch(cluster):
                yield cluster
            cluster = ""
        cluster += character
    if not _COVERED.fullmatch(cluster):
        yield cluster


def _texts(content: Any) -> Iterable[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


def _mapped(content: Any, clusters: list[str]) -> Any:
    """The content with the codes of the clusters in their place."""
    if not clusters:
        return content
    pattern = re.compile("|".join(map(re.escape, sorted(clusters, key=len, reverse=True))))

    def mapped(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda match: _UNCOVERED_CODE.sub(_code, match.group()), value)
        if isinstance(value, dict):
            return {key: mapped(item) for key, item in value.items()}
        return [mapped(item) for item in value] if isinstance(value, list) else value

    return mapped(content)
