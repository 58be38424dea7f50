"""What a step gave up is kept with its reason, where a clerk sees it and can send it back."""

from __future__ import annotations

from typing import Any

from oms_aws.edges.letters import kept
from oms_aws.logs import logger
from oms_aws.wiring import ports


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take a batch of any step's dead-letter queue; what could not be kept comes again."""
    oms, failed = ports(), []
    for record in event["Records"]:
        try:
            kept(record, oms)
        except Exception:
            logger.exception("not kept", extra={"message_id": record["messageId"]})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
