"""Views of returns, as answers show them."""

from __future__ import annotations

from typing import Any

from oms.core.refusals import Unknown
from oms_aws.platform.http import Answer, Call
from oms_aws.platform.shown import whole
from oms_aws.returns.rmas import StoredReturn
from oms_aws.returns.wiring import ReturnsWiring


def seen_return(call: Call[Any], oms: ReturnsWiring) -> StoredReturn:
    """The return that the path names, if it is the caller's business; raises Unknown."""
    stored = oms.returns.get(call.path["rma"])
    if not call.caller.may_see(stored.rma.shop):
        raise Unknown("return_unknown", f"There is no return {stored.rma.id}.")
    return stored


def return_answer(stored: StoredReturn, *, status: int = 200) -> Answer:
    """Answer with a return, its version as the ETag."""
    headers = {"ETag": f'"{stored.version}"'}
    if status == 201:
        headers["Location"] = f"/v1/returns/{stored.rma.id}"
    return Answer(return_view(stored), status, headers)


def return_view(stored: StoredReturn) -> dict[str, Any]:
    """The return as the API shows it."""
    rma = stored.rma
    shown = whole(rma)
    del shown["events"]
    return {**shown, "status": rma.status, "missing": rma.missing, "version": stored.version}
