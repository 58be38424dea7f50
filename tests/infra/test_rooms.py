"""A step reaches the rooms of the table that its line names: a bug of a page can mint no key."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from infra.journey import JOURNEY, Authoriser, Http, Queue, Room, Step
from infra.rooms import ROOMS, patterns
from oms_aws.platform import indexes, keys, return_keys
from tests.infra.deployed import Template
from tests.world.blueprint import blueprint
from tests.world.roles import NotGranted, Roles

ACTIONS = ("GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem")
WRITES = ("PutItem", "UpdateItem", "ConditionCheckItem")
PUBLIC = [step for step in JOURNEY if isinstance(step.on, Http) and step.on.public]
WORKING = [step for step in JOURNEY if step.stage not in ("master", "records")]
LONGEST_POLICY = 10_240
"""Characters of all inline policies of a role, blanks left out: IAM's quota."""
KEY = keys.client("0" * 64).pk
RING = keys.api_key("").pk
FAILURE = keys.failure("m-1").pk
USE = keys.key_use("key_1").pk


@pytest.fixture(scope="module")
def roles() -> Roles:
    return blueprint().roles


def test_keys_are_read_by_the_authoriser_and_made_by_one_step(roles: Roles, step: Step) -> None:
    asks, makes = isinstance(step.on, Authoriser), step.name == "master/keep_keys"
    assert roles.allows(step.name, "GetItem", [KEY]) == (asks or makes)
    assert roles.allows(step.name, "Query", [RING]) == makes
    for pk in (KEY, RING):
        assert all(roles.allows(step.name, action, [pk]) == makes for action in WRITES)


def test_the_authoriser_notes_uses_and_writes_nothing_else(roles: Roles, step: Step) -> None:
    """What it may write lies in a room of its own: it can make no key, and bring none back."""
    asks = isinstance(step.on, Authoriser)
    assert all(roles.allows(step.name, action, [USE]) == asks for action in WRITES)
    if asks:
        for pk in (KEY, RING, "ORDER#1", "SHOPS", "NEW"):
            assert not any(roles.allows(step.name, action, [pk]) for action in WRITES)
            assert not roles.allows(step.name, "PutItem", [USE, pk])


STRANGERS = (
    KEY, RING, USE, "RANGE#RE", "PAYMENT#T-1", "ENDPOINTS", "DEADLETTERS", "SEALS", "NEW",
    "CHANGES#product#PRODUCT#A",
)  # fmt: skip
BY_STAGE = {
    "billing": (KEY, RING, USE, "ENDPOINTS", "DEADLETTERS", "SEALS", "NEW"),
    "payments": (KEY, RING, USE, "ENDPOINTS", "DEADLETTERS", "SEALS", "NEW"),
    "notices": (KEY, RING, USE, "RANGE#RE", "PAYMENT#T-1", "DEADLETTERS", "SEALS", "NEW"),
    "returns": (KEY, RING, USE, "PAYMENT#T-1", "ENDPOINTS", "DEADLETTERS", "SEALS", "NEW"),
    "records": (KEY, RING, USE, "RANGE#RE", "NEW"),
    "master": ("ORDER#1", "DOCUMENT#1", "STOCK#A", "RANGE#RE", "ENDPOINTS", "SEALS", "NEW"),
}
"""Keys that no step of a stage has anything to do with: STRANGERS where it names none."""


def test_every_step_names_its_rooms(roles: Roles, step: Step) -> None:
    assert bool(step.reads) == ("table:read" in step.may)
    assert bool(step.writes) == ("table:write" in step.may)
    readers = {"master/try_rules": {"ORDER#1"}}
    strangers = BY_STAGE.get(step.stage, STRANGERS)
    for stranger in {*strangers, *(("STOCK#A",) if step in PUBLIC else ())}:
        if stranger not in readers.get(step.name, ()):
            assert not any(roles.allows(step.name, action, [stranger]) for action in ACTIONS)


def test_a_step_with_a_queue_notes_why_it_failed(roles: Roles, step: Step) -> None:
    if isinstance(step.on, Queue) and "table:write" in step.may:
        assert roles.allows(step.name, "GetItem", [FAILURE])
        assert roles.allows(step.name, "UpdateItem", [FAILURE])


def test_a_role_fits_its_quota(template: Template, step: Step) -> None:
    said = json.dumps(template.may(step), separators=(",", ":"))
    assert len(said) < LONGEST_POLICY


@pytest.mark.parametrize("step", WORKING, ids=lambda step: step.name)
def test_no_step_of_an_order_changes_master_data(roles: Roles, step: Step) -> None:
    """But for the customer whose VAT id was checked."""
    mine = {"CUSTOMER#x"} if "vat_checks" in step.writes else set()
    rooms: tuple[Room, ...] = ("catalogue", "carriers", "prices")
    for pk in {pattern.replace("*", "x") for pattern in patterns(rooms)} - mine:
        assert not any(roles.allows(step.name, action, [pk]) for action in WRITES)


def test_the_key_of_links_is_made_where_links_are() -> None:
    makers = {step.name for step in JOURNEY if "secrets:links:make" in step.may}
    assert makers == {"orders/confirm_order", "notices/tell_customer"}
    readers = {step.name for step in JOURNEY if "secrets:links" in step.may}
    assert readers == {s.name for s in PUBLIC if any("{token}" in route for route in _routes(s))}


def test_carriers_secrets_are_kept_and_read_where_they_are_needed() -> None:
    assert [s.name for s in JOURNEY if "secrets:carriers" in s.may] == ["fulfilment/hear_carrier"]
    assert [s.name for s in JOURNEY if "secrets:carriers:keep" in s.may] == ["master/keep_carriers"]


def test_what_signs_for_endpoints_is_kept_by_one_step_and_read_by_those_that_call_them() -> None:
    callers = ["notices/tell_subscriber", "notices/serve_line", "notices/try_webhook"]
    assert [s.name for s in JOURNEY if "secrets:webhooks" in s.may] == callers
    assert [s.name for s in JOURNEY if "secrets:webhooks:keep" in s.may] == [
        "notices/keep_webhooks"
    ]


def _routes(step: Step) -> tuple[str, ...]:
    assert isinstance(step.on, Http)
    return step.on.routes


def test_one_strange_key_among_many_is_refused(roles: Roles) -> None:
    page = "screening/ask_address"
    assert roles.allows(page, "BatchGetItem", ["ORDER#1", "SHOP#1"])
    assert not roles.allows(page, "BatchGetItem", ["ORDER#1", KEY])
    assert not roles.allows("orders/read_order", "BatchGetItem", ["ORDER#1", KEY])
    with pytest.raises(NotGranted, match="ask_address may not GetItem CLIENT#"):
        roles.judge(page, "GetItem", f'{{"Key": {{"pk": {{"S": "{KEY}"}}}}}}')


def test_rooms_hold_keys_that_there_are() -> None:
    known = "".join(Path(str(each.__file__)).read_text() for each in (keys, return_keys, indexes))
    found = (keys.found_by(kind, "shop", "x", "").pk for kind in ("email", "statement"))
    logs = {keys.event("webhook/x", 1).pk, *found}
    for pattern in patterns(ROOMS):
        named = re.sub(r"^CHANGES#\w+#", "CHANGES#", pattern.rstrip("*"))
        listed = f'"{named.removesuffix("#")}"' in known  # lists of master data lie in parts
        there = listed or re.search(rf'"{re.escape(named)}', known)
        assert there or any(pk.startswith(named) for pk in logs), pattern
