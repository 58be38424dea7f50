"""The catalogue takes carriers: how they sign their webhooks, and where they show a parcel."""

from __future__ import annotations

from oms_aws.master.catalogue import Carrier
from oms_aws.master.models import CarrierIn
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.secrets import of_carrier

step = Http()
handler = step.handler


@step.route("PUT /v1/carriers/{carrier}", scope="carriers:write", takes=CarrierIn)
def put_carrier(call: Call[CarrierIn], oms: MasterWiring) -> Answer:
    """Store a carrier; its secret is never shown again.

    Scans that are signed with the one before are taken for five minutes more at most.
    """
    carrier = Carrier(call.id("carrier"), call.body.tracking_url)
    oms.secrets.keep(of_carrier(carrier.id), call.body.secret)
    oms.catalogue.store_carrier(carrier)
    return Answer({"id": carrier.id, "tracking_url": carrier.tracking_url})
