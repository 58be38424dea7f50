"""Mailboxes that a shop names: only those from which the deployment may send."""

from __future__ import annotations

from oms_aws.master.shop_models import MailRulesIn
from oms_aws.master.wiring import MasterWiring
from oms_aws.platform.http import invalid
from oms_aws.platform.senders import covered


def demand_senders(mail: MailRulesIn, oms: MasterWiring) -> None:
    """Raises Problem 422 for a sender that is not verified for this deployment."""
    allowed = (oms.settings.sender, *oms.settings.senders)
    if mail.sender and not covered(mail.sender, allowed):
        text = f"is not verified for this deployment, which sends from {', '.join(allowed)}"
        raise invalid({"mail.sender": text})
