"""New events go from the table's stream to the bus, where every listener has a queue."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.stream import relayed


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take a batch of the stream; it comes again whole if it fails."""
    return relayed(event["Records"])
