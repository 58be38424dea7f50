"""Keys of what comes back, and the question that each answers."""

from __future__ import annotations

from oms_aws.platform.keys import Key


def rma(id: str) -> Key:
    """How does the return stand?"""
    return Key(f"RETURN#{id}", "RETURN")


def rma_of(order_id: str, id: str) -> Key:
    """Which returns has the order?"""
    return Key(f"ORDER#{order_id}", f"{RETURNS}{id}")


RETURNS = "RETURN#"
