"""Checks of VAT ids in the intake: what an order without one waits for."""

from __future__ import annotations

from oms.master.account import VatCheck
from oms.orders.findings import Finding
from oms.orders.order import Order

UNVERIFIED = "vat_id_unverified"


def buyer_of(order: Order) -> str:
    """Name on the order's invoices: the company's, or the person's."""
    billed = order.billing_address
    return billed.company or order.customer.company or billed.name


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
    return any(hold.reason == UNVERIFIED and hold.released_at for hold in order.screening.holds)
