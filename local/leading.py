"""The partition keys that a request to DynamoDB names: what IAM compares as LeadingKeys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

KEYS = "dynamodb:LeadingKeys"
SINGLE = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
"""The action that each part of a transaction is judged as."""


class Part(NamedTuple):
    """A part of a transaction: the action it is judged as, its table and its partition key."""

    action: str
    table: str
    key: str


def named(body: dict[str, Any]) -> list[str]:
    """The partition keys, of the table or of an index, that a request names.

    Of a transaction `parts` says them one by one.
    """
    if "KeyConditionExpression" in body:
        found = re.match(r"\w*pk = (:\w+)", body["KeyConditionExpression"])
        if found is None:
            return []
        return [str(body["ExpressionAttributeValues"][found[1]]["S"])]
    if "RequestItems" in body:
        asked = [each for each in body["RequestItems"].values() if "Keys" in each]
        return [str(key["pk"]["S"]) for each in asked for key in each["Keys"]]
    key = body.get("Key") or body.get("Item") or {}
    return [str(key["pk"]["S"])] if "pk" in key else []


def parts(body: dict[str, Any]) -> Iterator[Part]:
    """The parts of a transaction, of reads or of writes."""
    for item in body.get("TransactItems", ()):
        for kind, given in item.items():
            yield Part(SINGLE[kind], given["TableName"], named(given)[0])
