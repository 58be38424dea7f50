"""Papers: opening a document that is in the archive."""

from __future__ import annotations

from oms_aws.edges.http import Answer, Problem
from oms_aws.wiring import Ports


def opened(id: str, oms: Ports) -> Answer:
    """A redirect to the document's PDF; raises Problem 503 while it is being set."""
    order_id, _ = oms.documents.owner(id)
    document = oms.orders.get(order_id).order.document(id)
    if document.key is None:
        raise Problem(503, "document_not_ready", "The document is being set. Please try again.")
    return Answer(
        status=302, headers={"Location": oms.documents.url(document.key, f"{document.number}.pdf")}
    )
