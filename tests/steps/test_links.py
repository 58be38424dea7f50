"""A signed link opens what it was made for, and nothing else, until its time is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oms_aws.platform.links import PURPOSES, LinkExpired, LinkInvalid, SignedLinks
from tests.world.functions import MORNING
from tests.world.opening import opened
from tests.world.world import World

SUBJECT = "inv_0193a-1"


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with opened() as world:
        yield world


@pytest.fixture(scope="module")
def links(world: World) -> SignedLinks:
    return world.ports("notices/tell_customer").links


def token(links: SignedLinks) -> str:
    return links.link("document", SUBJECT, at=MORNING).rpartition("/")[2]


def test_a_link_opens_its_subject(links: SignedLinks) -> None:
    assert links.subject("document", token(links), at=MORNING) == SUBJECT


def test_every_step_signs_with_the_same_secret(world: World, links: SignedLinks) -> None:
    other = world.ports("billing/show_document").links
    assert other.subject("document", token(links), at=MORNING) == SUBJECT


def test_a_subject_may_hold_dots(links: SignedLinks) -> None:
    made = links.link("document", "a.b.c", at=MORNING).rpartition("/")[2]
    assert links.subject("document", made, at=MORNING) == "a.b.c"


def test_a_link_opens_nothing_of_another_purpose(links: SignedLinks) -> None:
    with pytest.raises(LinkInvalid):
        links.subject("address", token(links), at=MORNING)


def test_a_link_expires(links: SignedLinks) -> None:
    end = MORNING + PURPOSES["document"][1]
    assert links.subject("document", token(links), at=end) == SUBJECT
    with pytest.raises(LinkExpired):
        links.subject("document", token(links), at=end + timedelta(seconds=1))


def test_whether_a_forged_link_has_expired_is_not_told(links: SignedLinks) -> None:
    with pytest.raises(LinkInvalid):
        links.subject("document", f"{SUBJECT}.1.{'A' * 24}", at=MORNING)


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(place=st.integers(min_value=0), character=st.characters())
def test_a_link_with_any_other_character_opens_nothing(
    links: SignedLinks, place: int, character: str
) -> None:
    genuine = token(links)
    place %= len(genuine)
    forged = genuine[:place] + character + genuine[place + 1 :]
    if forged != genuine:
        with pytest.raises(LinkInvalid):
            links.subject("document", forged, at=MORNING)


@given(text=st.text(max_size=80))
def test_what_is_no_link_opens_nothing(links: SignedLinks, text: str) -> None:
    with pytest.raises(LinkInvalid):
        links.subject("document", text, at=MORNING)
