"""Plans how deployed stacks become the wanted ones: what has to go first, and what goes last."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local import obstacles
from local.obstacles import Holder, Template, mentioned

LISTENERS = {"AWS::Events::Rule", "AWS::Scheduler::Schedule"}
LAYER = "AWS::Lambda::LayerVersion"
QUEUE = "AWS::SQS::Queue"
LOSS = (
    "{queue}: the queue would be replaced by an empty one, because its {why} changes, and the "
    "messages in it be lost: give the new one another logical id, so that the old one leaves when "
    "it is empty, or consent to the loss with --lose {queue}"
)
KEPT = "Kept"  # what a layer that a leaving step still needs is called in between


@dataclass(frozen=True)
class Plan:
    """The passes of a deployment; a pass names the stacks that it changes, in its order.

    `release` takes away what stands in the way of the new, None a whole stack. `expand` brings all
    that is new beside what leaves; `quieten` stops the news that still reach what leaves; when its
    queues are empty, `contract` takes it away, and `leaving` names the stacks that go as a whole.
    `losses` are the queues whose messages go with them, as somebody has consented to.
    """

    release: dict[str, Template | None]
    expand: dict[str, Template]
    quieten: dict[str, Template]
    contract: dict[str, Template]
    leaving: tuple[str, ...]
    queues: tuple[Holder, ...]
    refusals: tuple[str, ...] = field(default=())
    losses: tuple[str, ...] = field(default=())

    def empty(self) -> bool:
        """Nothing is to be done."""
        passes = (self.release, self.expand, self.quieten, self.contract, self.leaving)
        return not any(passes)


def plan(
    deployed: Mapping[str, Template],
    wanted: Mapping[str, Template],
    consented: Collection[str] = (),
) -> Plan:
    """The way between templates in their order; losses are refused unless `consented` to."""
    losses = dict(obstacles.losses(deployed, wanted))
    released = _released(deployed, wanted)
    standing = {
        name: without(template, released.get(name, set())) for name, template in deployed.items()
    }
    emptied = {name for name, left in standing.items() if not left["Resources"]}
    leaving = [name for name in deployed if name not in wanted and name not in emptied]
    expanded = {name: expand(standing.get(name), template) for name, template in wanted.items()}
    queues = tuple(_leaving_queues(standing, wanted))
    quiet = {**expanded, **{name: standing[name] for name in leaving}}
    if queues:
        quiet = {
            name: without(template, _listeners(template, wanted.get(name)))
            for name, template in quiet.items()
        }
    now = {**standing, **expanded}
    return Plan(
        release={
            name: None if name in emptied else standing[name]
            for name in reversed([*deployed])
            if released.get(name)
        },
        expand=_changed({**standing, **_absent(wanted, standing)}, expanded),
        quieten=_changed(now, quiet),
        contract=_changed({**now, **quiet}, {name: wanted[name] for name in reversed([*wanted])}),
        leaving=tuple(reversed(leaving)),
        queues=queues,
        refusals=(
            *obstacles.found(deployed, wanted),
            *obstacles.too_large({**expanded, **quiet}),
            *_unheard_of(losses, consented),
        ),
        losses=tuple(queue for queue in losses if queue in consented),
    )


def _unheard_of(losses: Mapping[str, str], consented: Collection[str]) -> Iterator[str]:
    for queue, why in losses.items():
        if queue not in consented:
            yield LOSS.format(queue=queue, why=why)


def _absent(wanted: Mapping[str, Template], standing: Mapping[str, Template]) -> dict[str, Any]:
    return {name: None for name in wanted if name not in standing}


def _changed(before: Mapping[str, Any], after: Mapping[str, Template]) -> dict[str, Template]:
    return {name: each for name, each in after.items() if before.get(name) != each}


def _released(
    deployed: Mapping[str, Template], wanted: Mapping[str, Template]
) -> dict[str, set[str]]:
    """What stands where something new is to be: the old one's name, under another logical id."""
    claims = dict(obstacles.holders(wanted))
    found: dict[str, set[str]] = {}
    for claim, (stack, id) in obstacles.holders(deployed):
        if claim in claims and claims[claim] != (stack, id):
            found.setdefault(stack, set()).add(id)
    return {name: dependents(deployed[name], ids) for name, ids in found.items()}


def dependents(template: Template, ids: set[str]) -> set[str]:
    """The resources, and all that refer to them."""
    found = set(ids)
    while True:
        more = {
            id
            for id, resource in template["Resources"].items()
            if id not in found and found & mentioned(resource)
        }
        if not more:
            return found
        found |= more


def without(template: Template, ids: set[str]) -> Template:
    """A template without some resources, and without the outputs that speak of them."""
    if not ids:
        return template
    outputs = template.get("Outputs", {})
    return {
        **template,
        "Resources": {id: r for id, r in template["Resources"].items() if id not in ids},
        "Outputs": {name: out for name, out in outputs.items() if not ids & mentioned(out)},
    }


def expand(standing: Template | None, wanted: Template) -> Template:
    """What is wanted, beside what it no longer has: whoever calls or imports that moves first."""
    if standing is None:
        return wanted
    old, new = standing["Resources"], wanted["Resources"]
    leaving = {id: resource for id, resource in old.items() if id not in new}
    outputs = {
        name: out
        for name, out in standing.get("Outputs", {}).items()
        if "Export" in out and name not in wanted.get("Outputs", {})
    }
    if not leaving and not outputs:
        return wanted
    layers = {
        id: f"{KEPT}{id}"
        for resource in leaving.values()
        for id in mentioned(resource)
        if id in new and old.get(id, {}).get("Type") == LAYER and old[id] != new[id]
    }
    kept = {id: _renamed(resource, layers) for id, resource in leaving.items()}
    kept |= {name: old[id] for id, name in layers.items()}
    joined = {**wanted, "Resources": {**new, **kept}}
    if outputs:
        joined["Outputs"] = {**wanted.get("Outputs", {}), **outputs}
    return joined


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A resource whose references lead to other logical ids."""
    match value:
        case {"Ref": str(id)} if id in names:
            return {"Ref": names[id]}
        case dict():
            return {key: _renamed(each, names) for key, each in value.items()}
        case list():
            return [_renamed(each, names) for each in value]
    return value


def _leaving_queues(
    standing: Mapping[str, Template], wanted: Mapping[str, Template]
) -> Iterator[Holder]:
    for name, template in standing.items():
        new = wanted.get(name, {}).get("Resources", {})
        for id, resource in template["Resources"].items():
            if resource["Type"] == QUEUE and id not in new:
                yield name, id


def _listeners(template: Template, wanted: Template | None) -> set[str]:
    """What still brings news to what leaves; what only knows of it goes, too."""
    new = wanted["Resources"] if wanted else {}
    rules = {
        id
        for id, resource in template["Resources"].items()
        if id not in new and resource["Type"] in LISTENERS
    }
    return {id for id in dependents(template, rules) if id not in new}


def told(plan: Plan) -> Iterator[str]:
    """What a deployment would do, in words."""
    for name, released in plan.release.items():
        why = "what stands in the way of the new is taken away first"
        yield f"{name}: {why}" if released else f"{name}: deleted first, {why}"
    for name in plan.expand:
        yield f"{name}: created or updated"
    for queue in plan.losses:
        yield f"{queue}: the queue is replaced, and the messages in it are lost"
    for stack, id in plan.queues:
        yield f"{stack}: {id} leaves when it is empty"
    for name in plan.contract:
        yield f"{name}: what is no longer wanted is taken away last"
    for name in plan.leaving:
        yield f"{name}: deleted, no step of it is left"


def parsed(body: Any) -> Template:
    """A template as CloudFormation answers it: text, or read already."""
    read: Template = json.loads(body) if isinstance(body, str) else json.loads(json.dumps(body))
    return read
