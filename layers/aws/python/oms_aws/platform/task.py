"""The task edge: a state of a flow calls a step with an order's id and gets a small answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from oms.orders.findings import Finding
from oms_aws.platform.logs import logger
from oms_aws.platform.wiring import collaborators, named


class StepInput(Struct, frozen=True):
    """Input of a state for its step; `token` only where the state waits for an answer."""

    order_id: str
    findings: tuple[Finding | tuple[Finding, ...], ...] = ()
    token: str = ""
    verdict: str = ""

    @property
    def found(self) -> tuple[Finding, ...]:
        """The findings of all checks, one of which may have several."""
        return tuple(
            each
            for finding in self.findings
            for each in (finding if isinstance(finding, tuple) else (finding,))
        )


Answer = TypeVar("Answer")


def task(
    step: Callable[[StepInput, Any], Answer],
) -> Callable[[dict[str, Any], Any], Answer]:
    """Make a Lambda handler for a Step Functions task; outcomes are data, exceptions surprises."""

    kind = named(step)

    def handler(event: dict[str, Any], context: Any) -> Answer:
        asked = msgspec.convert(event, StepInput)
        answer = step(asked, collaborators(kind))
        logger.info("done", extra={"order": asked.order_id, "answer": answer})
        return answer

    return handler
