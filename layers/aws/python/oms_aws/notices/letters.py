"""Composes mails: subject, HTML and plain text, in the language of who reads them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, structs

from oms.core.parties import Language
from oms_aws.notices.keeper_letters import EndpointPaused, EndpointResumed
from oms_aws.notices.money_letters import (
    CollectiveIssued,
    CreditExceeded,
    CreditIssued,
    InvoiceIssued,
    PaymentAwaited,
    PaymentOverdue,
)
from oms_aws.notices.order_letters import (
    AddressWanted,
    ApprovalDecided,
    ApprovalNeeded,
    ChangeRefused,
    HoldEscalated,
    OrderCancelled,
    OrderChanged,
    OrderReceived,
    OrderRefused,
    OrderWaits,
    RecallRefused,
)
from oms_aws.notices.parcel_letters import ParcelAstray, ParcelFailed, ParcelShipped
from oms_aws.notices.return_letters import ReturnAnnounced, ReturnArrived
from oms_aws.notices.withdrawal_letters import WithdrawalReceipt
from oms_aws.platform.rendering import environment, words
from oms_aws.platform.wording import money_text, one_line

if TYPE_CHECKING:
    from jinja2 import Environment

Kind = Literal[
    "order_received",
    "order_changed",
    "order_cancelled",
    "recall_refused",
    "order_refused",
    "change_refused",
    "parcel_shipped",
    "parcel_failed",
    "parcel_astray",
    "order_waits",
    "address_wanted",
    "credit_issued",
    "invoice_issued",
    "collective_issued",
    "hold_escalated",
    "payment_awaited",
    "payment_overdue",
    "credit_exceeded",
    "approval_needed",
    "approval_decided",
    "endpoint_paused",
    "endpoint_resumed",
    "withdrawal_receipt",
    "return_announced",
    "return_arrived",
]

_LONGEST_SUBJECT = 150


class Letter(Struct, frozen=True):
    """A mail, ready to be sent: the subject is one line, text says what html says."""

    subject: str
    html: str
    text: str


Facts = (
    OrderReceived
    | OrderChanged
    | OrderCancelled
    | OrderRefused
    | RecallRefused
    | ChangeRefused
    | ParcelShipped
    | ParcelFailed
    | ParcelAstray
    | CreditIssued
    | InvoiceIssued
    | CollectiveIssued
    | OrderWaits
    | AddressWanted
    | HoldEscalated
    | PaymentAwaited
    | PaymentOverdue
    | CreditExceeded
    | ApprovalNeeded
    | ApprovalDecided
    | EndpointPaused
    | EndpointResumed
    | WithdrawalReceipt
    | ReturnAnnounced
    | ReturnArrived
)

_FACTS: dict[Kind, type[Facts]] = {
    "order_received": OrderReceived,
    "order_changed": OrderChanged,
    "order_cancelled": OrderCancelled,
    "recall_refused": RecallRefused,
    "change_refused": ChangeRefused,
    "parcel_shipped": ParcelShipped,
    "parcel_failed": ParcelFailed,
    "parcel_astray": ParcelAstray,
    "order_waits": OrderWaits,
    "order_refused": OrderRefused,
    "address_wanted": AddressWanted,
    "credit_issued": CreditIssued,
    "invoice_issued": InvoiceIssued,
    "collective_issued": CollectiveIssued,
    "hold_escalated": HoldEscalated,
    "payment_awaited": PaymentAwaited,
    "payment_overdue": PaymentOverdue,
    "credit_exceeded": CreditExceeded,
    "approval_needed": ApprovalNeeded,
    "approval_decided": ApprovalDecided,
    "endpoint_paused": EndpointPaused,
    "endpoint_resumed": EndpointResumed,
    "withdrawal_receipt": WithdrawalReceipt,
    "return_announced": ReturnAnnounced,
    "return_arrived": ReturnArrived,
}


def compose(kind: Kind, facts: Facts, locale: Language) -> Letter:
    """The mail of a kind; `facts` is the struct of that kind, else TypeError.

    Whatever the facts contain arrives as text: escaped in HTML, in one line in subject and text.
    """
    if type(facts) is not _FACTS[kind]:
        raise TypeError(f"{kind} cannot be composed from {type(facts).__name__}")
    known = words("letters")[locale]
    plain = _plain(facts)
    context = {"facts": plain, "words": known, "kind": kind, "locale": locale}
    subject = one_line(_template(f"{kind}.subject.txt").render(context))
    if len(subject) > _LONGEST_SUBJECT:
        subject = subject[: _LONGEST_SUBJECT - 1] + "…"
    context["subject"] = subject
    text = _template(f"{kind}.txt").render(context)
    return Letter(
        subject=subject,
        html=_template(f"{kind}.html").render(context),
        text=re.sub(r"\n{3,}", "\n\n", text).strip() + "\n",
    )


@cache
def _environment() -> Environment:
    made = environment("letters")
    made.filters["money"] = money_text
    made.filters["web_link"] = _web_link
    return made


def _template(name: str) -> Any:
    return _environment().get_template(name)


def _web_link(url: str | None) -> str | None:
    """The address if it is one of the web's; nothing that a mail client would run."""
    return url if url and re.match(r"https?://[^\s\"<>]+$", url) else None


def _plain(value: Any) -> Any:
    """Structs as dicts, with every text in one line."""
    if isinstance(value, Struct):
        return {name: _plain(item) for name, item in structs.asdict(value).items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return one_line(value) if isinstance(value, str) else value
