"""Does somebody misuse a name, an address or a payment, as far as the merchant's rules can tell?"""

from __future__ import annotations

from typing import Any

import msgspec

from oms.screening.fraud import check_fraud, facts_of
from oms_aws.platform.task import StepInput, task
from oms_aws.screening.wiring import ScreeningWiring


@task
def handler(asked: StepInput, oms: ScreeningWiring) -> dict[str, Any]:
    order = oms.devices.known(oms.orders.get(asked.order_id).order)
    counts = oms.velocity.counts(order)
    listed = oms.velocity.listed(order)
    new = oms.velocity.is_new(order)
    facts = facts_of(order, counts, blocked=listed["block"], allowed=listed["allow"], new=new)
    finding: dict[str, Any] = msgspec.to_builtins(check_fraud(oms.rulesets.active("fraud"), facts))
    return finding
