"""The check of a VAT id: how long one is good for, and what an order without one waits for."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

from oms.core.identifiers import is_vat_id
from oms.master.account import VatCheck
from oms.orders.findings import Finding
from oms.orders.order import Order

INVALID_IS_GOOD_FOR = timedelta(days=1)
"""A business may have been given its id since."""

UNVERIFIED = "vat_id_unverified"


def good_until(check: VatCheck, days: int) -> datetime:
    """Until when a check need not be repeated."""
    lives = timedelta(days=days) if check.valid else INVALID_IS_GOOD_FOR
    return check.checked_at + lives


def buyer_of(order: Order) -> str:
    """Name on the order's invoices: the company's, or the person's."""
    billed = order.billing_address
    return billed.company or order.customer.company or billed.name


def confirms(check: VatCheck, vat_id: str, name: str) -> bool:
    """True if a check is of this id, by someone who knows.

    What a person entered is a confirmation of id and name (§ 18e UStG): it holds for that name.
    """
    if check.vat_id != vat_id or check.source == "format":
        return False
    return check.source != "manual" or (bool(name) and plain(check.name) == plain(name))


def plain(name: str | None) -> str:
    """A name without what writers of it differ in: case, blanks and punctuation."""
    folded = unicodedata.normalize("NFKC", name or "").casefold()
    return "".join(character for character in folded if character.isalnum())


def is_good(check: VatCheck, vat_id: str, name: str, days: int, *, at: datetime) -> bool:
    """True if a check confirms the id for this name, and is young enough."""
    return confirms(check, vat_id, name) and at <= good_until(check, days)


def by_format(vat_id: str, *, at: datetime) -> VatCheck | None:
    """The finding that an id cannot be one: shape or check digits differ; None if it can be."""
    if is_vat_id(vat_id):
        return None
    return VatCheck(vat_id=vat_id, valid=False, checked_at=at, source="format")


def finding(order: Order, check: VatCheck | None, unreachable: str) -> Finding:
    """Finding of the intake on a check, None when VIES could not be reached.

    An invalid id is no reason to stop: the buyer is charged as a consumer (§ 6a (1) no. 4 UStG).
    """
    if check is not None:
        said = "" if check.valid else f"{check.vat_id} is not valid: taxed as a consumer."
        data = {"valid": check.valid, "consultation": check.consultation}
        return Finding("vat_id", "pass", text=said, data=data)
    if unreachable == "b2c":
        text = "VIES could not be reached: taxed as a consumer."
        return Finding("vat_id", "pass", text=text, data={"valid": None})
    return Finding(
        "vat_id",
        "hold",
        UNVERIFIED,
        f"The VAT id {order.customer.vat_id} could not be checked: check it again, or enter what "
        "the tax office said. Released without a check, the order is taxed as a consumer's.",
        text_de=f"Die USt-IdNr. {order.customer.vat_id} ließ sich nicht prüfen: bitte noch einmal "
        "prüfen oder die Auskunft des Finanzamts eintragen. Ohne Prüfung freigegeben wird wie an "
        "einen Verbraucher versteuert.",
    )


def waived(order: Order) -> bool:
    """True if a clerk let the order go without a check."""
    return any(hold.reason == UNVERIFIED and hold.released_at for hold in order.holds)
