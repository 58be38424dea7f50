"""Does the customer's credit bear the order, and does somebody of theirs have to agree to it?"""

from __future__ import annotations

from typing import Any

import msgspec

from oms_aws.business import findings
from oms_aws.edges.task import Asked, task
from oms_aws.wiring import Ports


@task
def handler(asked: Asked, oms: Ports) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msgspec.to_builtins(findings(asked.order_id, oms))
    return found
