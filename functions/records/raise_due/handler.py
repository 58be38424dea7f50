"""Every few minutes, what has something due is handed to the step for it."""

from __future__ import annotations

from collections import defaultdict

from msgspec.json import encode

from oms_aws.platform.due import SHARDS
from oms_aws.platform.queue import EventNotice, queue
from oms_aws.records.wiring import RecordsWiring

AT_ONCE = 64
"""How many a run looks at of each part of the index; the rest is for the next runs, at once."""

STEPS = {
    "order": "records/see_to_due",
    "bill": "billing/issue_collective_invoice",
    "endpoint": "notices/serve_line",
    "upload": "sourcing/import_upload",
    "withdrawal": "returns/follow_withdrawal",
    "return": "returns/follow_return",
}
"""What sees to what is due, by the kind of aggregate."""


@queue
def handler(signal: EventNotice, oms: RecordsWiring) -> None:
    """The clock looks at all parts, and a message of this step's own goes on with one of them.

    What was handed on a short while ago is not handed on again. It is noted after it was handed
    on: a crash between the two hands it on once more at worst.
    """
    behind = signal.facts.get("behind")
    for shard in [signal.facts["shard"]] if behind else SHARDS:
        page = oms.due.overdue(shard, behind=behind, limit=AT_ONCE)
        woken: dict[str, list[str]] = defaultdict(list)
        for due in page.due:
            told = EventNotice(id=f"due-{due.at}", type="Due", aggregate=due.aggregate, at=due.at)
            woken[STEPS[due.aggregate.partition("/")[0]]].append(encode(told).decode())
        for step, bodies in woken.items():
            oms.queues.send_many(step, bodies)
        oms.due.handed_on(page.due)
        if page.behind:
            rest = EventNotice(
                id=signal.id,
                type=signal.type,
                aggregate=signal.aggregate,
                facts={"shard": shard, "behind": page.behind},
            )
            oms.queues.send(oms.settings.step, encode(rest).decode())
