"""Counterfoils: what stays in the archive of every number, before a paper with it is there."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from oms.billing.invoice import Invoice


class Counterfoil(Struct, frozen=True, kw_only=True):
    """A number of a range, the document that has it, and all that the document is made from.

    `owner` is its order, or its bill. With it a document can be put on record again as it was
    issued, should the table have been restored to an earlier time (§ 14 (4) no. 4 UStG: a number
    is given once; GoBD: what was issued stays on record).
    """

    range: str
    number: int
    text: str
    document: str
    owner: str
    shop: str
    issued_at: datetime
    snapshot: Invoice
