"""Does the customer's credit bear the order, and does somebody of theirs have to agree to it?"""

from __future__ import annotations

from typing import Any

import msgspec

from oms_aws.payments.b2b_checks import findings
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.task import StepInput, task


@task
def handler(asked: StepInput, oms: PaymentsWiring) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msgspec.to_builtins(findings(asked.order_id, oms))
    return found
