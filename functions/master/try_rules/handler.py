"""Rules are tried on a shop's past orders before they may decide."""

from __future__ import annotations

from oms_aws.edges.http import Answer, Call, Http
from oms_aws.edges.models.rules import TryRules
from oms_aws.edges.rules import checked, tried, wanted_version
from oms_aws.wiring import Ports

step = Http()
handler = step.handler


@step.route("POST /v1/rules/{name}/trials", scope="rules:write", takes=TryRules)
def try_rules(call: Call[TryRules], oms: Ports) -> Answer:
    """Say what a version would have decided of the last orders; nothing is changed."""
    rules = checked(wanted_version(call, call.body.version, oms))
    return Answer(tried(rules, call.body.shop, call.body.last, oms))
