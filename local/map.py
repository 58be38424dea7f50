"""`auftakt map`: draws the rooms and what flows between them as docs/map.md, or checks the page."""

from __future__ import annotations

import argparse
import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from infra.journey import JOURNEY, DeadLetters, Grant, Http, Queue, Step, Stream, Task
from local import made, paths
from local.made import add_arguments as add_arguments
from oms_aws.notices.event_types import TOLD_BY

PAGE = paths.ROOT / "docs" / "map.md"
STAGES = tuple(dict.fromkeys(step.stage for step in JOURNEY))
TOLD_IN = {type: stage for stage, types in TOLD_BY.items() for type in types}
PEOPLE = "shops, warehouses, carriers, banks, people"
TREES = (
    ("steps", "functions"),
    ("domain", "layers/domain/python/oms"),
    ("adapters", "layers/aws/python/oms_aws"),
    ("tests of the domain", "tests/domain"),
    ("tests of the steps", "tests/steps"),
)
"""Trees in which a stage has a room of its name."""

TEXT = """\
# Map of the rooms

A **stage** of the journey is a room that has the same name in every tree. An arrow between two
stages is an event: a step of the one tells it, and it wakes a step of the other. Every such arrow
takes the same way: into the table, in one transaction with what it tells of; out of the table's
stream to the bus; and from there into a queue of the step that it wakes. A thick arrow is a flow,
whose steps follow one another.

```mermaid
{picture}
```

{everywhere} hear of all events, so their arrows are left out. What a warehouse or shop is to
do reaches it as a webhook, and what it did comes back over HTTP.

## The rooms

| stage | what happens there | its steps, by what wakes them | where |
| --- | --- | --- | --- |
{rooms}

A stage knows those before it, never one behind it, and none beside it: import-linter holds it, with
the order and what stands side by side in `pyproject.toml`. Beside the stages there are rooms that
are no part of the journey:

{others}

## What wakes what

| event | of | wakes |
| --- | --- | --- |
{events}

What hears every event is not named here: {all}.

This page is made from the code: `./auftakt map` writes it. See how to
[add a step](add-a-step.md) and how to [add a stage](add-a-stage.md); the words are in the
[glossary](glossary.md).
"""


def run(args: argparse.Namespace) -> int:
    """Zero, or one when `--check` finds that the page is not what the code says."""
    return made.write(files(), check=args.check)


def files() -> dict[Path, str]:
    """The page as it should be."""
    return {
        PAGE: TEXT.format(
            picture="\n".join(_picture()),
            everywhere=" and ".join(_everywhere()).capitalize(),
            rooms="\n".join(_rooms()),
            others="\n".join(_others()),
            events="\n".join(_events()),
            all=", ".join(f"`{step.name}`" for step in JOURNEY if _hears_all(step)),
        )
    }


def _everywhere() -> list[str]:
    """Stages with a step that every event wakes."""
    woken = {step.stage for step in JOURNEY if _hears_all(step)}
    return [stage for stage in STAGES if stage in woken]


def _hears_all(step: Step) -> bool:
    return isinstance(step.on, Stream) or "*" in _heard(step)


def _heard(step: Step) -> tuple[str, ...]:
    return step.on.events if isinstance(step.on, Queue) else ()


def _picture() -> Iterator[str]:
    (relay,) = [step.name for step in JOURNEY if isinstance(step.on, Stream)]
    routes = sum(len(step.on.routes) for step in JOURNEY if isinstance(step.on, Http))
    behind = _everywhere()
    yield "flowchart TB"
    yield '  subgraph journey ["the journey of an order"]'
    yield "    direction LR"
    yield from (f"    {_node(stage)}" for stage in STAGES if stage not in behind)
    yield from (f"    {arrow}" for arrow in _arrows(behind))
    yield "  end"
    yield f'  people(["{PEOPLE}"]) -- "HTTP API, {routes} routes" --> journey'
    yield '  journey -- "state and events, one transaction" --> table[("table")]'
    yield f'  table -- "stream, {relay}" --> bus{{{{"event bus"}}}}'
    yield '  bus -- "a queue for each step" --> journey'
    yield from (f'  bus -- "all events" --> {_node(stage)}' for stage in behind)
    yield from (f'  {s} -- "mails, webhooks" --> people' for s in behind if _may(s, "mail:send"))
    archiving = ["journey", *(stage for stage in behind if _may(stage, "documents:put"))]
    yield f'  {" & ".join(archiving)} -- "documents" --> archive[("write-once archive")]'


def _may(stage: str, grant: Grant) -> bool:
    return any(grant in step.may for step in JOURNEY if step.stage == stage)


def _node(stage: str) -> str:
    count = sum(step.stage == stage for step in JOURNEY)
    return f'{stage}["<b>{stage}</b><br>{count} steps"]'


def _arrows(behind: list[str]) -> Iterator[str]:
    """Flows first, as they begin; then events, from the stage that tells to those that hear."""
    for flow in dict.fromkeys(step.on.flow for step in JOURNEY if isinstance(step.on, Task)):
        begins = next(step.stage for step in JOURNEY if "flow:start" in step.may)
        tasks = [s.stage for s in JOURNEY if isinstance(s.on, Task) and s.on.flow == flow]
        way = [*dict.fromkeys((begins, *tasks))]
        yield f"{' ==> '.join(way)}".replace(" ==> ", f' == "{flow}" ==> ')
    told: dict[tuple[str, str], list[str]] = defaultdict(list)
    for type, by in TOLD_IN.items():
        for stage in STAGES:
            heard = any(type in _heard(step) for step in JOURNEY if step.stage == stage)
            if heard and stage != by and not {stage, by} & {*behind}:
                told[by, stage].append(type)
    for (by, stage), types in sorted(told.items(), key=lambda pair: _place(*pair[0])):
        yield f'{by} -- "{"<br>".join(types)}" --> {stage}'


def _place(*stages: str) -> list[int]:
    return [STAGES.index(stage) for stage in stages]


def _rooms() -> Iterator[str]:
    for stage in STAGES:
        rooms = [(name, f"{tree}/{stage}") for name, tree in TREES]
        there = [f"[{name}](../{room})" for name, room in rooms if _holds(paths.ROOT / room)]
        steps = "<br>".join(_by_trigger([step for step in JOURNEY if step.stage == stage]))
        yield f"| **{stage}** | {_about(stage)} | {steps} | {', '.join(there)} |"


def _holds(room: Path) -> bool:
    return any(room.rglob("*.py"))


def _about(stage: str) -> str:
    """The docstring of the stage's room, that of the domain before that of the adapters."""
    for tree in ("layers/domain/python/oms", "layers/aws/python/oms_aws"):
        if (room := paths.ROOT / tree / stage / "__init__.py").exists():
            return _docstring(room)
    raise FileNotFoundError(f"the stage {stage} has no room in oms or oms_aws")


def _docstring(room: Path) -> str:
    told = ast.get_docstring(ast.parse(room.read_text(encoding="utf-8"))) or ""
    text = told.partition(": ")[2] or told
    return text[:1].upper() + text[1:]


def _by_trigger(steps: Iterable[Step]) -> Iterator[str]:
    woken: dict[str, list[str]] = defaultdict(list)
    for step in steps:
        woken[_waker(step)].append(f"`{step.verb_noun}`")
    yield from (f"{waker}: {', '.join(names)}" for waker, names in sorted(woken.items()))


def _waker(step: Step) -> str:
    match step.on:
        case Http():
            return "HTTP"
        case Queue(every=minutes) if minutes:
            return "clock"
        case Queue(arrives=folder) if folder:
            return "files"
        case Queue(events=()):
            return "other steps"
        case Queue():
            return "events"
        case Task(flow):
            return flow
        case Stream():
            return "table's stream"
        case DeadLetters():
            return "dead letters"
        case _:
            return "every call"


def _others() -> Iterator[str]:
    for _, tree in TREES[1:3]:
        for room in sorted((paths.ROOT / tree).glob("*/__init__.py")):
            if room.parent.name not in STAGES:
                where = room.parent.relative_to(paths.ROOT)
                yield f"- [`{where.parent.name}.{where.name}`](../{where}): {_docstring(room)}"


def _events() -> Iterator[str]:
    for type, by in TOLD_IN.items():
        if woken := [f"`{step.name}`" for step in JOURNEY if type in _heard(step)]:
            yield f"| {type} | {by} | {', '.join(woken)} |"
