"""Rules are tried on a shop's past orders before they may decide."""

from __future__ import annotations

from oms_aws.platform.http import Answer, Call, Http
from oms_aws.screening.rule_models import TryRules
from oms_aws.screening.rules import checked, tried, wanted_version
from oms_aws.screening.wiring import ScreeningWiring

step = Http()
handler = step.handler


@step.route("POST /v1/rules/{name}/trials", scope="rules:write", takes=TryRules)
def try_rules(call: Call[TryRules], oms: ScreeningWiring) -> Answer:
    """Say what a version would have decided of the last orders; nothing is changed."""
    rules = checked(wanted_version(call, call.body.version, oms))
    return Answer(tried(rules, call.body.shop, call.body.last, oms))
