"""Erasure of a person: their orders, each when nothing needs it any more, and their record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from msgspec.json import encode
from msgspec.structs import replace

from oms.billing.invoice import Invoice
from oms.billing.retention import document_kept_until, kept_until
from oms.core.erasure import Erasure
from oms.core.refusals import Unknown
from oms.master.account import Account
from oms.orders import erasing
from oms.orders.order import Order
from oms.orders.personal_retention import need
from oms.returns import forgetting
from oms.returns.withdrawal import Withdrawal
from oms_aws.master.kinds import ACCOUNTS
from oms_aws.orders.search import list_of
from oms_aws.platform.http import Call, shop_meant
from oms_aws.platform.log import Saved
from oms_aws.platform.logs import logger
from oms_aws.platform.queue import EventNotice
from oms_aws.records.wiring import RecordsWiring
from oms_aws.returns.withdrawals import statements_of

ERASE = "records/erase_order"
PERSON, ORDER = "ErasePerson", "EraseOrder"
"""Messages to that step: a page of a person's orders, and one order."""

MOST_SHOWN = 100
AT_ONCE = 20
VOUCHERS = "§ 14b (1) UStG, § 147 (3) AO"
LETTERS = "§ 257 (4) HGB, § 147 (3) AO"


class Person(NamedTuple):
    """Person in a shop: its customer by id, or by mail address whoever bought as a guest."""

    shop: str
    customer: str

    @property
    def kind(self) -> str:
        """Trait that their orders are found by."""
        return "email" if "@" in self.customer else "customer"

    @property
    def orders(self) -> str:
        """The list of their orders, which says a mail address by a digest."""
        return list_of(self.kind, self.shop, self.customer)


class Shown(NamedTuple):
    """A person with what is known of them: the record, if any, and the ids of all orders."""

    who: Person
    account: Account | None
    orders: tuple[str, ...]
    withdrawals: tuple[str, ...] = ()

    @property
    def confirm(self) -> str:
        """Digest of what is to be erased, so that nothing is that nobody has looked at."""
        version = self.account.version if self.account else 0
        parts = (*self.who, str(version), *sorted(self.orders), *sorted(self.withdrawals))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def person_meant(call: Call[Any]) -> Person:
    """Person that the path names; raises Problem 422."""
    return Person(shop_meant(call), call.path["customer"])


def known(who: Person, oms: RecordsWiring) -> Shown:
    """Records of a person; raises Unknown when there are none."""
    account, orders = account_of(who, oms), tuple(_orders(who, oms))
    withdrawals = withdrawals_of(who, account, orders[:MOST_SHOWN], oms)
    if account is None and not orders and not withdrawals:
        raise unknown(who)
    return Shown(who, account, orders, tuple(withdrawals))


def withdrawals_of(
    who: Person, account: Account | None, orders: Iterable[str], oms: RecordsWiring
) -> list[str]:
    """The ids of withdrawals with the person's mail address, and of those from some orders."""
    mail = who.customer if who.kind == "email" else account.email if account else ""
    said = oms.withdrawals.by_mail(who.shop, mail, limit=MOST_SHOWN) if mail else []
    of_orders = (id for order in orders for id in oms.withdrawals.ids_of_order(order))
    return [*dict.fromkeys((*said, *of_orders))]


def account_of(who: Person, oms: RecordsWiring) -> Account | None:
    """Record of a person, which a guest has none of."""
    return oms.catalogue.account(*who) if who.kind == "customer" else None


def unknown(who: Person) -> Unknown:
    """Refusal to speak of a person of whom there is nothing."""
    return Unknown("customer_unknown", f"There is no customer {who.customer}.")


def _orders(who: Person, oms: RecordsWiring) -> Iterator[str]:
    """The ids of the person's orders, newest first."""
    after = ""
    while True:
        found = oms.search.having(who.orders, after=after, limit=1_000)
        yield from (id for _, id in found if id)
        if len(found) < 1_000:
            return
        after = found[-1][0]


def seen(shown: Shown, oms: RecordsWiring, *, done: bool) -> dict[str, Any]:
    """View of what is erased of a person and what stays, for the newest orders one by one."""
    some = shown.orders[:MOST_SHOWN]
    stored = oms.orders.get_many(some)
    orders = [stored[id].order for id in some if id in stored]
    return {
        "customer": shown.who.customer,
        "shop": shown.who.shop,
        "account": shown.account is not None,
        "orders": [_order_seen(order, oms.now()) for order in orders],
        "more": len(shown.orders) - len(some),
        "withdrawals": [_withdrawal_seen(each) for each in _stored(shown, oms)],
        "kept": [each for order in orders for each in _kept(order, oms)],
        "confirm": None if done else shown.confirm,
    }


def _stored(shown: Shown, oms: RecordsWiring) -> list[Withdrawal]:
    found = oms.withdrawals.get_many(shown.withdrawals)
    return [found[id].withdrawal for id in shown.withdrawals if id in found]


def _withdrawal_seen(withdrawal: Withdrawal) -> dict[str, Any]:
    done = "erased" if withdrawal.erased else "now" if withdrawal.finished else "later"
    return {"withdrawal": withdrawal.id, "status": withdrawal.status, "outcome": done}


def _order_seen(order: Order, at: datetime) -> dict[str, Any]:
    still = None if order.erased else need(order, at)
    return {
        "order": order.id,
        "external_number": order.external_number,
        "outcome": "erased" if order.erased else "later" if still else "now",
        "reason": still.reason if still else None,
        "until": still.until if still else None,
    }


def _kept(order: Order, oms: RecordsWiring) -> Iterator[dict[str, Any]]:
    for document in order.documents:
        invoice = oms.documents.snapshot(document.id, Invoice) if not document.bill else None
        until = (
            document_kept_until(invoice)
            if invoice
            else kept_until("voucher", document.issued_at.date())
        )
        yield _stays(order, document.id, document.type, document.number, until, VOUCHERS)
        for letter in document.dunning.letters if document.dunning else ():
            until = kept_until("letter", letter.issued_at.date())
            yield _stays(order, letter.id, "letter", None, until, LETTERS)
    for paper in order.papers:
        until = kept_until("letter", paper.at.date())
        yield _stays(order, paper.id, paper.kind, None, until, LETTERS)
    for payment in order.settlement.payments:
        until = kept_until("voucher", payment.value_date)
        yield _stays(order, payment.id, "payment", None, until, VOUCHERS)


def _stays(
    order: Order, id: str, type: str, number: str | None, until: datetime, law: str
) -> dict[str, Any]:
    said = {"id": id, "type": type, "number": number, "until": until, "law": law}
    return {"order": order.id, **said}


def confirmed(shown: Shown, by: Saved, oms: RecordsWiring) -> None:
    """Have a person erased: one message, which goes on by itself from page to page."""
    who, account = shown.who, shown.account
    facts = {"shop": who.shop, "orders": who.orders}
    if mail := who.customer if who.kind == "email" else account.email if account else "":
        facts["statements"] = statements_of(who.shop, mail)
    if who.kind == "customer":
        facts["customer"] = who.customer
    _send(PERSON, by, oms, facts=facts)


def _send(
    type: str,
    by: Saved,
    oms: RecordsWiring,
    *,
    aggregate: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    notice = EventNotice(
        id=by.cause, type=type, aggregate=aggregate, actor=by.actor, facts=facts or {}
    )
    oms.queues.send(ERASE, encode(notice).decode())


def erase_page(signal: EventNotice, oms: RecordsWiring) -> None:
    """Erase a page of a person's orders, and have the rest done; with the last page, their record.

    An order that cannot be asked now is left to a message of its own: it holds up no other.
    """
    facts, by = signal.facts, Saved(signal.actor, signal.id)
    who = Person(facts["shop"], facts["customer"]) if "customer" in facts else None
    after = facts.get("after", "")
    if who and not after:
        _ask(who, by, oms)
    if "statements" in facts and not after:
        for id in oms.withdrawals.in_list(facts["statements"], limit=MOST_SHOWN):
            erase_withdrawal(id, by, oms)
    found = oms.search.having(facts["orders"], after=after, limit=AT_ONCE)
    for id in (id for _, id in found if id):
        try:
            erase_order(id, by, oms)
        except Exception:
            logger.exception("left to a message of its own", extra={"order": id})
            _send(ORDER, by, oms, aggregate=f"order/{id}")
    if len(found) == AT_ONCE:
        _send(PERSON, by, oms, facts={**facts, "after": found[-1][0]})
    elif who:
        erase_record(who, by, oms)


def _ask(who: Person, by: Saved, oms: RecordsWiring) -> None:
    """Put on the person's record that it is to be erased."""
    account = oms.catalogue.account(*who)
    if account and account.erasure is None:
        _store(replace(account, erasure=Erasure(oms.now(), by.actor)), by, oms)


def erase_order(id: str, by: Saved, oms: RecordsWiring) -> Order:
    """Ask an order to forget its customer, which it does at once or when its time has come."""
    for each in oms.withdrawals.ids_of_order(id):
        erase_withdrawal(each, by, oms)
    stored = oms.orders.change(
        id, lambda order: erasing.request(order, by=by.actor, at=oms.now()), by
    )
    return stored.order


def erase_withdrawal(id: str, by: Saved, oms: RecordsWiring) -> None:
    """Ask a withdrawal to forget its person, which it does at once or when it is finished."""
    oms.withdrawals.change(id, lambda it: forgetting.request(it, by=by.actor, at=oms.now()), by)


def erase_record(who: Person, by: Saved, oms: RecordsWiring) -> None:
    """Erase the customer's record if that is wanted and all orders from before are erased.

    What is ordered after the request has what it needs of the customer itself.
    """
    account = oms.catalogue.account(*who)
    if account is None or account.erasure is None:
        return
    asked, ids = account.erasure, _orders(who, oms)
    while some := [*islice(ids, AT_ONCE)]:
        orders = (stored.order for stored in oms.orders.get_many(some).values())
        if any(o.received_at <= asked.requested_at and not o.erased for o in orders):
            return
    _store(replace(account, erasure=replace(asked, erased_at=oms.now())), by, oms)


def _store(account: Account, by: Saved, oms: RecordsWiring) -> None:
    oms.catalogue.master.store(ACCOUNTS, account, by, if_version=account.version)
