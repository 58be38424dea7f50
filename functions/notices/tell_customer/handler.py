"""The customer, or whoever else is concerned, hears by mail of the order, once for each cause."""

from __future__ import annotations

from oms.billing.documenting import note_notification
from oms_aws.billing.opening import Holder
from oms_aws.notices.customer_mails import mails_for
from oms_aws.notices.keeper_mails import tell_keeper
from oms_aws.notices.mailing import Mail
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.log import Saved
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.platform.senders import envelope


@queue
def handler(signal: EventNotice, oms: NoticesWiring) -> None:
    if signal.aggregate.startswith("webhook/"):
        tell_keeper(signal, oms)
        return
    holder = Holder(signal.aggregate, oms)
    for mail in mails_for(signal, holder.held, oms):
        _tell(mail, signal, holder, oms)


def _tell(mail: Mail, signal: EventNotice, holder: Holder, oms: NoticesWiring) -> None:
    kind = mail.kind
    if oms.mail.claim(signal.id, kind, at=oms.now(), anyway=signal.redriven > 0):
        return  # that it was sent is noted in one transaction with the event that says so
    shop = oms.catalogue.cached_shop(holder.held.shop)
    by = envelope(shop, (oms.settings.sender, *oms.settings.senders))
    message_id = oms.mail.send(signal.id, kind, mail.to, mail.letter, by)
    noted = oms.mail.sent(signal.id, kind, message_id)
    holder.change(
        lambda known: note_notification(known, kind, signal.id, message_id, oms.now()),
        Saved("auftakt", signal.id, (noted,)),
    )
