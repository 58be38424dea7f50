"""Requests of an admin about keys of the API."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from oms_aws.master.keyring import MOST_DAYS, MOST_OVERLAP_HOURS, OVERLAP_HOURS, faults
from oms_aws.platform.clients import Role
from oms_aws.platform.models import Id, Model
from oms_aws.platform.query import ID

Days = Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)]


class KeyIn(Model):
    """A key that a client is to get; `shop` is whose it is to be, empty for all shops.

    An approver is named `<customer>/<person>`. Without `expires_in_days` it works until revoked.
    """

    client: Annotated[str, StringConstraints(pattern=f"^{ID}(/{ID})?$")]
    role: Role
    shop: Id | Annotated[str, StringConstraints(max_length=0)] = ""
    expires_in_days: Days | None = None

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        return faults(self.client, self.role, self.shop)


class RotateKey(Model):
    """Hours that the old key works beside the new one, and days that the new one is to live."""

    overlap_hours: Annotated[int, Field(strict=True, ge=0, le=MOST_OVERLAP_HOURS)] = OVERLAP_HOURS
    expires_in_days: Days | None = None
