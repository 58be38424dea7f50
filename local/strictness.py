"""Refuses deployments where CloudFormation and API Gateway do, and the pinned emulator does not."""

from __future__ import annotations

from typing import Any

from ministack.services import apigateway
from ministack.services.cloudformation import _stacks, handlers, provisioners, stacks

from local.obstacles import route_place

ROUTE = "AWS::ApiGatewayV2::Route"


def refuse_as_aws() -> None:
    """One route a key, made before the old one is gone; and no export goes while it is imported."""
    routes = provisioners._RESOURCE_HANDLERS[ROUTE]
    create = routes["create"]

    def made(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        key, api = str(props["RouteKey"]), str(props["ApiId"])
        for route in apigateway._routes.get(api, {}).values():
            if route_place(route["routeKey"]) == route_place(key):
                raise ValueError(f"Route with key {key} already exists for this API (409)")
        return create(logical_id, props, stack_name)

    routes["create"] = made
    resolve = stacks._resolve_stack_outputs

    def resolved(*given: Any) -> Any:
        outputs, exports = resolve(*given)
        name = given[5]
        for gone in _exported(name) - exports.keys():
            for other, stack in _stacks.items():
                if other != name and gone in _imported(stack, other):
                    raise ValueError(f"Export {gone} cannot be deleted as it is in use by {other}")
        return outputs, exports

    stacks._resolve_stack_outputs = resolved


def _exported(name: str) -> set[str]:
    outputs = _stacks[name].get("Outputs", [])
    return {out["ExportName"] for out in outputs if out.get("ExportName")}


def _imported(stack: dict[str, Any], name: str) -> set[str]:
    if stack.get("StackStatus", "").startswith("DELETE"):
        return set()
    found: set[str] = handlers._imported_export_names(stack, name)
    return found
