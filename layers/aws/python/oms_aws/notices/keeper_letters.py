"""Letters to whoever keeps an endpoint for webhooks."""

from __future__ import annotations

from msgspec import Struct

from oms_aws.notices.letter_parts import Shop


class EndpointPaused(Struct, frozen=True, kw_only=True):
    """An endpoint for webhooks fails and rests; whoever keeps it is told. `name` may be empty.

    `since` when, and `until` when it is tried again, in words.
    """

    shop: Shop
    customer: str
    url: str
    name: str
    since: str
    until: str
    failures: int
    error: str


class EndpointResumed(Struct, frozen=True, kw_only=True):
    """An endpoint for webhooks that rested `since` then works again."""

    shop: Shop
    customer: str
    url: str
    name: str
    since: str
