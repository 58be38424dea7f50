"""Rules by API: drafts, the check before they decide, and trials on past orders."""

from __future__ import annotations

from collections import Counter
from typing import Any

from oms.core.refusals import Refusal
from oms.screening.fraud import FACTS, objections, weigh
from oms.screening.ruleset import Case, Ruleset
from oms_aws.platform.http import Call, Problem
from oms_aws.screening.rule_models import RulesIn
from oms_aws.screening.wiring import ScreeningWiring

MOST_CHANGED = 100


def drafted(call: Call[RulesIn], oms: ScreeningWiring) -> Ruleset:
    """The rule set that a caller sends; raises Problem with every objection against it."""
    body = call.body
    rules = Ruleset(
        name=call.path["name"],
        version=0,
        graph=body.graph,
        hold_from=body.hold_from,
        refuse_from=body.refuse_from,
        reserve_most=body.reserve_most,
        golden=tuple(Case(dict(case.facts), case.verdict) for case in body.golden),
        note=body.note,
        by=call.actor,
        at=oms.now().isoformat(),
    )
    if wrong := objections(rules):
        raise Problem(422, "rules_invalid", "The rules cannot be used.", wrong)
    return rules


def wanted_version(call: Call[Any], version: int, oms: ScreeningWiring) -> Ruleset:
    """A version of the rules that the path names; raises Unknown."""
    return oms.rulesets.get(call.path["name"], version)


def read_version(call: Call[Any], oms: ScreeningWiring) -> Ruleset:
    """The version that the query names, or the one that decides."""
    asked = call.query.get("version")
    if asked is None:
        return wanted_version(call, oms.rulesets.active_version(call.path["name"]), oms)
    return wanted_version(call, int(asked), oms)


def checked(rules: Ruleset) -> Ruleset:
    """The rules, which hold their golden cases still; raises Refusal."""
    if wrong := objections(rules):
        raise Refusal("rules_invalid", "The rules do not hold their golden cases.", wrong)
    return rules


def tried(rules: Ruleset, shop: str, last: int, oms: ScreeningWiring) -> dict[str, Any]:
    """Verdicts of rules on a shop's last orders, by the facts that were known then."""
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    changed: list[dict[str, Any]] = []
    skipped = 0
    for id in oms.search.newest(shop, last):
        order = oms.orders.get(id).order
        found = order.screening.findings
        known = next((f for f in found if f.check == "fraud" and "facts" in f.data), None)
        if known is None:
            skipped += 1
            continue
        weighed = weigh(rules, {**FACTS, **known.data["facts"]})
        before[known.verdict] += 1
        after[weighed.verdict] += 1
        if weighed.verdict != known.verdict:
            said = {
                "order": order.id,
                "before": known.verdict,
                "after": weighed.verdict,
                "score": weighed.score,
                "indicators": list(weighed.indicators),
            }
            changed.append(said)
    return {
        "version": rules.version,
        "tried": sum(after.values()),
        "skipped": skipped,
        "before": dict(before),
        "after": dict(after),
        "changed": changed[:MOST_CHANGED],
    }
