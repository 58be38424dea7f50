"""A shop or clerk lists an order's documents and opens one."""

from __future__ import annotations

from typing import Any

from oms_aws.billing.opening import opened, seen_document
from oms_aws.billing.order_views import document_view
from oms_aws.billing.wiring import BillingWiring
from oms_aws.orders.asked import seen_order
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route("GET /v1/orders/{order}/documents", scope="documents:read")
def list_documents(call: Call[Any], oms: BillingWiring) -> Answer:
    """List an order's documents."""
    order = seen_order(call, oms).order
    items = [document_view(document, oms) for document in order.documents]
    return Answer({"items": items, "cursor": None})


@step.route("GET /v1/documents/{document}", scope="documents:read", status=302, query=("format",))
def get_document(call: Call[Any], oms: BillingWiring) -> Answer:
    """Open a document: a redirect to a short-lived address of its PDF or e-invoice."""
    seen_document(call, oms)
    return opened(call.path["document"], oms, format=call.query.get("format", "pdf"))
