"""What the routes of screening answer."""

from __future__ import annotations

from oms_aws.edges.answers.core import CHANGED, Told

PAGES = (404, 409, 410, 503)

ANSWERS: dict[str, Told] = {
    "POST /v1/orders/{order}/address": Told(
        CHANGED.model,
        CHANGED.headers,
        "The address is not right yet (`address_invalid`: `errors` says where), a warehouse is "
        "packing already (`address_with_warehouse`), the order is over (`order_over`), or its "
        "country changes the taxes of net prices (`country_changes_taxes`).",
    ),
    "GET /a/{token}": Told(
        text="The form, or what became of it.", content_type="text/html", pages=PAGES
    ),
    "POST /a/{token}": Told(
        headers=("Location",), text="Saved: the page says so.", pages=(*PAGES, 422)
    ),
}
