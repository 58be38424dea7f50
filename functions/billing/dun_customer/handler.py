"""An overdue invoice is reminded of or dunned; money of orders ends the dunning of their bill."""

from __future__ import annotations

from oms_aws.edges.dunning import dunned, followed
from oms_aws.edges.queue import Signal, queue
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    if signal.type in ("Payment.Received", "CreditNote.Issued"):
        if signal.aggregate.startswith("order/"):
            followed(signal, oms)
        return
    dunned(signal.aggregate, str(signal.facts["document"]), signal.id, oms)
