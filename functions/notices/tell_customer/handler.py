"""The customer, or whoever else is concerned, hears by mail of the order, once for each cause."""

from __future__ import annotations

from oms_aws.edges.customers import mails_for
from oms_aws.edges.keepers import tell_keeper
from oms_aws.edges.mailing import Mail
from oms_aws.edges.papers import Holder
from oms_aws.edges.queue import Signal, queue
from oms_aws.orders import Saved
from oms_aws.senders import envelope
from oms_aws.wiring import Ports


@queue
def handler(signal: Signal, oms: Ports) -> None:
    if signal.aggregate.startswith("webhook/"):
        tell_keeper(signal, oms)
        return
    holder = Holder(signal.aggregate, oms)
    for mail in mails_for(signal, holder.held, oms):
        _tell(mail, signal, holder, oms)


def _tell(mail: Mail, signal: Signal, holder: Holder, oms: Ports) -> None:
    kind = mail.kind
    if oms.mail.claim(signal.id, kind, at=oms.now(), anyway=signal.redriven > 0):
        return  # that it was sent is noted in one transaction with the event that says so
    shop = oms.catalogue.shop_of_late(holder.held.shop)
    by = envelope(shop, (oms.settings.sender, *oms.settings.senders))
    message_id = oms.mail.send(signal.id, kind, mail.to, mail.letter, by)
    noted = oms.mail.sent(signal.id, kind, message_id)
    holder.change(
        lambda known: known.note_notification(kind, signal.id, message_id, oms.now()),
        Saved("auftakt", signal.id, (noted,)),
    )
