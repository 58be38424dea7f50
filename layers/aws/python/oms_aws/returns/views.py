"""Views of withdrawals: as answers show them, one or a page of many."""

from __future__ import annotations

from typing import Any

from oms.returns.law import ground
from oms.returns.verdicts import WithdrawnLine
from oms_aws.platform.http import Answer, Call, page
from oms_aws.platform.shown import whole
from oms_aws.returns.wiring import ReturnsWiring
from oms_aws.returns.withdrawals import StoredWithdrawal


def withdrawal_answer(stored: StoredWithdrawal, *, status: int = 200) -> Answer:
    """Answer with a withdrawal, its version as the ETag."""
    withdrawal = stored.withdrawal
    headers = {"ETag": f'"{stored.version}"'}
    if status == 201:
        headers["Location"] = f"/v1/withdrawals/{withdrawal.id}"
    return Answer(withdrawal_view(stored), status, headers)


def withdrawal_view(stored: StoredWithdrawal) -> dict[str, Any]:
    """The withdrawal as the API shows it."""
    withdrawal = stored.withdrawal
    shown = whole(withdrawal)
    del shown["events"], shown["country"]
    return {
        **shown,
        "status": withdrawal.status,
        "lines": [_line(line) for line in withdrawal.lines],
        "goods_due": withdrawal.goods_due,
        "refund_due": withdrawal.refund_due,
        "version": stored.version,
    }


def _line(line: WithdrawnLine) -> dict[str, Any]:
    return {**whole(line), "law": ground(line)}


def listed(call: Call[Any], status: str, oms: ReturnsWiring) -> dict[str, Any]:
    """One page of withdrawals of one shop or all, each shop's newest first."""
    limit = call.limit()
    at, _, after = call.cursor.partition("|")
    shops = [call.caller.shop] if call.caller.shop else _shops(call, oms)
    found: list[tuple[str, StoredWithdrawal]] = []
    for shop in shops[shops.index(at) if at in shops else 0 :]:
        behind = after if shop == at else ""
        some = oms.withdrawals.listed(shop, status, after=behind, limit=limit - len(found))
        found += [(f"{shop}|{place}", stored) for place, stored in some]
        if len(found) == limit:
            break
    items = [withdrawal_view(stored) for _, stored in found]
    return page(items, limit, found[-1][0] if found else "")


def _shops(call: Call[Any], oms: ReturnsWiring) -> list[str]:
    wanted = call.query.get("shop")
    return [oms.catalogue.cached_shop(wanted).id] if wanted else oms.catalogue.shops()
