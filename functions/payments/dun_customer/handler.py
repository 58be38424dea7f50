"""An overdue invoice is reminded of or dunned; money of orders ends the dunning of their bill."""

from __future__ import annotations

from oms_aws.payments.dunning import dunned, followed
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.queue import EventNotice, queue


@queue
def handler(signal: EventNotice, oms: PaymentsWiring) -> None:
    if signal.type in ("Payment.Received", "CreditNote.Issued"):
        if signal.aggregate.startswith("order/"):
            followed(signal, oms)
        return
    dunned(signal.aggregate, str(signal.facts["document"]), signal.id, oms)
