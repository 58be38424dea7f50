"""Steps of the stage master: who may call, and what we sell from where."""

from __future__ import annotations

from infra.journey.step import R, Step, W
from infra.journey.triggers import Authoriser, Http

# A table of contents is set by hand: a line, or two, for each step.
# fmt: off
STEPS: tuple[Step, ...] = (
    Step("master/authorise_client", Authoriser(), (R, W), reads=("clients",), writes=("key_uses",)),
    Step("master/keep_keys", Http((
        "GET /v1/keys", "POST /v1/keys", "POST /v1/keys/{api_key}/rotations",
        "DELETE /v1/keys/{api_key}",
    )), (R, W), reads=("clients", "keyring", "key_uses", "catalogue"),
         writes=("clients", "keyring", "shops", "holders")),
    Step("master/keep_products", Http((
        "PUT /v1/products/{sku}", "GET /v1/products/{sku}", "GET /v1/products",
        "GET /v1/products/{sku}/history", "POST /v1/products/batch", "PUT /v1/products/{sku}/owner",
    )), (R, W), seconds=29, memory=1024,
         reads=("products", "shops"), writes=("products",)),
    Step("master/keep_customers", Http((
        "PUT /v1/customers/{customer}", "GET /v1/customers/{customer}", "GET /v1/customers",
        "GET /v1/customers/{customer}/history", "POST /v1/customers/batch",
    )), (R, W), seconds=29, memory=1024,
         reads=("customers", "shops"), writes=("customers",)),
    Step("master/check_vat_id", Http(("POST /v1/customers/{customer}/vat-check",)), (R, W),
         reads=("customers", "catalogue"), writes=("vat_checks",)),
    Step("master/keep_price_lists", Http((
        "PUT /v1/price-lists/{list}", "GET /v1/price-lists/{list}", "GET /v1/price-lists",
        "GET /v1/price-lists/{list}/history",
    )), (R, W),
         reads=("price_lists",), writes=("price_lists",)),
    Step("master/keep_prices", Http((
        "PUT /v1/price-lists/{list}/prices/{sku}", "GET /v1/price-lists/{list}/prices/{sku}",
        "GET /v1/price-lists/{list}/prices/{sku}/history", "GET /v1/price-lists/{list}/prices",
        "POST /v1/prices/batch",
    )), (R, W), seconds=29, memory=1024,
         reads=("prices", "price_entries", "catalogue"), writes=("price_entries",)),
    Step("master/keep_warehouses", Http((
        "PUT /v1/warehouses/{warehouse}", "GET /v1/warehouses/{warehouse}", "GET /v1/warehouses",
        "GET /v1/warehouses/{warehouse}/history", "POST /v1/warehouses/batch",
    )), (R, W), seconds=29, memory=1024,
         reads=("warehouses", "catalogue"), writes=("warehouses",)),
    Step("master/keep_shops", Http((
        "PUT /v1/shops/{shop}", "GET /v1/shops/{shop}", "GET /v1/shops/{shop}/history",
    )), (R, W, "documents:put", "documents:read"), memory=1024, layers=("typesetting",),
         reads=("shop_records",), writes=("shop_records",)),
    Step("master/keep_carriers", Http(("PUT /v1/carriers/{carrier}",)),
         (R, W, "secrets:carriers:keep"), reads=("carriers",), writes=("carriers",)),
    Step("master/keep_rules", Http((
        "PUT /v1/rules/{name}", "GET /v1/rules/{name}", "GET /v1/rules/{name}/history",
        "POST /v1/rules/{name}/activations",
    )), (R, W), layers=("rules",),
         reads=("rules",), writes=("rules",)),
    Step("master/try_rules", Http(("POST /v1/rules/{name}/trials",)), (R,), seconds=29, memory=1024,
         layers=("rules",),
         reads=("rules", "orders", "order_lists")),
)
# fmt: on
