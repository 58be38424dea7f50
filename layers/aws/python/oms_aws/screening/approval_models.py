"""Requests of approvers: the order may go on, or may not, and why."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from oms_aws.platform.models import Id, Model, Text


class DecideApproval(Model):
    """A decision; a rejection has a reason. `person` is whose word it is, if a clerk brings it."""

    decision: Literal["approve", "reject"]
    person: Id | None = None
    reason: Annotated[Text, Field(max_length=500)] = ""

    def faults(self) -> dict[str, str]:
        """Faults across fields: field -> reason."""
        if self.decision == "reject" and not self.reason.strip():
            return {"reason": "a rejection has a reason"}
        return {}
