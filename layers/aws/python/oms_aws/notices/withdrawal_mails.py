"""Mails on a withdrawal: its receipt, to the address that the consumer gave."""

from __future__ import annotations

from oms.core.parties import Language
from oms.returns.withdrawal import Withdrawal
from oms_aws.notices.letter_parts import Shop
from oms_aws.notices.letters import compose
from oms_aws.notices.mailing import Mail
from oms_aws.notices.wiring import NoticesWiring
from oms_aws.notices.withdrawal_letters import WithdrawalReceipt
from oms_aws.returns.pages import moment_text, said_by


def of_receipt(withdrawal: Withdrawal, oms: NoticesWiring) -> Mail | None:
    """The receipt; None if there is no address to send it to, which the clock tells a clerk."""
    if withdrawal.erased or not withdrawal.statement.email:
        return None
    language: Language = "de" if withdrawal.language == "de" else "en"
    shop, said = oms.catalogue.cached_shop(withdrawal.shop), said_by(withdrawal)
    facts = WithdrawalReceipt(
        shop=Shop(shop.name, shop.support_email),
        customer=said["name"],
        contract=said["contract"],
        part=said["part"],
        email=said["email"],
        received=moment_text(withdrawal.received_at, language),
        reference=withdrawal.id,
        url=oms.links.link("withdrawal", withdrawal.id, at=withdrawal.received_at),
    )
    letter = compose("withdrawal_receipt", facts, language)
    return Mail("withdrawal_receipt", withdrawal.statement.email, letter)
