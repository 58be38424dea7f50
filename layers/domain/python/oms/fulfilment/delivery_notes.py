"""Numbers of delivery notes."""

from __future__ import annotations


def delivery_note_number(external_number: str, fulfilment_id: str) -> str:
    """The number that is printed on the delivery note of a fulfilment."""
    return f"{external_number}-{fulfilment_id.rpartition('-')[2]}"
