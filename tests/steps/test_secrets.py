"""Secrets lie in the Parameter Store and nowhere else, and a changed one is soon the only one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from oms_aws.platform import wiring
from oms_aws.platform.links import LinkInvalid
from oms_aws.platform.secrets import KEPT_SECONDS, LINKS, of_carrier
from tests.world.faults import Crash, Trap
from tests.world.merchant import Merchant
from tests.world.warehouses import SECRET
from tests.world.world import World

PATH = "/auftakt/"
SCAN = "POST /v1/carriers/{carrier}/webhook"


def parameter(name: str) -> Any:
    found = wiring.client("ssm").get_parameter(Name=PATH + name, WithDecryption=True)
    return found["Parameter"]


def put(name: str, value: str) -> None:
    wiring.client("ssm").put_parameter(
        Name=PATH + name, Value=value, Type="SecureString", Overwrite=True
    )


def link(world: World) -> str:
    made = world.ports("notices/tell_customer").links.link("document", "inv_1", at=world.now())
    return made.rpartition("/")[2]


def opens(world: World, token: str) -> bool:
    try:
        links = world.ports("billing/show_document").links
        return links.subject("document", token, at=world.now()) == "inv_1"
    except LinkInvalid:
        return False


def scanned(merchant: Merchant, secret: str) -> int:
    """The status of a scan of a parcel that nobody knows: 404 when its signature is believed."""
    body = {
        "tracking_number": "T-none",
        "status": "delivered",
        "occurred_at": merchant.world.now().isoformat(),
    }
    return merchant.signed(json.dumps(body), secret=secret).status


def keep(merchant: Merchant, secret: str) -> None:
    merchant.do("PUT /v1/carriers/{carrier}", merchant.clerk, {"secret": secret}, carrier="dhl")


def test_secrets_are_encrypted_and_not_in_the_table(merchant: Merchant) -> None:
    token = link(merchant.world)
    assert opens(merchant.world, token)
    key, carrier = parameter(LINKS), parameter(of_carrier("dhl"))
    assert (key["Type"], carrier["Type"]) == ("SecureString", "SecureString")
    assert carrier["Value"] == SECRET
    everything = str([*merchant.world.items()])
    assert key["Value"] not in everything
    assert SECRET not in everything


def test_two_that_make_the_key_of_links_at_once_have_one(world: World) -> None:
    """Both have seen that there is none; one is too late, and takes what there is."""
    first, second = (
        world.ports(step).secrets for step in ("notices/tell_customer", "orders/confirm_order")
    )
    assert first.find(LINKS) is None
    assert second.find(LINKS) is None
    assert first.make(LINKS, "aa") == "aa"
    assert second.make(LINKS, "bb") == "aa"


def test_opening_a_link_makes_no_key(world: World) -> None:
    assert not opens(world, "inv_1.1795442531.AAAAAAAAAAAAAAAAAAAAAAAA")
    with pytest.raises(ClientError, match="ParameterNotFound"):
        parameter(LINKS)


def test_key_of_links_is_rotated_without_a_dead_link(world: World) -> None:
    old = link(world)
    before = parameter(LINKS)["Value"]
    put(LINKS, f"{'ab' * 32},{before}")
    world.pass_time(seconds=KEPT_SECONDS)
    new = link(world)
    assert new != old
    assert opens(world, old)
    assert opens(world, new)
    put(LINKS, "ab" * 32)
    world.pass_time(seconds=KEPT_SECONDS)
    assert not opens(world, old)
    assert opens(world, new)


def test_link_of_a_key_that_a_page_has_not_seen_yet_opens(world: World) -> None:
    """Who signs may know of a new key minutes before who opens."""
    assert opens(world, link(world))
    put(LINKS, f"{'cd' * 32},{parameter(LINKS)['Value']}")
    world._ports.pop("notices/tell_customer")
    world.pass_time(seconds=6)
    assert opens(world, link(world))


def test_new_secret_of_a_carrier_counts_at_once_and_the_old_one_soon_no_more(
    merchant: Merchant,
) -> None:
    assert scanned(merchant, SECRET) == 404
    merchant.world.pass_time(seconds=6)
    keep(merchant, "a-new-secret-of-the-carrier")
    assert scanned(merchant, "a-new-secret-of-the-carrier") == 404
    assert scanned(merchant, SECRET) == 401


def test_old_secret_of_a_carrier_is_over_in_minutes(merchant: Merchant) -> None:
    assert scanned(merchant, SECRET) == 404
    keep(merchant, "a-new-secret-of-the-carrier")
    merchant.world.pass_time(seconds=KEPT_SECONDS)
    assert scanned(merchant, SECRET) == 401


def test_forger_makes_us_read_secrets_once_in_five_seconds(merchant: Merchant) -> None:
    world = merchant.world
    secrets = world.ports("fulfilment/hear_carrier").secrets
    read, reads = secrets._read, []

    def reading(name: str) -> str | None:
        reads.append(name)
        return read(name)

    secrets._read = reading  # type: ignore[method-assign]
    for _ in range(20):
        assert scanned(merchant, "guessed-guessed-guessed") == 401
        world.pass_time(seconds=1)
    assert len(reads) <= 5


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("call", [1, 2])
def test_carrier_whose_storing_was_cut_off_is_stored_by_the_next_try(
    merchant: Merchant, call: int, after: bool
) -> None:
    merchant.world.traps.append(Trap("master/keep_carriers", call, after))
    keep(merchant, "a-new-secret-of-the-carrier")
    assert scanned(merchant, "a-new-secret-of-the-carrier") == 404


def test_secret_of_an_odd_id_has_a_name_of_its_own(merchant: Merchant) -> None:
    names = {of_carrier(id) for id in ("a b", "a_b", "a+b", "a_20b", "a.b", "a-b")}
    assert len(names) == 6
    body = {"secret": "a-secret-of-an-odd-one"}
    merchant.do("PUT /v1/carriers/{carrier}", merchant.clerk, body, carrier="a _b+c")
    assert parameter(of_carrier("a _b+c"))["Value"] == "a-secret-of-an-odd-one"


def test_crash_between_secret_and_record_leaves_no_carrier_without_secret(
    merchant: Merchant,
) -> None:
    merchant.world.traps.append(Trap("master/keep_carriers", 1, after=True))
    event = {
        "routeKey": "PUT /v1/carriers/{carrier}",
        "requestContext": {
            "requestId": "r",
            "authorizer": {"lambda": {"role": "clerk", "scopes": "carriers:write"}},
        },
        "pathParameters": {"carrier": "new"},
        "body": json.dumps({"secret": "a-secret-of-a-new-one"}),
    }
    with pytest.raises(Crash):
        merchant.world.invoke("master/keep_carriers", event)
    assert merchant.signed("{}", carrier="new").status in (404, 422)
