"""Mails of parcels that do not arrive: to the customer, and to the team that has to see to them."""

from __future__ import annotations

from oms.orders.astray import RETURNING
from oms.orders.fulfilments import Fulfilment, Parcel
from oms_aws.notices.letter_parts import ShippedParcel
from oms_aws.notices.letters import compose
from oms_aws.notices.mailing import Case, Mail
from oms_aws.notices.parcel_letters import ParcelAstray, ParcelFailed
from oms_aws.platform.wording import date_text


def of_failure(case: Case) -> tuple[Mail, ...]:
    """The customer hears what happens next, the team that it may have to do something."""
    fulfilment, parcel = _parcel(case)
    failure = parcel.failure
    assert failure
    facts = ParcelFailed(
        **case.common,
        returning=failure.status == RETURNING,
        items=case.items(parcel.pieces),
        parcel=_shown(parcel, case),
        said=failure.text,
    )
    return case.to_customer("parcel_failed", facts), _to_team(case, fulfilment, parcel)


def of_delay(case: Case) -> Mail:
    """A parcel is neither delivered nor back: somebody has to ask for it."""
    return _to_team(case, *_parcel(case), overdue=True)


def of_return(case: Case) -> Mail:
    """Mail to the team on what came back: it is to be credited or sent again."""
    fulfilment = case.order.fulfilment(str(case.signal.facts["fulfilment"]))
    return _to_team(case, fulfilment, fulfilment.parcels[0], back=True)


def _parcel(case: Case) -> tuple[Fulfilment, Parcel]:
    facts = case.signal.facts
    fulfilment = case.order.fulfilment(str(facts["fulfilment"]))
    (parcel,) = (each for each in fulfilment.parcels if each.id == facts["parcel"])
    return fulfilment, parcel


def _shown(parcel: Parcel, case: Case) -> ShippedParcel:
    link = case.oms.catalogue.tracking_link(parcel.carrier, parcel.tracking_number)
    return ShippedParcel(str(parcel.carrier), str(parcel.tracking_number), link)


def _to_team(
    case: Case, fulfilment: Fulfilment, parcel: Parcel, *, overdue: bool = False, back: bool = False
) -> Mail:
    shop, failure = case.shop, parcel.failure
    facts = ParcelAstray(
        **{**case.common, "customer": f"Team {shop.name}"},
        order_id=case.order.id,
        location=fulfilment.location,
        returning=failure is not None and failure.status == RETURNING,
        overdue=overdue,
        back=back,
        parcel=_shown(parcel, case),
        said=failure.text if failure else None,
        until=date_text(failure.until.date(), shop.language) if failure else "",
    )
    return Mail("parcel_astray", shop.support_email, compose("parcel_astray", facts, shop.language))
