"""Numbers and names that others give out: whether one can be real, before anyone relies on it."""

from __future__ import annotations


def is_gtin(number: str) -> bool:
    """True for a GTIN-8, -12, -13 or -14 with its check digit (GS1, modulo 10)."""
    from stdnum import ean

    return bool(ean.is_valid(number))


def is_vat_id(number: str) -> bool:
    """True for a VAT id of its country's shape, with its check digits where it has some.

    The prefix names the country: `EL` is Greece, `XI` Northern Ireland. Of a country that
    we have no rule for, any number of 2 to 14 characters is taken. It says nothing of
    whether the number has been given out: only an inquiry (VIES) does.
    """
    from stdnum import get_cc_module
    from stdnum.eu import vat

    country = number[:2].lower()
    if country in (*vat.MEMBER_STATES, "el"):
        return bool(vat.is_valid(number))
    module = get_cc_module(country, "vat")
    if module is None:
        return number[:2].isalpha() and 2 <= len(number) - 2 <= 14
    return bool(module.is_valid(number) or module.is_valid(number[2:]))


def email_fault(address: str) -> str:
    """Fault of an e-mail address (RFC 5321, 5322, 6531), or empty; no DNS is asked."""
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        return str(error)
    return ""
