"""Senders: whom a shop's mails come from, as far as the deployment may send from there."""

from __future__ import annotations

from collections.abc import Iterable
from email.header import Header
from email.utils import formataddr
from typing import TYPE_CHECKING, NamedTuple

from oms_aws.platform.logs import logger
from oms_aws.platform.wording import one_line

if TYPE_CHECKING:
    from oms.master.shop import Shop

LONGEST_WORD = 70
"""Characters of a part of an encoded name: a part of 75 is the longest (RFC 2047 § 2)."""


class Envelope(NamedTuple):
    """Sender of a mail, and who gets the answers, as its headers say it."""

    sender: str
    reply_to: str


def envelope(shop: Shop, senders: Iterable[str]) -> Envelope:
    """The envelope of a shop's mails; the first of the `senders` is the deployment's own.

    A sender that the deployment may no longer send from gives way to that one: the mail still goes.
    """
    allowed, mail = tuple(senders), shop.mail
    sender = mail.sender
    if sender and not covered(sender, allowed):
        said = {"shop": shop.id, "sender": sender}
        logger.warning("not a sender of this deployment", extra=said)
        sender = ""
    name = mail.sender_name or shop.name
    answers = mail.reply_to_name if mail.reply_to else shop.name
    return Envelope(
        address(name, sender or allowed[0]), address(answers, mail.reply_to or shop.support_email)
    )


def covered(sender: str, senders: Iterable[str]) -> bool:
    """True if an address, or the whole domain that it is in, is among the senders.

    Compared letter by letter, as IAM compares them.
    """
    domain = sender.rpartition("@")[2]
    return any(each in (sender, domain) for each in senders)


def address(name: str, mail: str) -> str:
    """A mailbox with its name, as one line of a header (RFC 5322 § 3.4); the name is only text."""
    plain = one_line(name)
    if not plain:
        return mail
    if plain.isascii():
        return formataddr((plain, mail))
    return f"{Header(plain, 'utf-8', maxlinelen=LONGEST_WORD).encode(linesep='')} <{mail}>"
