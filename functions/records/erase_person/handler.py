"""A shop or clerk has a person erased: first they look what that means, then they confirm it."""

from __future__ import annotations

from oms_aws.platform.http import Answer, Call, Http, Problem
from oms_aws.platform.log import Saved
from oms_aws.records.erasure_models import ErasureIn
from oms_aws.records.erasures import confirmed, known, person_meant, seen
from oms_aws.records.wiring import RecordsWiring

step = Http()
handler = step.handler


@step.route(
    "POST /v1/customers/{customer}/erasure",
    scope="privacy:write",
    takes=ErasureIn,
    query=("shop",),
)
def erase(call: Call[ErasureIn], oms: RecordsWiring) -> Answer:
    """Erase a customer, or whoever bought with a mail address, or look what that would erase.

    An order is erased once it is finished, paid, and its goods cannot come back; documents stay as
    long as law demands.
    """
    shown = known(person_meant(call), oms)
    if not call.body.confirm:
        return Answer(seen(shown, oms, done=False))
    if call.body.confirm != shown.confirm:
        text = "Something has changed since it was looked at: look again."
        raise Problem(409, "preview_outdated", text)
    confirmed(shown, Saved(call.actor, f"request:{call.request_id}"), oms)
    return Answer(seen(shown, oms, done=True))
