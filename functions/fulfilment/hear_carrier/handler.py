"""A carrier posts a scan of a parcel; late, early and repeated ones do no harm."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC

from oms.fulfilment.tracking import track
from oms_aws.fulfilment.models import Scan
from oms_aws.fulfilment.wiring import FulfilmentWiring
from oms_aws.platform.http import Answer, Call, Http, Problem
from oms_aws.platform.log import Saved
from oms_aws.platform.secrets import of_carrier

step = Http()
handler = step.handler


@step.route("POST /v1/carriers/{carrier}/webhook", takes=Scan, status=202, headers=("X-Signature",))
def hear(call: Call[Scan], oms: FulfilmentWiring) -> Answer:
    """Take a carrier's scan, signed with the carrier's secret."""
    carrier, scan = oms.catalogue.carrier(call.path["carrier"]), call.body
    _demand_signature(call, carrier.id, oms)
    stored = oms.orders.change(
        oms.orders.id_of_parcel(carrier.id, scan.tracking_number),
        lambda order: track(
            order,
            scan.tracking_number,
            scan.status,
            at=scan.occurred_at.astimezone(UTC),
            location=scan.location,
            text=scan.text,
        ),
        Saved(f"carrier:{carrier.id}", f"request:{call.request_id}"),
    )
    return Answer({"order": stored.order.id}, 202)


def _demand_signature(call: Call[Scan], carrier: str, oms: FulfilmentWiring) -> None:
    """Raises Problem unless `X-Signature` is the HMAC-SHA256 of the raw body, in hex."""
    given = call.headers.get("x-signature", "").removeprefix("sha256=").encode()

    def proves(secret: str) -> bool:
        genuine = hmac.new(secret.encode(), call.raw, hashlib.sha256).hexdigest()
        return hmac.compare_digest(genuine.encode(), given)

    if not oms.secrets.fits(of_carrier(carrier), proves):
        raise Problem(401, "signature_invalid", "X-Signature does not fit the body.")
