"""An admin lists, makes, rotates and revokes the keys of the API."""

from __future__ import annotations

from typing import Any

from oms_aws.master.api_keys import demand_rights, listed, seen, shown
from oms_aws.master.key_models import KeyIn, RotateKey
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform.http import Answer, Call, Http

step = Http()
handler = step.handler


@step.route("GET /v1/keys", scope="keys:read", query=("client", "key_state", "cursor", "limit"))
def list_keys(call: Call[Any], oms: MasterWiring) -> Answer:
    """List keys, the oldest first: whose they are, how they stand and when they were last used.

    What a key is made of is never shown. The last use is known to the hour.
    """
    return Answer(listed(call, oms))


@step.route("POST /v1/keys", scope="keys:write", takes=KeyIn, status=201)
def add_key(call: Call[KeyIn], oms: MasterWiring) -> Answer:
    """Make a key; it is shown this once.

    Nobody makes a key that may more than the caller's own. Sent again it makes another key: revoke
    the one whose answer was lost.
    """
    body, days = call.body, call.body.expires_in_days or 0
    demand_rights(call, body.role, body.shop)
    if body.shop:
        oms.catalogue.shop(body.shop)
    made = oms.keyring.add(body.client, body.role, body.shop, by=call.actor, days=days)
    return shown(made, oms)


@step.route("POST /v1/keys/{api_key}/rotations", scope="keys:write", takes=RotateKey, status=201)
def rotate_key(call: Call[RotateKey], oms: MasterWiring) -> Answer:
    """Make a key in the place of another, which works for some hours more; it is shown this once.

    The new one has the client, role and shop of the old one, and lives as long as that was to.
    """
    old, hours, days = seen(call, oms), call.body.overlap_hours, call.body.expires_in_days
    demand_rights(call, old.role, old.shop)
    return shown(oms.keyring.rotate(old.id, by=call.actor, overlap_hours=hours, days=days), oms)


@step.route("DELETE /v1/keys/{api_key}", scope="keys:write", status=204)
def revoke_key(call: Call[Any], oms: MasterWiring) -> Answer:
    """Revoke a key: within seconds it opens nothing any more."""
    oms.keyring.revoke(seen(call, oms).id, by=call.actor)
    return Answer(status=204)
