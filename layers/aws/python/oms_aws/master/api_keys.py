"""Keys of the API as callers see them: a page, one that was made, and who may give which."""

from __future__ import annotations

from itertools import islice
from typing import Any

from oms.core.refusals import Unknown
from oms_aws.master.keyring import STATES, ApiKey, Made
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform.http import Answer, Call, Problem, invalid, page


def listed(call: Call[Any], oms: MasterWiring) -> dict[str, Any]:
    """A page of the keys that are the caller's business, the oldest first."""
    limit, client, state = call.limit(), call.query.get("client"), call.query.get("key_state")
    if state is not None and state not in STATES:
        raise invalid({"key_state": f"one of {', '.join(STATES)}"})
    now = oms.now()
    wanted = (
        each
        for each in oms.keyring.listed(after=call.cursor)
        if call.caller.may_see(each.shop)
        and client in (None, each.client)
        and state in (None, each.state(now))
    )
    found = [*islice(wanted, limit)]
    used = oms.keyring.last_used([each.id for each in found])
    items = [_view(each, oms, used.get(each.id)) for each in found]
    return page(items, limit, found[-1].id if found else "")


def seen(call: Call[Any], oms: MasterWiring) -> ApiKey:
    """The key that the path names; raises Unknown when it is not the caller's business."""
    found = oms.keyring.get(call.path["api_key"])
    if not call.caller.may_see(found.shop):
        raise Unknown("key_unknown", f"There is no key {call.path['api_key']}.")
    return found


def demand_rights(call: Call[Any], role: str, shop: str) -> None:
    """Raises Problem when such a key may more than the caller's own."""
    if not call.caller.may_give(role, shop):
        text = f"A key of the role {role} may more there than the key that asks for it."
        raise Problem(403, "rights_exceeded", text)


def shown(made: Made, oms: MasterWiring) -> Answer:
    """A key that was made: the one time that it is shown, and no cache keeps it."""
    body = {**_view(made.record, oms, None), "key": made.key}
    return Answer(body, 201, {"Cache-Control": "no-store"})


def _view(record: ApiKey, oms: MasterWiring, used_at: str | None) -> dict[str, Any]:
    return {
        "id": record.id,
        "client": record.client,
        "role": record.role,
        "shop": record.shop or None,
        "state": record.state(oms.now()),
        "created_at": record.created_at,
        "created_by": record.created_by,
        "expires_at": record.expires_at or None,
        "revoked_at": record.revoked_at or None,
        "revoked_by": record.revoked_by or None,
        "replaces": record.replaces or None,
        "replaced_by": record.replaced_by or None,
        "last_used_at": used_at,
    }
