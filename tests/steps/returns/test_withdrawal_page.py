"""A consumer withdraws on a page of two steps, and has the receipt at once (§ 356a BGB)."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.world.merchant import Merchant
from tests.world.world import Answered, World

SHOP = {"shop": "berg-beutel"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
GERMAN = {"accept-language": "de-DE,de;q=0.9"}
SAID = {"name": "Ayşe Müller", "contract": "BB-1", "part": "", "email": "ayse@mueller.example"}


def sent(world: World, said: dict[str, str], **more: Any) -> Answered:
    headers, query = FORM | more.get("headers", GERMAN), SHOP | more.get("query", {})
    return world.call("POST /withdraw", "", urlencode(said), headers=headers, query=query)


def buttons(page: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r"<button[^>]*>([^<]*)</button>", page)]


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {name: html.unescape(value) for name, value in found}


def listed(merchant: Merchant) -> list[Any]:
    answer = merchant.world.call("GET /v1/withdrawals", merchant.shop)
    found: list[Any] = answer.body["items"]
    return found


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("de", "Vertrag widerrufen", "Widerruf bestätigen"),
        ("en", "withdraw from contract here", "confirm withdrawal"),
        ("fr", "renoncer au contrat ici", "confirmer la rétractation"),
        ("it", "recedere dal contratto qui", "conferma recesso"),
    ],
)
def test_the_steps_are_labelled_as_the_law_has_it(
    world: World, merchant: Merchant, language: str, first: str, second: str
) -> None:
    query = SHOP | {"lang": language}
    form = world.call("GET /withdraw", query=query)
    assert form.status == 200
    assert buttons(form.body) == [first]
    assert f'<html lang="{language}">' in form.body
    check = sent(world, {**SAID, "step": "check"}, query={"lang": language})
    assert buttons(check.body)[0] == second
    browser = world.call("GET /withdraw", query=SHOP, headers={"accept-language": language})
    assert buttons(browser.body) == [first]
    assert listed(merchant) == []


def test_only_the_three_data_are_asked_for_and_the_part(world: World, merchant: Merchant) -> None:
    page = world.call("GET /withdraw", query=SHOP).body
    assert re.findall(r'<(?:input|textarea)[^>]* name="([^"]*)"', page) == [
        "name", "contract", "part", "email",
    ]  # fmt: skip
    for name in ("name", "contract", "part", "email"):
        assert f'<label for="{name}">' in page
    assert "<script" not in page
    answer = world.call("GET /withdraw", query=SHOP)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self'" in policy
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_missing_is_asked_for_once_and_named(world: World, merchant: Merchant) -> None:
    answer = sent(world, {**SAID, "email": " ", "step": "check"})
    assert answer.status == 422
    assert '<a href="#email">' in answer.body
    assert 'aria-invalid="true" aria-describedby="email-fault email-hint"' in answer.body
    assert 'value="Ayşe Müller"' in answer.body
    assert listed(merchant) == []


def test_a_confirmed_form_is_stored_acknowledged_and_proved(
    world: World, merchant: Merchant
) -> None:
    merchant.count("A", RUCK_45=1)
    order = merchant.place(merchant.request(RUCK_45=1))
    check = sent(world, {**SAID, "step": "check"})
    done = sent(world, {**hidden(check.body), "step": "confirm"})
    assert done.status == 200
    assert "Ihr Widerruf ist eingegangen" in done.body
    (stored,) = listed(merchant)
    assert (stored["channel"], stored["order"], stored["language"]) == ("page", order, "de")
    assert stored["statement"] == {**SAID, "lines": {}}
    world.settle()
    (mail,) = [m for m in world.outside.mails if m.kind == "withdrawal_receipt"]
    assert mail.to == SAID["email"]
    for said in ("BB-1", "Ayşe Müller", "der ganze Vertrag", "23.11.2026, "):
        assert said in mail.text
    (stored,) = listed(merchant)
    assert stored["receipt"] == mail.id
    token = mail.text.partition("/withdrawal/")[2].split()[0]
    proof = world.call("GET /withdrawal/{token}", token=token, headers=GERMAN)
    (entry,) = world.ports("returns/read_withdrawals").withdrawals.log(stored["id"], limit=1)
    assert entry.hash in proof.body
    assert "Ayşe Müller" in proof.body
    assert world.broken() == []


def test_a_form_that_is_sent_twice_is_one_statement(world: World, merchant: Merchant) -> None:
    once = hidden(sent(world, {**SAID, "step": "check"}).body)
    pages = [sent(world, {**once, "step": "confirm"}).body for _ in range(2)]
    assert pages[0] == pages[1]
    assert len(listed(merchant)) == 1
    again = hidden(sent(world, {**SAID, "step": "check"}).body)
    sent(world, {**again, "step": "confirm"})
    assert len(listed(merchant)) == 2
    world.settle()
    assert len([m for m in world.outside.mails if m.kind == "withdrawal_receipt"]) == 2


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"name": "x" * 9_000, "contract": "y" * 9_000, "email": "z" * 9_000},
        {"name": "~p" + "0" * 32, "contract": "\x00\x07", "email": "nobody"},
        {"name": "<script>alert(1)</script>", "contract": "' OR 1=1", "email": "a@b"},
    ],
)
def test_whatever_is_confirmed_is_stored(
    world: World, merchant: Merchant, said: dict[str, str]
) -> None:
    done = sent(world, {**said, "step": "confirm"})
    assert done.status == 200
    assert "<script" not in done.body
    (stored,) = listed(merchant)
    assert stored["flags"]
    world.settle()
    assert world.broken() == []


def test_an_unusual_address_is_doubted_and_taken(world: World, merchant: Merchant) -> None:
    check = sent(world, {**SAID, "email": "ayse@mueller", "step": "check"})
    assert "sieht ungewöhnlich aus" in check.body
    assert sent(world, {**hidden(check.body), "step": "confirm"}).status == 200


def test_details_can_be_changed_before_they_are_confirmed(world: World, merchant: Merchant) -> None:
    edit = sent(world, {**SAID, "step": "edit"})
    assert edit.status == 200
    assert 'value="BB-1"' in edit.body


def test_the_page_tells_nobody_which_orders_there_are(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.place(merchant.request(RUCK_45=1))
    stranger = {**SAID, "email": "stranger@example.org", "step": "confirm", "once": "1"}
    known, unknown = (sent(world, {**stranger, "contract": c}).body for c in ("BB-1", "BB-9"))
    ids = r"wdr_[0-9a-f]{32}|\d\d:\d\d:\d\d|BB-\d"
    assert re.sub(ids, "", known) == re.sub(ids, "", unknown)


def test_a_shop_that_is_none_is_a_page(world: World, merchant: Merchant) -> None:
    for query in ({}, {"shop": "nobody"}, {"shop": "a/b"}):
        answer = world.call("GET /withdraw", query=query, headers=GERMAN)
        assert answer.status == 404
        assert "nicht bekannt" in answer.body


def test_what_could_not_be_stored_says_so(
    world: World, merchant: Merchant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("tests.world.functions.Clocked.withdrawals", property(broken))
    for step in list(world._ports):
        vars(world._ports[step]).pop("withdrawals", None)
    answer = sent(world, {**SAID, "step": "confirm"})
    assert answer.status == 500
    assert "noch nicht angekommen" in answer.body


def test_a_receipt_that_cannot_be_sent_is_a_clerks_task(world: World, merchant: Merchant) -> None:
    sent(world, {**SAID, "email": "", "step": "confirm"})
    world.settle()
    assert [m for m in world.outside.mails if m.kind == "withdrawal_receipt"] == []
    world.pass_time(hours=2)
    world.strike("records/raise_due")
    world.settle()
    (stored,) = listed(merchant)
    assert stored["unacknowledged_at"]
    assert world.broken() == []


def test_the_confirmation_of_an_order_leads_to_the_page(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    (mail,) = [m for m in world.outside.mails if m.kind == "order_received"]
    assert "Vertrag widerrufen: http" in mail.text
    assert "/withdraw?shop=berg-beutel" in mail.text
