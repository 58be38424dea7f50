"""The map of the rooms is what the code says, and a picture that can be drawn."""

from __future__ import annotations

import re

from infra.journey import JOURNEY, Queue
from local import map
from oms_aws.notices.event_types import MEANING, TOLD_BY

(PAGE,) = map.files()
TEXT = map.files()[PAGE]
PICTURE = TEXT.partition("```mermaid\n")[2].partition("```")[0]
LARGEST_PICTURE = 50


def test_the_committed_map_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == TEXT, "run `./auftakt map`"


def test_every_room_is_in_the_picture_and_every_step_on_the_page() -> None:
    for stage in {step.stage for step in JOURNEY}:
        assert f"{stage}[" in PICTURE
    for step in JOURNEY:
        assert f"`{step.verb_noun}`" in TEXT, step.name


def test_the_picture_shows_rooms_and_stays_small() -> None:
    assert len(PICTURE.splitlines()) < LARGEST_PICTURE
    between = re.findall(r"^    (\w+) -- .* --> (\w+)$", PICTURE, re.MULTILINE)
    assert ("fulfilment", "billing") in between
    assert {end for arrow in between for end in arrow} <= {step.stage for step in JOURNEY}


def test_every_event_is_the_matter_of_one_stage_of_the_journey() -> None:
    assert set(TOLD_BY) <= {step.stage for step in JOURNEY}
    assert sum(len(types) for types in TOLD_BY.values()) == len(MEANING)


def test_who_listens_hears_events_that_there_are() -> None:
    for step in JOURNEY:
        if isinstance(step.on, Queue):
            assert {*step.on.events} - {"*"} <= set(MEANING), step.name
