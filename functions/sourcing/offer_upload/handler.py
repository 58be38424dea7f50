"""A warehouse sends a long count as a file, and reads what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from oms_aws.platform.http import Answer, Call, Http
from oms_aws.platform.uploads import FORM_LIVES_SECONDS, LARGEST_UPLOAD, Upload
from oms_aws.sourcing.models import OfferUpload
from oms_aws.sourcing.wiring import SourcingWiring

step = Http()
handler = step.handler


@step.route("POST /v1/stock/uploads", scope="stock:write", takes=OfferUpload, status=201)
def offer_upload(call: Call[OfferUpload], oms: SourcingWiring) -> Answer:
    """Get a form by which one file of counts can be sent."""
    warehouse, now = oms.catalogue.warehouse(call.body.location), oms.now()
    upload = Upload(
        id=oms.new_id("upl"),
        location=warehouse.id,
        as_of=min(call.body.as_of, now),
        format=call.body.format,
        actor=call.actor,
        created_at=now,
    )
    answer = {
        "id": upload.id,
        "status": upload.status,
        **oms.uploads.offer(upload),
        "until": now + timedelta(seconds=FORM_LIVES_SECONDS),
        "largest_bytes": LARGEST_UPLOAD,
    }
    return Answer(answer, 201, {"Location": f"/v1/stock/uploads/{upload.id}"})


@step.route("GET /v1/stock/uploads/{upload}", scope="stock:write")
def get_upload(call: Call[Any], oms: SourcingWiring) -> Answer:
    """Read what became of a file of counts."""
    return Answer(oms.uploads.get(call.path["upload"]))
