"""The HTTP API asks who is calling: the bearer key's holder, or nobody."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.wiring import PlatformWiring, collaborators


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer an HTTP API request authoriser (simple response, payload format 2.0)."""
    scheme, _, key = (event.get("headers") or {}).get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        return {"isAuthorized": False}
    oms = collaborators(PlatformWiring)
    now = oms.now()
    caller = oms.clients.who(key.strip(), now)
    if caller is None:
        return {"isAuthorized": False}
    if caller.key:
        oms.clients.note_use(caller.key, now)
    return {
        "isAuthorized": True,
        "context": {
            "client": caller.client,
            "role": caller.role,
            "shop": caller.shop,
            "scopes": " ".join(sorted(caller.scopes)),
            "key": caller.key,
        },
    }
