"""Forgetting: what a withdrawal says of a person goes once nothing of it is left to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from oms.core.values import Due
from oms.returns.withdrawal import Withdrawal, tell
from oms.returns.withdrawal_events import WithdrawalErasureRequested, WithdrawalPersonErased


def request(withdrawal: Withdrawal, *, by: str, at: datetime) -> Withdrawal:
    """The withdrawal that is to be erased: at once if nothing is left to do about it.

    Source: Art. 17 GDPR; while a claim is open its data are needed (Art. 17 (3) e).
    """
    if withdrawal.erasure is None:
        withdrawal = tell(withdrawal, WithdrawalErasureRequested(by, at))
    return erase(withdrawal, at=at)


def erase(withdrawal: Withdrawal, *, at: datetime) -> Withdrawal:
    """The withdrawal without its personal data, if that was asked for and it is finished."""
    asked = withdrawal.erasure
    if asked is None or asked.erased_at or not withdrawal.finished:
        return withdrawal
    return tell(withdrawal, WithdrawalPersonErased(at))


def erasure_due(withdrawal: Withdrawal) -> Iterator[Due]:
    """Time of the clock to erase what somebody wants erased: as soon as it is finished."""
    asked = withdrawal.erasure
    if asked and not asked.erased_at and withdrawal.finished:
        yield Due("erasure", "", asked.requested_at)
