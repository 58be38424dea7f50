"""A merchant's rules: each version stays, and one that holds its golden cases may decide."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.http import Answer, Call, Http
from oms_aws.screening.rule_models import ActivateRules, RulesIn
from oms_aws.screening.rules import checked, drafted, read_version, wanted_version
from oms_aws.screening.wiring import ScreeningWiring

step = Http()
handler = step.handler


@step.route("PUT /v1/rules/{name}", scope="rules:write", takes=RulesIn, status=201)
def put_rules(call: Call[RulesIn], oms: ScreeningWiring) -> Answer:
    """Store rules as their next version; it does not decide yet."""
    return Answer(oms.rulesets.add(drafted(call, oms)), 201)


@step.route("GET /v1/rules/{name}", scope="rules:read", query=("version",))
def get_rules(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """Read the version that decides, or another one."""
    return Answer(read_version(call, oms))


@step.route("GET /v1/rules/{name}/history", scope="rules:read")
def list_versions(call: Call[Any], oms: ScreeningWiring) -> Answer:
    """List all versions, and who let which decide when."""
    name = call.path["name"]
    return Answer(
        {
            "active": oms.rulesets.active_version(name),
            "versions": oms.rulesets.versions(name),
            "switched": oms.rulesets.switched(name),
        }
    )


@step.route("POST /v1/rules/{name}/activations", scope="rules:write", takes=ActivateRules)
def activate_rules(call: Call[ActivateRules], oms: ScreeningWiring) -> Answer:
    """Let a version decide, once its golden cases come out as they should; also an older one."""
    rules = checked(wanted_version(call, call.body.version, oms))
    oms.rulesets.activate(rules, by=call.actor, reason=call.body.reason)
    return Answer(rules)
