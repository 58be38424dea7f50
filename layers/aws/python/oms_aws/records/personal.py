"""Personal data as their person may ask for them (Art. 15 and 20 GDPR)."""

from __future__ import annotations

from typing import Any

from oms_aws.billing.order_views import order_view
from oms_aws.master.kinds import ACCOUNTS
from oms_aws.orders.events import entries_seen
from oms_aws.platform import keys
from oms_aws.platform.http import Call, cursor
from oms_aws.platform.log import told
from oms_aws.platform.shown import whole
from oms_aws.records.erasures import Person, account_of, unknown, withdrawals_of
from oms_aws.records.wiring import RecordsWiring
from oms_aws.returns.views import withdrawal_view

MOST_CHANGES = 100
MOST_ORDERS = 5


def data_of(who: Person, call: Call[Any], oms: RecordsWiring) -> dict[str, Any]:
    """A person's record with its changes, and a page of their orders with all events.

    Raises Unknown when nothing is known of them.
    """
    limit = min(call.limit(), MOST_ORDERS)
    found = oms.search.having(who.orders, after=call.cursor, limit=limit)
    account = account_of(who, oms)
    said = withdrawals_of(who, account, (id for _, id in found if id), oms)
    if not found and account is None and not said and not call.cursor:
        raise unknown(who)
    stored = oms.orders.get_many(id for _, id in found if id)
    mails = {each.order.customer.email for each in stored.values() if not each.order.erased}
    mails |= {account.email} if account else set()
    return {
        "customer": who.customer,
        "shop": who.shop,
        "account": whole(account) if account else None,
        "changes": [
            change._asdict()
            for change in oms.catalogue.master.history(
                ACCOUNTS, keys.account(*who), before=None, limit=MOST_CHANGES
            )
        ]
        if account
        else [],
        "lists": oms.velocity.naming(mails) if "rules:read" in call.caller.scopes else [],
        "orders": [
            {
                "order": order_view(stored[id], oms),
                "events": entries_seen(oms.orders.told(stored[id])),
            }
            for _, id in found
            if id in stored
        ],
        "withdrawals": _withdrawals(said, oms),
        "cursor": cursor(found[-1][0]) if len(found) == limit else None,
    }


def _withdrawals(ids: list[str], oms: RecordsWiring) -> list[dict[str, Any]]:
    return [
        {
            "withdrawal": withdrawal_view(each),
            "events": entries_seen(told(e, each.vault) for e in oms.withdrawals.log(id)),
        }
        for id, each in oms.withdrawals.get_many(ids).items()
    ]
