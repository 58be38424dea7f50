"""Mailboxes that a shop names: only those from which the deployment may send."""

from __future__ import annotations

from oms_aws.edges.http import invalid
from oms_aws.edges.models.shops import MailRulesIn
from oms_aws.senders import covered
from oms_aws.wiring import Ports


def demand_senders(mail: MailRulesIn, oms: Ports) -> None:
    """Raises Problem 422 for a sender that is not verified for this deployment."""
    allowed = (oms.settings.sender, *oms.settings.senders)
    if mail.sender and not covered(mail.sender, allowed):
        text = f"is not verified for this deployment, which sends from {', '.join(allowed)}"
        raise invalid({"mail.sender": text})
