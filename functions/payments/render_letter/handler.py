"""A reminder or dunning letter becomes a PDF in the write-once archive, always the same bytes."""

from __future__ import annotations

from oms.orders.documents import letter_of
from oms.payments.dunning import archive
from oms.payments.reminding import Reminder
from oms_aws.billing.opening import Holder, letter_kept
from oms_aws.billing.wiring import BillingWiring
from oms_aws.papers.typesetting import typeset_reminder
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue


@queue
def handler(signal: EventNotice, oms: BillingWiring) -> None:
    id = str(signal.facts["letter"])
    holder = Holder(signal.aggregate, oms)
    _, letter = letter_of(holder.held.documents, id)
    if letter.key:
        return
    says = oms.documents.snapshot(id, Reminder)
    pdf = typeset_reminder(says, logo=oms.documents.logo(says.letterhead))
    key, digest = letter_kept(letter, pdf, oms)
    holder.change(
        lambda known: archive(known, id, key=key, sha256=digest, at=oms.now()),
        Saved("auftakt", signal.id),
    )
