"""Builds XML whose bytes depend on its content alone; what is empty is left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from oms.core.money import minor_units

Node = Any
"""An element, or None for what is left out."""

# What XML 1.0 cannot hold, § 2.2; Python also knows lone surrogates.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Vocabulary:
    """Makes elements named `prefix:Name` in the namespaces of a document."""

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self._namespaces = dict(namespaces)

    def __call__(self, name: str, /, *content: Node | str, **attributes: str) -> Node:
        """An element, or None when it has neither text nor children."""
        prefix, _, local = name.partition(":")
        made = etree.Element(f"{{{self._namespaces[prefix]}}}{local}", attributes, self._namespaces)
        for part in content:
            if isinstance(part, str):
                made.text = _FORBIDDEN.sub(" ", part)
            elif part is not None:
                made.append(part)
        return made if len(made) or (made.text or "").strip() else None


def document(root: Node) -> bytes:
    """The XML of a document, in UTF-8."""
    etree.cleanup_namespaces(root)
    content: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return content


def money_text(amount: Decimal, currency: str) -> str:
    """An amount with the minor units of its currency: 12.50."""
    return f"{amount:.{minor_units(currency)}f}"


def number_text(number: Decimal) -> str:
    """A number without trailing zeros or exponent: 19, 7.5, 100."""
    return f"{number.normalize():f}"


def basic_date(day: date) -> str:
    """20261123, format 102 of UNTDID 2379."""
    return f"{day:%Y%m%d}"
