"""Entries: shipments as a collective invoice collects them."""

from __future__ import annotations

from typing import NamedTuple

from oms.billing.invoice import Invoice


class Entry(NamedTuple):
    """A collected shipment: its invoice as it would be alone, and credits of it so far.

    `size` is what they take, in bytes, when they are stored.
    """

    draft: Invoice
    credits: tuple[Invoice, ...] = ()
    size: int = 0
