"""Open items at the HTTP edge: who may ask for which, and how they are shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

from oms.core.calendar import book_day
from oms.orders.documents import Document, Dunning
from oms.payments.open_items import Aged, age_of, aged
from oms_aws.billing.opening import holder_of
from oms_aws.orders.open_items import Listed, dunning_of
from oms_aws.payments.wiring import PaymentsWiring
from oms_aws.platform.http import Answer, Call, Problem, invalid, page, shop_meant
from oms_aws.platform.query import day

STATES = ("open", "overdue", "credit")
COLUMNS = (
    "document", "number", "type", "customer", "customer_name", "issued_on", "due", "age",
    "currency", "amount", "credited", "paid", "discount", "waived", "open", "level", "charges",
    "orders",
)  # fmt: skip


class OpenItemQuery(NamedTuple):
    """Choice of the open items that somebody wants to see."""

    shop: str
    state: str
    customer: str
    before: date | None
    today: date


def asked(call: Call[Any], at: datetime) -> OpenItemQuery:
    """Choice that the query makes; raises Problem."""
    state = call.query.get("state", STATES[0])
    if state not in STATES:
        raise Problem(422, "request_invalid", "No such state.", {"state": ", ".join(STATES)})
    today, before = book_day(at), _day(call, "due_before")
    if state == "overdue":
        before = min(before or today, today)
    stored = "credit" if state == "credit" else "open"
    return OpenItemQuery(shop_meant(call), stored, call.query.get("customer", ""), before, today)


def _day(call: Call[Any], name: str) -> date | None:
    given = call.query.get(name)
    wanted = day(given) if given else None
    if given and wanted is None:
        raise invalid({name: "no day like 2026-11-30"})
    return wanted


def answered(call: Call[Any], what: OpenItemQuery, oms: PaymentsWiring) -> Answer:
    """One page, as JSON or as CSV with the place of the next page in `X-Cursor`."""
    limit = call.limit()
    groups = [
        *oms.open_items.documents(
            what.shop,
            what.state,
            customer=what.customer,
            before=what.before,
            after=call.cursor,
            limit=limit,
        )
    ]
    last = groups[-1][-1].place if groups else ""
    told = oms.open_items.told(groups)
    answer = page([_item(group, what.today, oms) for group in told], limit, last)
    if "text/csv" not in call.headers.get("accept", ""):
        return Answer(answer)
    headers = {"X-Cursor": answer["cursor"]} if answer["cursor"] else {}
    return Answer(_csv(answer["items"]), headers=headers, content_type="text/csv; charset=utf-8")


def _item(group: Sequence[Listed], today: date, oms: PaymentsWiring) -> dict[str, Any]:
    """A document that is open; how far its dunning is, a bill says of a collective one."""
    view = item_view(group, today)
    if group[0].type == "collective":
        state = dunning_of(holder_of(group[0].document, oms).document(group[0].document))
        view |= {**state, "held_reason": state["held_reason"] or None}
    return view


def item_view(group: Sequence[Listed], today: date) -> dict[str, Any]:
    """A document that is open as callers see it: the sum of the shares of its orders."""
    first = group[0]

    def of(name: str) -> str:
        return str(sum((getattr(each, name) for each in group), Decimal(0)))

    return {
        "document": first.document or None,
        "number": first.number or None,
        "type": first.type or "credit",
        "shop": first.shop,
        "customer": first.customer,
        "customer_name": first.customer_name,
        "issued_on": first.issued_on,
        "due": first.due,
        "age": age_of(first.due, today),
        "currency": first.currency,
        **{
            name: of(name)
            for name in ("amount", "credited", "paid", "discount", "waived", "open", "charges")
        },
        "level": first.level,
        "last_letter_on": first.last_letter_on,
        "next_on": first.next_on,
        "held_until": first.held_until,
        "held_reason": first.held_reason or None,
        "orders": [
            {"order": each.order, "external_number": each.external_number, "open": str(each.open)}
            for each in group
        ],
    }


def dunning_view(document: Document) -> dict[str, Any]:
    """View of a document's dunning."""
    state = document.dunning or Dunning()
    return {
        "document": document.id,
        "number": document.number,
        "due_on": document.due_on,
        "next_on": state.next_on,
        "held_until": state.held_until,
        "held_by": state.held_by or None,
        "reason": state.reason or None,
        "letters": [
            {
                "id": letter.id,
                "level": letter.level,
                "issued_at": letter.issued_at,
                "open": str(letter.open),
                "charges": str(letter.charges),
                "pay_by": letter.pay_by,
            }
            for letter in state.letters
        ],
    }


def _csv(items: Iterable[dict[str, Any]]) -> str:
    written = io.StringIO()
    rows = csv.writer(written, delimiter=";", lineterminator="\r\n")
    rows.writerow(COLUMNS)
    for item in items:
        orders = " ".join(each["external_number"] for each in item["orders"])
        rows.writerow(_plain({**item, "orders": orders}[name]) for name in COLUMNS)
    return written.getvalue()


def _plain(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    risky = text[:1] in ("=", "+", "@", "\t") or (text[:1] == "-" and not text[1:2].isdigit())
    return f"'{text}" if risky else text


def totals(call: Call[Any], oms: PaymentsWiring) -> dict[str, Any]:
    """The sums by currency and age, of all or of each customer."""
    by, what = call.query.get("by", ""), asked(call, oms.now())
    if by not in ("", "customer"):
        raise Problem(422, "request_invalid", "No such sums.", {"by": "customer"})
    found = (
        oms.open_items.documents(what.shop, state, customer=what.customer)
        for state in ("open", "credit")
    )
    items = [item for group in chain.from_iterable(found) for item in group]
    answer: dict[str, Any] = {"shop": what.shop, "as_of": what.today}
    answer["totals"] = _sums(items, what.today)
    if by:
        customers: dict[str, list[Listed]] = {}
        for item in items:
            customers.setdefault(item.customer, []).append(item)
        answer["customers"] = [
            {
                "customer": id,
                "customer_name": own[-1].customer_name,
                "totals": _sums(own, what.today),
            }
            for id, own in sorted(customers.items())
        ]
    return answer


def _sums(items: Iterable[Listed], today: date) -> list[dict[str, Any]]:
    found = aged(((item.currency, item.due, item.open) for item in items), today)
    return [_aged_view(each) for each in found]


def _aged_view(of: Aged) -> dict[str, Any]:
    sums = {name: str(getattr(of, name)) for name in ("open", "overdue", "credit")}
    return {"currency": of.currency, **sums, "ages": {n: str(v) for n, v in of.ages.items()}}
