"""The task edge: a state of a flow calls a step with an order's id and gets a small answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from oms.order import Finding
from oms_aws.logs import logger
from oms_aws.wiring import Ports, ports


class Asked(Struct, frozen=True):
    """What a state hands to its step; `token` only where the state waits for an answer."""

    order_id: str
    findings: tuple[Finding, ...] = ()
    token: str = ""
    verdict: str = ""


Step = Callable[[Asked, Ports], dict[str, Any]]


def task(step: Step) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """Make a Lambda handler for a Step Functions task; outcomes are data, exceptions surprises."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        asked = msgspec.convert(event, Asked)
        answer = step(asked, ports())
        logger.info("done", extra={"order": asked.order_id, "answer": answer})
        return answer

    return handler
