"""The law on withdrawals as a table: each duty with its source, asked over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

import pytest

from oms.master.exclusions import EXCLUSIONS, Exclusion
from tests.world.merchant import ADDRESS, Merchant

Answer = dict[str, Any]
Life = Callable[[Merchant], Answer]


def bought(merchant: Merchant, *, business: bool = False, **quantities: int) -> str:
    merchant.count("A", **quantities)
    if business:
        merchant.business(credit_limit="900.00")
        return merchant.place(merchant.on_account(**quantities))
    return merchant.place(merchant.request(**quantities))


def withdrawn(merchant: Merchant, order: str, **more: Any) -> Answer:
    """The withdrawal of the buyer of an order, once everything has settled."""
    seen = merchant.order(order)
    buyer = seen["customer"]
    said = {"name": buyer["name"], "contract": seen["external_number"], "email": buyer["email"]}
    made = merchant.do("POST /v1/withdrawals", merchant.shop, {**said, **more})
    merchant.world.settle()
    route = "GET /v1/withdrawals/{withdrawal}"
    found: Answer = merchant.do(route, merchant.clerk, withdrawal=made["id"])
    return found


def before_delivery(merchant: Merchant) -> Answer:
    return withdrawn(merchant, bought(merchant, RUCK_45=1))


def on_the_last_day(merchant: Merchant) -> Answer:
    order = bought(merchant, RUCK_45=1)
    merchant.whole_life(order)
    merchant.world.pass_time(days=14)
    return withdrawn(merchant, order)


def a_day_late(merchant: Merchant) -> Answer:
    order = bought(merchant, RUCK_45=1)
    merchant.whole_life(order)
    merchant.world.pass_time(days=15)
    return withdrawn(merchant, order)


def sent_in_time(merchant: Merchant) -> Answer:
    order = bought(merchant, RUCK_45=1)
    merchant.whole_life(order)
    sent = merchant.world.now().isoformat()
    merchant.world.pass_time(days=30)
    return withdrawn(merchant, order, declared_at=sent)


def last_parcel_missing(merchant: Merchant) -> Answer:
    """Two parcels, of which the first arrived long ago and the second never was scanned."""
    merchant.count("A", RUCK_45=1)
    order = merchant.place(merchant.request(RUCK_45=2))
    merchant.whole_life(order)
    merchant.count("A", RUCK_45=1)
    merchant.world.settle()
    merchant.fulfil(order)
    merchant.world.settle()
    merchant.world.pass_time(days=60)
    return withdrawn(merchant, order)


def last_parcel_counts(merchant: Merchant) -> Answer:
    merchant.count("A", RUCK_45=1)
    order = merchant.place(merchant.request(RUCK_45=2))
    merchant.whole_life(order)
    merchant.world.pass_time(days=13)
    merchant.count("A", RUCK_45=1)
    merchant.whole_life(order)
    merchant.world.pass_time(days=5)
    return withdrawn(merchant, order)


def by_a_business(merchant: Merchant) -> Answer:
    return withdrawn(merchant, bought(merchant, business=True, RUCK_45=1))


def part_of_it(merchant: Merchant) -> Answer:
    order = bought(merchant, RUCK_45=2, SOCKE_42=1)
    return withdrawn(merchant, order, lines=[{"number": "1", "quantity": 1}])


def abroad(merchant: Merchant) -> Answer:
    merchant.count("A", RUCK_45=1)
    home = {**ADDRESS, "postal_code": "1010", "city": "Wien", "country": "AT"}
    order = merchant.place(merchant.request(RUCK_45=1) | {"billing_address": home})
    merchant.whole_life(order)
    return withdrawn(merchant, order)


DUTIES: tuple[tuple[str, Life, str, str], ...] = (
    ("§ 355 (1): before the goods came", before_delivery, "nothing_delivered", "accepted"),
    ("§ 355 (2), § 187 (1), § 188 (1): day 14 counts", on_the_last_day, "in_time", "accepted"),
    ("§ 355 (2): the period is over", a_day_late, "late", ""),
    ("§ 355 (1) s. 5: sending it in time suffices", sent_in_time, "in_time", "accepted"),
    ("§ 356 (2) no. 1 c: the last parcel counts", last_parcel_counts, "in_time", "accepted"),
    ("§ 356 (2) no. 1: none without it", last_parcel_missing, "nothing_delivered", "accepted"),
    ("§ 312 (1), § 13: a business has no such right", by_a_business, "not_consumer", ""),
    ("§ 356a (2) no. 2: a part of the contract", part_of_it, "nothing_delivered", "accepted"),
    ("the same in another member state", abroad, "in_time", "accepted"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("life", "verdict", "decision"),
    [pytest.param(life, verdict, decision, id=law) for law, life, verdict, decision in DUTIES],
)
def test_each_duty_is_met(merchant: Merchant, life: Life, verdict: str, decision: str) -> None:
    found = life(merchant)
    assert {line["verdict"] for line in found["lines"]} == {verdict}
    assert {line["decision"] or "" for line in found["lines"]} == {decision}
    assert found["acknowledged_at"]  # § 356a (4): whatever it is about
    assert all(line["law"] for line in found["lines"])
    assert merchant.world.broken() == []


@pytest.mark.parametrize("exclusion", get_args(Exclusion))
def test_an_exclusion_is_told_before_and_after(merchant: Merchant, exclusion: Exclusion) -> None:
    """§ 312g (2): told in the confirmation, kept on the line, and in the verdict."""
    rule = EXCLUSIONS[exclusion]
    merchant.sell("RUCK-45", "129.90", withdrawal_exclusion=exclusion)
    order = bought(merchant, RUCK_45=1)
    merchant.whole_life(order)
    (mail,) = [m for m in merchant.world.outside.mails if m.kind == "order_received"]
    said = f"§ 312g Abs. 2 Nr. {rule.number} BGB"
    assert said in mail.text
    assert said in mail.html
    assert merchant.order(order)["lines"][0]["withdrawal_exclusion"] == exclusion
    merchant.sell("RUCK-45", "129.90")  # what was sold stays as it was
    (line,) = withdrawn(merchant, order)["lines"]
    assert line["exclusion"] == exclusion
    assert line["verdict"] == ("in_time" if rule.later else "excluded")
    assert (line["decision"] is None) != rule.later
    assert line["law"].endswith(f"§ 312g (2) no. {rule.number} BGB")


def test_every_number_of_the_law_is_of_one_exclusion() -> None:
    assert sorted(rule.number for rule in EXCLUSIONS.values()) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11]
