"""What a step gave up is kept with its reason, where a clerk sees it and can send it back."""

from __future__ import annotations

from typing import Any

from oms_aws.edges.letters import kept
from oms_aws.wiring import ports


def handler(event: dict[str, Any], context: Any) -> None:
    """Take a batch of any step's dead-letter queue; the batch comes again if it fails."""
    for record in event["Records"]:
        kept(record, ports())
