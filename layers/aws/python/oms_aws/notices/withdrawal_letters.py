"""Letters on withdrawals: the receipt that the law demands."""

from __future__ import annotations

from msgspec import Struct

from oms_aws.notices.letter_parts import Shop


class WithdrawalReceipt(Struct, frozen=True, kw_only=True):
    """Receipt of a statement to withdraw: its content, date and time (§ 356a (4) BGB).

    `customer` is who is greeted, `received` the time in words, `url` a page that proves it.
    """

    shop: Shop
    customer: str
    contract: str
    part: str
    email: str
    received: str
    reference: str
    url: str
