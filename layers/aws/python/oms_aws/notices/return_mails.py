"""Mails to the customer on goods that come back."""

from __future__ import annotations

from oms.core.refusals import Refusal
from oms.master.seller import Seller
from oms.orders.applying import decode_event
from oms.orders.fulfilment_events import PiecesReturned, ReturnAwaited
from oms_aws.notices.mailing import Case, Mail
from oms_aws.notices.return_letters import ReturnAnnounced, ReturnArrived
from oms_aws.platform.log import read_event
from oms_aws.platform.wording import date_text


def of_announcement(case: Case) -> Mail:
    """What to write on the parcel, and where to send it."""
    event = _event(case)
    if not isinstance(event, ReturnAwaited):
        raise Refusal("not_awaited", f"{case.signal.id} says nothing of a return.")
    facts = ReturnAnnounced(
        **case.common,
        number=event.number,
        items=case.items(event.pieces),
        address=_address(case.shop.seller),
        until=date_text(event.expected_by, case.order.customer.locale),
    )
    return case.to_customer("return_announced", facts)


def of_arrival(case: Case) -> Mail:
    """The goods are back, and their price follows."""
    event = _event(case)
    if not isinstance(event, PiecesReturned):
        raise Refusal("not_returned", f"{case.signal.id} says nothing of goods.")
    items = case.items(event.pieces)
    facts = ReturnArrived(**case.common, number=event.number, items=items)
    return case.to_customer("return_arrived", facts)


def _event(case: Case) -> object:
    return decode_event(read_event(case.oms.table, case.signal.aggregate, case.signal.sequence))


def _address(seller: Seller | None) -> tuple[str, ...]:
    """Lines of the address that goods are sent to: the seller's; none where that is unknown."""
    if seller is None:
        return ()
    street = (seller.line1, seller.line2 or "")
    place = f"{seller.postal_code} {seller.city}"
    return tuple(line for line in (seller.name, *street, place) if line)
