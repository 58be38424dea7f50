"""Fraud: what is known of an order as named facts, and the points that rules give for them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from disposable_email_domains import blocklist as disposable_domains
from msgspec import Struct
from msgspec.structs import replace
from rapidfuzz import fuzz

from oms.orders.findings import Finding
from oms.orders.order import Order
from oms.screening.rules import decide, faults
from oms.screening.ruleset import Case, Ruleset, Verdict

NIGHT = range(5)
"""The hours after midnight, in local time, in which few people shop."""

FACTS: Mapping[str, Any] = {
    "orders_by_email_1h": 1,
    "orders_by_email_24h": 1,
    "orders_by_address_1h": 1,
    "orders_by_address_24h": 1,
    "orders_by_ip_1h": 1,
    "orders_by_ip_24h": 1,
    "orders_by_payment_1h": 1,
    "orders_by_payment_24h": 1,
    "disposable_mail": False,
    "country_mismatch": False,
    "name_likeness": 100,
    "new_customer": False,
    "total": 50,
    "pieces": 1,
    "hour": 12,
    "night": False,
    "blocked": False,
    "allowed": False,
    "business": False,
    "country": "DE",
    "currency": "EUR",
    "payment_method": "paypal",
}
"""Every fact that a condition may name, with the value of an ordinary order.

Orders are counted with this one; `total` is in whole units of the currency, rounded down;
`name_likeness` compares the names on bill and parcel, from 0 to 100.
"""

GIVES = ("indicator", "points", "reason")
"""What each row of the table gives; `reason_de` is welcome beside it."""


class Weighed(Struct, frozen=True):
    """Verdict of a rule set on facts, with its points, indicator by indicator."""

    verdict: Verdict
    score: int
    indicators: tuple[dict[str, Any], ...]


UNRUNNABLE = (RuntimeError, ValueError, TypeError)
"""What the engine raises, and what it gives where points should be."""

MOST_POINTS = 1_000_000
"""What a row may give at most, up or down."""

MOST_LISTED = 50
"""How many rows a finding lists; all of them count."""

LONGEST_REASON = 200


def facts_of(
    order: Order, counts: Mapping[str, int], *, blocked: bool, allowed: bool, new: bool
) -> dict[str, Any]:
    """The facts of an order; `counts` are those that others keep, by their names."""
    local = order.placed_at.astimezone(ZoneInfo("Europe/Berlin"))
    return {
        **FACTS,
        **counts,
        "disposable_mail": domain_of(order.customer.email) in disposable_domains,
        **_of_addresses(order),
        "new_customer": new,
        "total": int(order.total.to_integral_value(ROUND_DOWN)),
        "pieces": order.count("ordered"),
        "hour": local.hour,
        "night": local.hour in NIGHT,
        "blocked": blocked,
        "allowed": allowed,
        "business": order.customer.type == "B2B",
        "currency": order.currency,
        "payment_method": order.payment.method,
    }


def domain_of(email: str) -> str:
    """The domain of a mail address, in lower case."""
    return email.rpartition("@")[2].lower()


def weigh(rules: Ruleset, facts: Mapping[str, Any]) -> Weighed:
    """Add up the points of every row that applies; who is on the allowlist passes anyway.

    Raises one of UNRUNNABLE. Rules that are not let in today, whoever stored them, are not run.
    """
    if wrong := _faulty(msgspec.json.encode(rules.graph)):
        raise ValueError(wrong)
    rows = [_row(row) for row in decide(rules.graph, facts)]
    score = sum(row["points"] for row in rows)
    verdict: Verdict = "pass"
    if not facts.get("allowed") and score >= rules.hold_from:
        verdict = "refuse" if score >= rules.refuse_from else "hold"
    if len(rows) > MOST_LISTED:
        rows = sorted(rows, key=lambda row: -abs(row["points"]))[:MOST_LISTED]
    return Weighed(verdict, score, tuple(rows))


@lru_cache(maxsize=4)
def _faulty(graph: bytes) -> str:
    """The first fault of a graph in JSON, or nothing."""
    wrong = faults(msgspec.json.decode(graph), facts=FACTS, gives=GIVES)
    return "; ".join(f"{place}: {why}" for place, why in [*wrong.items()][:1])


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    points = int(row.get("points") or 0)
    if abs(points) > MOST_POINTS:
        raise ValueError(f"a row gives more than {MOST_POINTS} points")
    texts = {name: str(row.get(name))[:LONGEST_REASON] for name in ("indicator", "reason")}
    german = str(row.get("reason_de") or row.get("reason"))[:LONGEST_REASON]
    return {**texts, "points": points, "reason_de": german}


def check_fraud(rules: Ruleset, facts: Mapping[str, Any]) -> Finding:
    """The finding, which explains every point; rules that cannot be run leave it to a clerk."""
    try:
        weighed = weigh(rules, facts)
    except UNRUNNABLE as error:
        return Finding(
            "fraud",
            "hold",
            "fraud_unchecked",
            f"Version {rules.version} of the fraud rules cannot be run: {str(error)[:200]}",
            hours=24,
            data={"facts": dict(facts), "rules": rules.version, "reserve_most": rules.reserve_most},
            text_de=f"Version {rules.version} der Betrugsregeln lässt sich nicht ausführen.",
        )
    data = {
        "score": weighed.score,
        "indicators": list(weighed.indicators),
        "facts": dict(facts),
        "rules": rules.version,
        "reserve_most": rules.reserve_most,
    }
    if weighed.verdict == "pass":
        return Finding("fraud", "pass", data=data)
    english, german = (
        "; ".join(f"{row[name]} (+{row['points']})" for row in weighed.indicators)
        for name in ("reason", "reason_de")
    )
    refused = weighed.verdict == "refuse"
    limit = rules.refuse_from if refused else rules.hold_from
    return Finding(
        "fraud",
        weighed.verdict,
        "fraud_refused" if refused else "fraud_suspected",
        f"{weighed.score} points, {limit} are the limit: {english}.",
        hours=24,
        data=data,
        text_de=f"{weighed.score} Punkte, ab {limit} wird eingegriffen: {german}.",
    )


def check_again(rules: Ruleset, order: Order, wanted: Order) -> Finding | None:
    """Finding of fraud at another address: a hold when that adds points to what was found before.

    What depends on the address is known anew, the rest is what it was at the intake.
    """
    found = order.screening.findings
    known = next((f for f in found if f.check == "fraud" and "facts" in f.data), None)
    if known is None:
        return None
    facts = {**FACTS, **known.data["facts"], **_of_addresses(wanted)}
    finding = check_fraud(rules, facts)
    if finding.verdict == "pass" or finding.data.get("score", 0) <= known.data.get("score", 0):
        return None
    return replace(finding, verdict="hold", reason="fraud_suspected")


def _of_addresses(order: Order) -> dict[str, Any]:
    bill, parcel = order.billing_address, order.ship_to
    return {
        "country_mismatch": bill.country != parcel.country,
        "name_likeness": round(fuzz.token_sort_ratio(bill.name.lower(), parcel.name.lower())),
        "country": parcel.country,
    }


def objections(rules: Ruleset) -> dict[str, str]:
    """Reasons that a rule set must not decide: faults of its graph, golden cases come out wrong.

    An ordinary order is a golden case of every rule set: it passes.
    """
    wrong = faults(rules.graph, facts=FACTS, gives=GIVES)
    if not 0 < rules.hold_from <= rules.refuse_from:
        wrong["hold_from"] = "must be above 0 and not above refuse_from"
    if wrong:
        return wrong
    for number, case in enumerate((Case({}, "pass"), *rules.golden)):
        place = f"golden.{number - 1}" if number else "ordinary order"
        if strange := case.facts.keys() - FACTS.keys():
            wrong[place] = f"there is no fact {', '.join(sorted(strange))}"
            continue
        if other := [n for n, value in case.facts.items() if type(value) is not type(FACTS[n])]:
            wrong[place] = f"is of another type: {', '.join(sorted(other))}"
            continue
        try:
            weighed = weigh(rules, {**FACTS, **case.facts})
        except UNRUNNABLE as error:
            wrong[place] = f"cannot be decided: {str(error)[:200]}"
            continue
        if weighed.verdict != case.verdict:
            wrong[place] = f"is {weighed.verdict} with {weighed.score} points, not {case.verdict}"
    return wrong
