"""Messages that a step gave up are kept with their reason, for a clerk to send them back."""

from __future__ import annotations

from functools import partial
from typing import Any

from oms_aws.notices.giving_up import given_up
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.platform.logs import logger
from oms_aws.platform.wiring import collaborators
from oms_aws.records.dead_letters import kept
from oms_aws.records.wiring import RecordsWiring


class Wiring(NoticesWiring, RecordsWiring):
    """Collaborators of the letters themselves, and of who is told of them."""


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take a batch of any step's dead-letter queue; what could not be kept comes again."""
    oms, failed = collaborators(Wiring), []
    listeners = {"notices/tell_subscriber": partial(given_up, oms=oms)}
    for record in event["Records"]:
        try:
            kept(record, oms, listeners)
        except Exception:
            logger.exception("not kept", extra={"message_id": record["messageId"]})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
