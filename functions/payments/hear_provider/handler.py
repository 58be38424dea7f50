"""Stripe tells what became of money later on: refunds that failed, authorisations, disputes."""

from __future__ import annotations

from oms_aws.payments.capture_models import StripeEvent
from oms_aws.payments.hearing import demand_signature, heard
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Answer, Call, Http, Problem
from oms_aws.platform.secrets import Misconfigured

step = Http()
handler = step.handler


@step.route(
    "POST /v1/providers/stripe/webhook",
    takes=StripeEvent,
    headers=("Stripe-Signature",),
)
def hear(call: Call[StripeEvent], oms: PaymentsWiring) -> Answer:
    """Take an event of Stripe's, signed with the secret of its endpoint; any number of times."""
    try:
        secret = oms.secrets.get("stripe/webhook-secret")
    except Misconfigured as error:
        raise Problem(503, "not_set_up", f"Stripe is not set up here: {error}.") from error
    demand_signature(call, secret, at=oms.now())
    return Answer({"order": heard(call.body, oms)})
