"""The test provider: authorisations in our own table, whose references say how they behave."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from oms.core.money import rounded
from oms.core.refusals import NotNow
from oms.orders.balance import Source
from oms.orders.money_parts import Payment, Refund
from oms.payments.capturing import LIFE, AuthorisationStatus, GiveBack, Take, Void
from oms_aws.payments.providers import Refused
from oms_aws.platform import keys
from oms_aws.platform.table import ConditionFailed, Table

ONCE, DECLINED, EXPIRED, HALF, SHORT = "once", "declined", "expired", "half", "brief"
TIMEOUT, DOWN, NO_REFUND = "timeout", "down", "norefund"
"""What a reference may begin with, before its first hyphen (`once-4711`); any other just works."""


class Account(Struct, frozen=True, kw_only=True):
    """An authorisation as the provider keeps it; `done` are the keys of what it has done."""

    reference: str
    currency: str
    authorised: Decimal
    opened_at: datetime
    captured: Decimal = Decimal(0)
    ended: bool = False
    refunds: tuple[Refund, ...] = ()
    done: tuple[str, ...] = ()
    failed: bool = False
    version: int = 0

    @property
    def kind(self) -> str:
        return self.reference.partition("-")[0]

    def holding(self, at: datetime) -> AuthorisationStatus:
        """Status as the provider says it."""
        until = self.opened_at + (timedelta(hours=1) if self.kind == SHORT else LIFE)
        left = self.authorised - self.captured
        status: Literal["authorised", "captured", "declined", "ended"] = "authorised"
        if (self.ended and not self.captured) or self.kind == EXPIRED or at >= until:
            status = "ended"
        elif self.kind == DECLINED:
            status = "declined"
        elif self.ended or not left:
            status = "captured"
        return AuthorisationStatus(
            by="test",
            authorisation=self.reference,
            status=status,
            capturable=left if status == "authorised" else Decimal(0),
            captured=self.captured,
            reference=f"test_{self.reference}",
            several=self.kind != ONCE,
            until=until,
        )


class Rehearsal:
    """Authorises what the shop says when it first hears of it; nothing is moved anywhere."""

    def __init__(self, table: Table, now: Callable[[], datetime]) -> None:
        self._table = table
        self._now = now

    def holding(self, payment: Payment, currency: str) -> AuthorisationStatus:
        """Status of an authorisation; the first time is when it begins."""
        return self._opened(payment, currency).holding(self._now())

    def capture(
        self, payment: Payment, currency: str, take: Take, order: str
    ) -> AuthorisationStatus:
        """Take money; a reference of the kind `timeout` answers nothing the first time."""
        account = self._opened(payment, currency)
        if account.kind == DOWN and not account.failed:
            self._stored(replace(account, failed=True))
            raise NotNow("the test provider is down")
        if take.key not in account.done:
            account = self._captured(account, take)
        return account.holding(self._now())

    def _captured(self, account: Account, take: Take) -> Account:
        if take.amount > account.holding(self._now()).capturable:
            raise Refused("not_capturable", f"{take.amount} cannot be captured.")
        account = self._stored(
            replace(
                account,
                captured=account.captured + take.amount,
                ended=take.last or account.kind == ONCE,
                done=(*account.done, take.key),
            )
        )
        if account.kind == TIMEOUT and len(account.done) == 1:
            raise NotNow("the test provider did not answer in time")
        return account

    def void(self, payment: Payment, currency: str, void: Void) -> AuthorisationStatus:
        """End an authorisation."""
        account = self._opened(payment, currency)
        if not account.ended:
            account = self._stored(replace(account, ended=True))
        return account.holding(self._now())

    def refunds(self, source: Source, currency: str) -> tuple[Refund, ...]:
        """Refunds of an authorisation."""
        account = self._known(source.authorisation)
        return account.refunds if account else ()

    def refund(self, back: GiveBack, currency: str, order: str) -> Refund:
        """Give money back; a reference of the kind `norefund` cannot."""
        source = back.source
        said = Payment("test", "captured", source.captured, source.authorisation, provider="test")
        account = self._opened(said, currency)
        if back.key in account.done:
            return next(each for each in account.refunds if each.reference == f"test_{back.key}")
        gone = sum((each.amount for each in account.refunds), Decimal(0))
        if account.kind == NO_REFUND or back.amount > account.captured - gone:
            raise Refused("refund_failed", "The test provider does not give that back.")
        refund = Refund(
            id="",
            document=back.document,
            amount=back.amount,
            at=self._now(),
            reference=f"test_{back.key}",
            by="test",
            authorisation=source.authorisation,
        )
        refunds, done = (*account.refunds, refund), (*account.done, back.key)
        self._stored(replace(account, refunds=refunds, done=done))
        return refund

    def _opened(self, payment: Payment, currency: str) -> Account:
        reference = payment.reference or ""
        known = self._known(reference)
        if known:
            return known
        upfront = payment.status == "captured"
        account = Account(
            reference=reference,
            currency=currency,
            authorised=payment.amount,
            opened_at=self._now(),
            captured=payment.amount if upfront else Decimal(0),
        )
        if account.kind == HALF:
            account = replace(account, authorised=rounded(payment.amount / 2, currency))
        return self._stored(account)

    def _known(self, reference: str) -> Account | None:
        item = self._table.get(keys.test_authorisation(reference))
        return msgspec.json.decode(item["body"], type=Account) if item else None

    def _stored(self, account: Account) -> Account:
        """Keep the account; raises NotNow when somebody else was faster."""
        after = replace(account, version=account.version + 1)
        key = keys.test_authorisation(account.reference)
        attributes = {"version": after.version, "body": msgspec.json.encode(after).decode()}
        write = (
            self._table.put_if(key, attributes, version=account.version)
            if account.version
            else self._table.put(key, attributes, unless_exists=True)
        )
        try:
            self._table.write([write])
        except ConditionFailed as error:
            raise NotNow("the test provider is busy with this authorisation") from error
        return after
