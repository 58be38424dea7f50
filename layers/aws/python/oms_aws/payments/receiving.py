"""Payments at the HTTP edge: each row of a bank's report is taken by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from oms.core.refusals import NotNow, Refusal
from oms.payments.matching import Transfer
from oms_aws.payments.models import PaymentBatch, PaymentRow
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Call
from oms_aws.platform.log import Saved
from oms_aws.platform.rows import parsed_rows
from oms_aws.platform.shown import whole


def taken(call: Call[PaymentBatch], oms: PaymentsWiring) -> Iterator[dict[str, Any]]:
    """Outcome of each row, in their order."""
    rows, broken = parsed_rows(call.body.items, PaymentRow, oms.now())
    answers = {each["row"]: _refused(each["row"], None, each["reason"]) for each in broken}
    for number, row in rows:
        answers[number] = _taken(number, row, call, oms)
    return (answers[number] for number in sorted(answers))


def _taken(
    number: int, row: PaymentRow, call: Call[PaymentBatch], oms: PaymentsWiring
) -> dict[str, Any]:
    id, shop = row.transaction_id, call.caller.shop or row.shop or ""
    if row.shop and not call.caller.may_see(row.shop):
        return _refused(number, id, f"There is no shop {row.shop}.")
    came = Transfer(
        id=id,
        amount=row.amount,
        currency=row.currency,
        value_date=row.value_date,
        reference=row.reference,
        payer=row.payer or "",
        payer_account=row.payer_account or "",
        shop=shop,
        reverses=row.reverses or "",
    )
    try:
        by = Saved(call.actor, f"request:{call.request_id}")
        transfer, new = oms.payments.take(came, by, at=oms.now())
    except Refusal as refusal:
        return _refused(number, id, refusal.text)
    except NotNow:
        return _refused(number, id, "busy: please send it again")
    return {
        "row": number,
        "transaction_id": id,
        "state": transfer.state,
        "new": new,
        "orders": [part.order for part in transfer.assigned],
        "reason": None,
    }


def _refused(number: int, id: str | None, reason: str) -> dict[str, Any]:
    return {
        "row": number,
        "transaction_id": id,
        "state": "refused",
        "new": False,
        "orders": [],
        "reason": reason,
    }


def payment_view(transfer: Transfer) -> dict[str, Any]:
    """A payment as callers see it."""
    values = whole(transfer)
    values["transaction_id"] = values.pop("id")
    values["plan"] = [{"order": part.order, "amount": str(part.amount)} for part in transfer.plan]
    return {**values, "state": transfer.state, "left": str(transfer.left)}
