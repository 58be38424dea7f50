"""Keys of the API are made, listed, rotated and revoked, and none makes one that may more."""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from typing import Any, get_args

import pytest
from botocore.exceptions import EndpointConnectionError

from infra.edge import KEY_SECONDS
from local import keyring
from oms.core.refusals import NotNow
from oms_aws.master.keyring import faults
from oms_aws.platform import keys
from oms_aws.platform.clients import SCOPES, Caller, Role, digest
from tests.world.faults import Crash, Trap
from tests.world.merchant import Merchant
from tests.world.world import Answered, World

LIST, ADD, REVOKE = "GET /v1/keys", "POST /v1/keys", "DELETE /v1/keys/{api_key}"
ROTATE = "POST /v1/keys/{api_key}/rotations"
SHOPS = {"client": "berg", "role": "shop", "shop": "berg-beutel"}


def made(merchant: Merchant, **more: Any) -> Any:
    return merchant.do(ADD, merchant.admin, {**SHOPS, **more})


def test_command_makes_no_key_for_a_shop_that_is_not_on_record(
    merchant: Merchant, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = merchant.world.ports("master/keep_keys").keyring
    monkeypatch.setattr("local.keyring._cloud", lambda **_: None)
    monkeypatch.setattr("local.keyring.of", lambda _: ring)
    for given in (["nobody"], ["clara", "--role", "admin", "--shop", "no-such"]):
        before = len([*ring.listed()])
        assert keys_command("add", *given) == 1
        assert "There is no shop" in capsys.readouterr().err
        assert len([*ring.listed()]) == before
    assert keys_command("add", "web", "--shop", "berg-beutel") == 0


def keys_command(*given: str) -> int:
    parser = argparse.ArgumentParser()
    keyring.add_arguments(parser)
    return keyring.run(parser.parse_args(given))


def rotated(merchant: Merchant, id: str, **body: Any) -> Any:
    return merchant.do(ROTATE, merchant.admin, body, api_key=id)


def opens(merchant: Merchant, key: str) -> bool:
    return merchant.world.call("GET /v1/orders", key).status == 200


def listed(merchant: Merchant, id: str) -> Any:
    items = merchant.do(LIST, merchant.admin)["items"]
    return next(item for item in items if item["id"] == id)


def stored(world: World) -> str:
    return str([*world.items()])


def test_key_opens_what_its_role_may_and_is_nowhere_on_record(merchant: Merchant) -> None:
    new = made(merchant)
    assert opens(merchant, new["key"])
    assert new["key"] not in stored(merchant.world)
    assert new["key"] not in str(merchant.do(LIST, merchant.admin))
    assert listed(merchant, new["id"]).items() >= {
        "client": "berg", "role": "shop", "shop": "berg-beutel", "state": "active",
        "created_by": "admin:ada", "expires_at": None, "revoked_at": None,
    }.items()  # fmt: skip


def test_answer_with_a_key_is_kept_by_no_cache(merchant: Merchant) -> None:
    answer = merchant.world.call(ADD, merchant.admin, SHOPS)
    assert answer.headers["Cache-Control"] == "no-store"
    rotating = merchant.world.call(ROTATE, merchant.admin, {}, api_key=answer.body["id"])
    assert rotating.headers["Cache-Control"] == "no-store"


def test_revoked_key_opens_nothing_and_stays_on_record(merchant: Merchant) -> None:
    new = made(merchant)
    for _ in range(2):
        answer = merchant.world.call(REVOKE, merchant.admin, api_key=new["id"])
        assert answer.status == 204
    assert not opens(merchant, new["key"])
    seen = listed(merchant, new["id"])
    assert (seen["state"], seen["revoked_by"]) == ("revoked", "admin:ada")


def test_what_the_api_remembers_of_a_key_is_over_in_seconds() -> None:
    assert KEY_SECONDS <= 5


def test_expired_key_opens_nothing(merchant: Merchant) -> None:
    new = made(merchant, expires_in_days=2)
    merchant.world.pass_time(days=1, hours=23)
    assert opens(merchant, new["key"])
    merchant.world.pass_time(hours=2)
    assert not opens(merchant, new["key"])
    assert listed(merchant, new["id"])["state"] == "expired"


def test_rotated_key_works_beside_the_new_one_and_then_no_more(merchant: Merchant) -> None:
    old = made(merchant)
    new = rotated(merchant, old["id"], overlap_hours=3)
    assert new.items() >= SHOPS.items()
    assert (new["replaces"], listed(merchant, old["id"])["replaced_by"]) == (old["id"], new["id"])
    assert opens(merchant, old["key"])
    assert opens(merchant, new["key"])
    merchant.world.pass_time(hours=3)
    assert not opens(merchant, old["key"])
    assert opens(merchant, new["key"])


def test_key_rotated_without_overlap_is_over_at_once(merchant: Merchant) -> None:
    old = made(merchant)
    rotated(merchant, old["id"], overlap_hours=0)
    assert not opens(merchant, old["key"])


def test_rotation_lengthens_no_life(merchant: Merchant) -> None:
    """Neither of a key that expires earlier, nor by rotating again and again."""
    old = made(merchant, expires_in_days=1)
    rotated(merchant, old["id"], overlap_hours=72)
    rotated(merchant, old["id"], overlap_hours=72)
    assert listed(merchant, old["id"])["expires_at"] == old["expires_at"]


def test_new_key_lives_as_long_as_the_old_one_was_to(merchant: Merchant) -> None:
    old = made(merchant, expires_in_days=90)
    merchant.world.pass_time(days=80)
    new = rotated(merchant, old["id"])
    lives = datetime.fromisoformat(new["expires_at"]) - merchant.world.now()
    assert timedelta(days=89, hours=23) < lives <= timedelta(days=90)
    assert rotated(merchant, new["id"], expires_in_days=1)["expires_at"] < new["expires_at"]


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_key_that_is_over_is_not_rotated(merchant: Merchant, end: str) -> None:
    old = made(merchant, expires_in_days=1)
    if end == "revoked":
        merchant.world.call(REVOKE, merchant.admin, api_key=old["id"])
    else:
        merchant.world.pass_time(days=2)
    answer = merchant.world.call(ROTATE, merchant.admin, {}, api_key=old["id"])
    assert (answer.status, answer.body["title"]) == (409, "key over")


def test_last_use_is_seen_to_the_hour_and_written_once_an_hour(merchant: Merchant) -> None:
    world, new = merchant.world, made(merchant)
    assert listed(merchant, new["id"])["last_used_at"] is None
    began = world.now()
    for _ in range(3):
        assert opens(merchant, new["key"])
        world.pass_time(minutes=19)
    noted = datetime.fromisoformat(listed(merchant, new["id"])["last_used_at"])
    assert began <= noted < began + timedelta(seconds=1)
    world.pass_time(minutes=4)
    assert opens(merchant, new["key"])
    again = datetime.fromisoformat(listed(merchant, new["id"])["last_used_at"])
    assert again - noted >= timedelta(hours=1)


def test_use_is_noted_by_one_of_many_processes(merchant: Merchant) -> None:
    """Each begins without memory; the hour is in the table."""
    world, new = merchant.world, made(merchant)
    seen = set()
    for _ in range(3):
        world._ports.pop("master/authorise_client", None)
        assert opens(merchant, new["key"])
        seen.add(listed(merchant, new["id"])["last_used_at"])
        world.pass_time(minutes=10)
    assert len(seen) == 1


@pytest.mark.parametrize(
    "wrong", [NotNow("many at once"), EndpointConnectionError(endpoint_url="x")]
)
def test_use_that_cannot_be_noted_refuses_nobody(
    merchant: Merchant, monkeypatch: pytest.MonkeyPatch, wrong: Exception
) -> None:
    new = made(merchant)
    clients = merchant.world.ports("master/authorise_client").clients

    def write(*_: Any) -> None:
        raise wrong

    with monkeypatch.context() as patched:
        patched.setattr(clients._table, "write", write)
        assert opens(merchant, new["key"])
    assert listed(merchant, new["id"])["last_used_at"] is None
    assert opens(merchant, new["key"])
    assert listed(merchant, new["id"])["last_used_at"]


@pytest.mark.parametrize("call", range(1, 5))
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("route", [ADD, ROTATE, REVOKE])
def test_cut_off_at_any_call_list_and_lookup_agree(
    merchant: Merchant, route: str, call: int, after: bool
) -> None:
    old = made(merchant)
    merchant.world.traps.append(Trap("master/keep_keys", call, after))
    body = {ADD: SHOPS, ROTATE: {}}.get(route)
    path = {} if route == ADD else {"api_key": old["id"]}
    merchant.world.call(route, merchant.admin, body, **path)
    merchant.world.traps.clear()
    items = {item["pk"]: item for item in merchant.world.items()}
    ring = merchant.world.ports("master/keep_keys").keyring
    records = [*ring.listed()]
    assert {keys.client(each.digest).pk for each in records} == {
        pk for pk in items if pk.startswith("CLIENT#")
    }
    for each in records:
        found = items[keys.client(each.digest).pk]
        assert (found["id"], found["expires_at"], found["revoked_at"]) == (
            each.id, each.expires_at, each.revoked_at,
        )  # fmt: skip


def test_two_that_change_a_key_at_once_do_not_undo_each_other(merchant: Merchant) -> None:
    """Whoever read the key before it was revoked cannot bring it back by rotating it."""
    old = made(merchant)
    ring = merchant.world.ports("master/keep_keys").keyring
    seen = ring.get(old["id"])
    ring.revoke(old["id"], by="somebody")
    with pytest.raises(NotNow):
        ring._change(seen, expires_at="2030-01-01T00:00:00+00:00")
    assert not opens(merchant, old["key"])


def test_known_key_that_is_added_again_stays_revoked(world: World) -> None:
    ring = world.ports("master/keep_keys").keyring
    first = ring.add("berg", "shop", "berg-beutel", by="up", key="ak_kept")
    ring.revoke(first.record.id, by="somebody")
    again = ring.add("berg", "shop", "berg-beutel", by="up", key="ak_kept")
    assert (again.record.id, again.record.state(world.now())) == (first.record.id, "revoked")
    assert world.call("GET /v1/orders", "ak_kept").status == 403


def test_key_from_before_keys_were_listed_works_and_is_listed_when_added_again(
    world: World,
) -> None:
    old = {"kind": "client", "client": "berg", "role": "shop", "shop": "berg-beutel"}
    world.table.write([world.table.put(keys.client(digest("ak_old")), old)])
    assert world.call("GET /v1/orders", "ak_old").status == 200
    ring = world.ports("master/keep_keys").keyring
    assert [*ring.listed()] == []
    ring.add("berg", "shop", "berg-beutel", by="up", key="ak_old")
    assert [each.client for each in ring.listed()] == ["berg"]


def test_pages_lose_no_key_and_filters_hold(merchant: Merchant) -> None:
    ids = {made(merchant, client=f"c-{n % 2}")["id"] for n in range(7)}
    gone = sorted(ids)[0]
    merchant.world.call(REVOKE, merchant.admin, api_key=gone)
    found: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = merchant.world.call(LIST, merchant.admin, query=query).body
        found += [item["id"] for item in page["items"]]
        if page["cursor"] is None:
            break
        query["cursor"] = page["cursor"]
    assert found == sorted(set(found))
    assert ids <= set(found)
    own = merchant.world.call(LIST, merchant.admin, query={"client": "c-1", "limit": "100"}).body
    assert {item["client"] for item in own["items"]} == {"c-1"}
    over = merchant.world.call(LIST, merchant.admin, query={"key_state": "revoked"}).body
    assert [item["id"] for item in over["items"]] == [gone]
    assert merchant.world.call(LIST, merchant.admin, query={"key_state": "x"}).status == 422


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"role": "shop", "client": "x"}, 422, "request invalid"),
        ({"role": "approver", "client": "x", "shop": "berg-beutel"}, 422, "request invalid"),
        ({"role": "king", "client": "x"}, 422, "request invalid"),
        ({"role": "clerk", "client": "x/y/z"}, 422, "request invalid"),
        ({"role": "clerk", "client": ""}, 422, "request invalid"),
        ({"role": "clerk", "client": "x", "expires_in_days": 0}, 422, "request invalid"),
        ({"role": "clerk", "client": "x", "expires_in_days": "7"}, 422, "request invalid"),
        ({"role": "clerk", "client": "x", "expires_in_days": 10**9}, 422, "request invalid"),
        ({"role": "clerk", "client": "x", "key": "ak_mine"}, 422, "request invalid"),
        ({"role": "shop", "client": "x", "shop": "nowhere"}, 404, "shop unknown"),
    ],
)
def test_absurd_keys_are_refused(
    merchant: Merchant, body: dict[str, Any], status: int, reason: str
) -> None:
    before = merchant.do(LIST, merchant.admin)["items"]
    answer = merchant.world.call(ADD, merchant.admin, body)
    assert (answer.status, answer.body["title"]) == (status, reason)
    assert merchant.do(LIST, merchant.admin)["items"] == before


@pytest.mark.parametrize("hours", [-1, 721, "3", None, 1.5])
def test_absurd_overlap_is_refused(merchant: Merchant, hours: Any) -> None:
    old = made(merchant)
    answer = merchant.world.call(
        ROTATE, merchant.admin, {"overlap_hours": hours}, api_key=old["id"]
    )
    assert answer.status == 422


# -- rights -----------------------------------------------------------------------------------


def of_role(world: World, role: str) -> str:
    client = "C-1/P-1" if role == "approver" else "x"
    return world.add_client(client, role, "berg-beutel" if role in ("shop", "approver") else "")


@pytest.mark.parametrize("role", [role for role in SCOPES if role != "admin"])
def test_no_role_but_the_admins_reaches_keys(merchant: Merchant, role: str) -> None:
    world, id = merchant.world, made(merchant)["id"]
    key = of_role(world, role)
    answers: list[Answered] = [
        world.call(LIST, key),
        world.call(ADD, key, SHOPS),
        world.call(ROTATE, key, {}, api_key=id),
        world.call(REVOKE, key, api_key=id),
    ]
    assert [answer.status for answer in answers] == [403] * 4
    assert listed(merchant, id)["state"] == "active"


@pytest.mark.parametrize("maker", SCOPES)
@pytest.mark.parametrize("role", SCOPES)
@pytest.mark.parametrize("shops", [("", ""), ("", "a"), ("a", "a"), ("a", "b"), ("a", "")])
def test_no_key_gives_more_than_it_may(maker: str, role: str, shops: tuple[str, str]) -> None:
    own, given = shops
    caller = Caller("x", maker, own, frozenset(SCOPES[maker].split()))
    more = set(SCOPES[role].split()) - caller.scopes or (own and own != given)
    assert caller.may_give(role, given) == (not more)


def test_admin_of_one_shop_reaches_its_keys_alone(merchant: Merchant) -> None:
    world = merchant.world
    local = world.add_client("berta", "admin", "berg-beutel")
    own, other = made(merchant), made(merchant, shop="tal-tasche", client="tal")
    seen = {item["id"] for item in merchant.do(LIST, local)["items"]}
    assert own["id"] in seen
    assert other["id"] not in seen
    for route, body in ((ROTATE, {}), (REVOKE, None)):
        assert world.call(route, local, body, api_key=other["id"]).status == 404
    refused = [
        world.call(ADD, local, {**SHOPS, "shop": "tal-tasche"}),
        world.call(ADD, local, {"client": "x", "role": "clerk"}),
        world.call(ADD, local, {"client": "x", "role": "admin"}),
    ]
    assert [(each.status, each.body["title"]) for each in refused] == [(403, "rights exceeded")] * 3
    assert world.call(ADD, local, SHOPS).status == 201


def test_roles_are_those_that_have_scopes() -> None:
    assert set(get_args(Role)) == set(SCOPES)
    assert faults("x", "king", "")
    assert not faults("x", "admin", "")


def test_crash_of_the_authoriser_leaves_no_key_open(merchant: Merchant) -> None:
    new = made(merchant)
    merchant.world.call(REVOKE, merchant.admin, api_key=new["id"])
    merchant.world.traps.append(Trap("master/authorise_client", 1, after=True))
    with pytest.raises(Crash):
        merchant.world.invoke(
            "master/authorise_client", {"headers": {"authorization": f"Bearer {new['key']}"}}
        )
    assert not opens(merchant, new["key"])
