"""Answers of the routes of keys."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oms_aws.platform.answers import ID, Cursor, Time, Told
from oms_aws.platform.clients import Role
from oms_aws.platform.models import Model

KeyId = Annotated[str, Field(pattern=r"^key_", examples=[f"key_{ID}"])]


class KeyRecord(Model):
    """A key, without what it is made of."""

    id: KeyId
    client: Annotated[str, Field(examples=["berg-beutel"])]
    role: Role
    shop: Annotated[str | None, Field(description="Null: all.", examples=["berg-beutel"])]
    state: Literal["active", "expired", "revoked"]
    created_at: Time
    created_by: Annotated[str, Field(examples=["admin:anna"])]
    expires_at: Time | None
    revoked_at: Time | None
    revoked_by: Annotated[str | None, Field(examples=[None])]
    replaces: KeyId | None
    replaced_by: KeyId | None
    last_used_at: Annotated[Time | None, Field(description="To the hour; null: never.")]


class NewKey(KeyRecord):
    """A key that was made."""

    key: Annotated[
        str, Field(description="Shown this once.", examples=["ak_7sJ2fYw0cVx1qGmZ8uH3bN6kD5rT4pL"])
    ]


class Keys(Model):
    """A page of keys, the oldest first."""

    items: list[KeyRecord]
    cursor: Cursor


ANSWERS: dict[str, Told] = {
    "GET /v1/keys": Told(Keys),
    "POST /v1/keys": Told(NewKey),
    "POST /v1/keys/{api_key}/rotations": Told(
        NewKey, conflict="It is revoked or expired already (`key_over`)."
    ),
    "DELETE /v1/keys/{api_key}": Told(text="It opens nothing any more, in seconds."),
}
