"""Sets papers: each as PDF/A-3b, A4, DIN 5008 form B, in its own language, with the same bytes."""

from __future__ import annotations

from oms.billing.confirming import Confirmation
from oms.billing.invoice import Invoice
from oms.fulfilment.slips import Slip
from oms.payments.reminding import Reminder
from oms_aws.einvoice.hybrid import FILE, labelled
from oms_aws.papers.confirmations import confirmation_sheet
from oms_aws.papers.invoices import invoice_sheet
from oms_aws.papers.press import Attachment, pressed
from oms_aws.papers.reminders import reminder_sheet
from oms_aws.papers.slips import slip_sheet


def typeset(invoice: Invoice, attached: bytes | None = None, *, logo: bytes | None = None) -> bytes:
    """The invoice; with its e-invoice `attached` it is a hybrid one (ZUGFeRD, Factur-X).

    `logo` are the bytes of its letterhead's logo.
    """
    sheet = invoice_sheet(invoice)
    if attached is None:
        return pressed(sheet, invoice.issued_on, logo=logo)
    inside = Attachment(FILE, attached.decode())
    return labelled(pressed(sheet, invoice.issued_on, inside, logo))


def typeset_reminder(reminder: Reminder, *, logo: bytes | None = None) -> bytes:
    """The payment reminder or dunning letter."""
    return pressed(reminder_sheet(reminder), reminder.issued_on, logo=logo)


def typeset_slip(slip: Slip, *, logo: bytes | None = None) -> bytes:
    """The delivery note or packing slip."""
    return pressed(slip_sheet(slip), slip.made_on, logo=logo)


def typeset_confirmation(confirmation: Confirmation, *, logo: bytes | None = None) -> bytes:
    """The order confirmation."""
    return pressed(confirmation_sheet(confirmation), confirmation.made_on, logo=logo)
