"""Particulars that an invoice must name (§ 14 (4) UStG)."""

from __future__ import annotations

from collections.abc import Iterator

from oms.core.parties import Party
from oms.master.seller import Seller


def particulars(seller: Seller, buyer: Party, *, by_id: bool) -> Iterator[tuple[str, str]]:
    """Particulars of both sides, each with what is there (§§ 14 (4), 14a (1), (3) UStG).

    `by_id` says that the invoice names both VAT ids.
    """
    for path, party in (("seller", seller), ("buyer", buyer)):
        for name in ("name", "line1", "city", "country"):
            yield f"{path}.{name}", getattr(party, name)
    yield "seller.vat_id", (seller.vat_id or "").strip() or seller.tax_number or ""
    if by_id:
        yield "seller.vat_id", seller.vat_id or ""
        yield "buyer.vat_id", buyer.vat_id or ""
