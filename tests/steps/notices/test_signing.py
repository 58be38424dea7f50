"""What signs for an endpoint lies in the Parameter Store, and no crash leaves one without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from oms_aws.notices.signing import MOST_BEFORE
from oms_aws.notices.webhooks import ROTATION
from oms_aws.platform import wiring
from oms_aws.platform.secrets import KEPT_SECONDS, of_endpoint
from tests.steps.notices.test_subscribing import genuine
from tests.world.faults import Trap
from tests.world.merchant import Merchant
from tests.world.world import World

ONE = "/v1/webhooks/{endpoint}"
ROTATE, KEEP, TELL = f"POST {ONE}/secret", "notices/keep_webhooks", "notices/tell_subscriber"
URL = "http://127.0.0.1:9/hook"


def add(merchant: Merchant) -> dict[str, Any]:
    added: dict[str, Any] = merchant.do(
        "POST /v1/webhooks", merchant.shop, {"url": URL, "events": ["Order.Created"]}
    )
    return added


def parameter(id: str) -> Any:
    name = f"/auftakt/{of_endpoint(id)}"
    return wiring.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]


def told(world: World, merchant: Merchant) -> dict[str, Any]:
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    return world.subscriber.heard[-1]


def ends(merchant: Merchant, id: str) -> int:
    return merchant.world.call(f"DELETE {ONE}", merchant.shop, endpoint=id).status


@pytest.fixture
def reads(world: World) -> Iterator[list[str]]:
    """The parameters that the step which tells endpoints reads."""
    secrets = world.ports(TELL).secrets
    read, seen = secrets._read, []

    def reading(name: str) -> str | None:
        seen.append(name)
        return read(name)

    secrets._read = reading  # type: ignore[method-assign]
    yield seen
    secrets._read = read  # type: ignore[method-assign]


def test_secret_is_a_parameter_not_in_the_table_and_goes_with_its_endpoint(
    world: World, merchant: Merchant
) -> None:
    added = add(merchant)
    found = parameter(added["id"])
    assert found["Type"] == "SecureString"
    assert json.loads(found["Value"])["secret"] == added["secret"]
    everything = str([*world.items()])
    assert added["secret"] not in everything
    assert ends(merchant, added["id"]) == 204
    with pytest.raises(ClientError, match="ParameterNotFound"):
        parameter(added["id"])


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, 8))
def test_crash_in_a_rotation_leaves_what_signed_and_the_next_try_succeeds(
    world: World, merchant: Merchant, call: int, after: bool
) -> None:
    added = add(merchant)
    path = {"endpoint": added["id"]}
    world.traps.append(Trap(KEEP, call, after))
    answer = world.call(ROTATE, merchant.shop, **path)
    assert genuine(added["secret"], told(world, merchant))
    world.pass_time(seconds=ROTATION.total_seconds())
    if answer.status != 200:
        assert answer.status == 503
        answer = world.call(ROTATE, merchant.shop, **path)
    new = answer.body["secret"]
    sent = told(world, merchant)
    assert genuine(added["secret"], sent)
    assert genuine(new, sent)
    world.pass_time(hours=25)
    sent = told(world, merchant)
    assert not genuine(added["secret"], sent)
    assert genuine(new, sent)


def test_rotation_asked_again_takes_no_secret_away_and_ends_at_a_bound(
    world: World, merchant: Merchant
) -> None:
    added = add(merchant)
    known, path = [added["secret"]], {"endpoint": added["id"]}
    for _ in range(MOST_BEFORE):
        known.append(merchant.do(ROTATE, merchant.shop, **path)["secret"])
    sent = told(world, merchant)
    assert all(genuine(secret, sent) for secret in known)
    refused = world.call(ROTATE, merchant.shop, **path)
    assert (refused.status, refused.body["type"].rpartition(":")[2]) == (409, "rotated_too_often")
    assert genuine(known[-1], told(world, merchant))
    world.pass_time(hours=24)
    known.append(merchant.do(ROTATE, merchant.shop, **path)["secret"])
    sent = told(world, merchant)
    assert [genuine(secret, sent) for secret in known] == [False] * MOST_BEFORE + [True] * 2


def test_two_rotations_at_once_are_kept_apart(world: World, merchant: Merchant) -> None:
    added = add(merchant)
    with world.ports(KEEP).webhooks.rotating(added["id"]):
        assert world.call(ROTATE, merchant.shop, endpoint=added["id"]).status == 503
    assert world.call(ROTATE, merchant.shop, endpoint=added["id"]).status == 200


def test_deliveries_read_a_secret_once_in_minutes_and_a_new_one_signs_in_seconds(
    world: World, merchant: Merchant, reads: list[str]
) -> None:
    added = add(merchant)
    for _ in range(8):
        told(world, merchant)
    assert len(reads) == 1
    new = merchant.do(ROTATE, merchant.shop, endpoint=added["id"])["secret"]
    world.pass_time(seconds=6)
    assert genuine(new, told(world, merchant))
    world.pass_time(seconds=6)
    before = len(reads)
    for _ in range(8):
        told(world, merchant)
    assert len(reads) <= before + 1
    world.pass_time(seconds=KEPT_SECONDS)
    told(world, merchant)
    told(world, merchant)
    assert len(reads) <= before + 2


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, 7))
def test_crash_in_adding_leaves_no_endpoint_without_a_secret(
    world: World, merchant: Merchant, call: int, after: bool
) -> None:
    world.traps.append(Trap(KEEP, call, after))
    added = add(merchant)
    listed = merchant.do("GET /v1/webhooks", merchant.shop)["items"]
    assert added["id"] in {each["id"] for each in listed}
    for each in listed:
        assert parameter(each["id"])
    assert genuine(added["secret"], told(world, merchant))
    world.pass_time(seconds=ROTATION.total_seconds() + 1)
    add(merchant)
    listed = merchant.do("GET /v1/webhooks", merchant.shop)["items"]
    assert parameters() == {of_endpoint(each["id"]) for each in listed}, "none is an orphan"


def parameters() -> set[str]:
    """The names of all that signs for endpoints."""
    pages = wiring.client("ssm").get_paginator("get_parameters_by_path")
    found = pages.paginate(Path="/auftakt/webhooks")
    return {each["Name"].removeprefix("/auftakt/") for page in found for each in page["Parameters"]}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", range(1, 4))
def test_deletion_that_was_cut_off_is_done_by_the_next_try(
    world: World, merchant: Merchant, call: int, after: bool
) -> None:
    id = add(merchant)["id"]
    world.traps.append(Trap(KEEP, call, after))
    assert ends(merchant, id) == 204
    with pytest.raises(ClientError, match="ParameterNotFound"):
        parameter(id)
    assert world.call(f"GET {ONE}", merchant.shop, endpoint=id).status == 404
    for change in (f"PATCH {ONE}", ROTATE):
        body = {"description": "x"} if change.startswith("PATCH") else None
        assert world.call(change, merchant.shop, body, endpoint=id).status == 404
    assert ends(merchant, id) == 204
    assert world.call(f"DELETE {ONE}", merchant.other_shop, endpoint=id).status == 404


def test_endpoint_that_lost_its_secret_gets_nothing_unsigned_and_all_once_it_has_one(
    world: World, merchant: Merchant
) -> None:
    id = add(merchant)["id"]
    wiring.client("ssm").delete_parameter(Name=f"/auftakt/{of_endpoint(id)}")
    world.ports(KEEP).secrets._fresh.drop(of_endpoint(id))
    assert world.call(f"POST {ONE}/test", merchant.shop, endpoint=id).status == 503
    merchant.place(merchant.request(RUCK_45=1))
    world.settle_stream()
    assert world.subscriber.heard == []
    new = merchant.do(ROTATE, merchant.shop, endpoint=id)["secret"]
    world.settle()
    (sent,) = world.subscriber.heard
    assert genuine(new, sent)


def test_change_keeps_what_a_rotation_noted(world: World, merchant: Merchant) -> None:
    id = add(merchant)["id"]
    webhooks = world.ports(KEEP).webhooks
    merchant.do(ROTATE, merchant.shop, endpoint=id)
    rotated = webhooks.endpoint(id).rotated
    assert rotated
    merchant.do(f"PATCH {ONE}", merchant.shop, {"description": "x"}, endpoint=id)
    assert webhooks.endpoint(id).rotated == rotated
