"""Whoever holds a link is answered in pages, whatever goes wrong, and nobody else learns of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from oms_aws.platform.links import PURPOSES, Purpose
from oms_aws.platform.pages import language_of
from tests.world.merchant import Merchant
from tests.world.opening import opened
from tests.world.world import Answered, World

PATHS = {path: purpose for purpose, (path, _) in PURPOSES.items()}
ROUTES = [
    *(f"GET /{path}/{{token}}" for path in PATHS),
    *(f"POST /{path}/{{token}}" for path in ("a", "w", "approve")),
]
GERMAN = {"accept-language": "de-DE,de;q=0.9,en;q=0.8"}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with opened() as made:
        yield made


@pytest.fixture(scope="module")
def merchant(world: World) -> Merchant:
    made = Merchant(world)
    made.count("A", RUCK_45=5)
    return made


@pytest.fixture(scope="module")
def order(merchant: Merchant) -> str:
    return merchant.place(merchant.request(RUCK_45=1))


def made(world: World, purpose: Purpose, subject: str) -> str:
    links = world.ports("notices/tell_customer").links
    return links.link(purpose, subject, at=world.now()).rpartition("/")[2]


def subject(purpose: Purpose, order: str) -> str:
    """What a link of the purpose is about, of an order."""
    return {"approval": f"{order}.1.approver", "address": f"{order}.hold_1"}.get(purpose, order)


def ask(world: World, route: str, token: str, headers: dict[str, str] | None = None) -> Answered:
    return world.call(route, "", headers=headers or {}, token=token)


def is_private_page(answer: Answered, language: str) -> None:
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'<html lang="{language}">' in answer.body
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("route", ROUTES)
def test_no_link_says_no_in_json(world: World, order: str, route: str) -> None:
    purpose = PATHS[route.split("/")[1]]
    unknown = made(world, purpose, subject(purpose, "ord_0"))
    for token in ("x", "²", f"{order}.1.x", unknown, unknown[:-1], "a" * 3000):
        for headers, language in ((GERMAN, "de"), ({}, "en")):
            answer = ask(world, route, token, headers)
            assert answer.status == 404
            is_private_page(answer, language)


@pytest.mark.parametrize("route", ROUTES)
def test_an_expired_link_says_so_in_a_page(world: World, order: str, route: str) -> None:
    links = world.ports("notices/tell_customer").links
    purpose = PATHS[route.split("/")[1]]
    late = world.now() - PURPOSES[purpose][1] * 2
    answer = ask(world, route, links.link(purpose, order, at=late).rpartition("/")[2], GERMAN)
    assert answer.status == 410
    assert "abgelaufen" in answer.body
    is_private_page(answer, "de")


@pytest.mark.parametrize("route", ROUTES)
def test_what_breaks_is_told_in_a_page(
    world: World, order: str, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("a bug")

    purpose = PATHS[route.split("/")[1]]
    token = made(world, purpose, subject(purpose, order))
    for name in ("orders", "documents", "withdrawals"):
        monkeypatch.setattr(f"tests.world.functions.Clocked.{name}", property(broken))
        for step in list(world._ports):
            vars(world._ports[step]).pop(name, None)
    answer = ask(world, route, token, GERMAN)
    assert answer.status == 500
    assert "Auf unserer Seite" in answer.body
    is_private_page(answer, "de")


def test_an_opened_paper_is_kept_nowhere_and_names_no_link(world: World, order: str) -> None:
    opened_paper = ask(world, "GET /o/{token}", made(world, "confirmation", order))
    assert opened_paper.status == 302
    assert opened_paper.headers["Cache-Control"] == "no-store"
    assert opened_paper.headers["Referrer-Policy"] == "no-referrer"


def test_a_document_on_its_way_says_so_in_the_language_of_its_customer(
    world: World, merchant: Merchant
) -> None:
    order = merchant.place(merchant.request(RUCK_45=1))
    world.settle()
    merchant.fulfil(order)
    world.settle_only("billing/line_up_shipments", "billing/issue_invoice")
    (document,) = merchant.order(order)["documents"]
    answer = ask(world, "GET /d/{token}", made(world, "document", document["id"]))
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert "Ihr Dokument wird gerade erstellt" in answer.body
    is_private_page(answer, "de")


@pytest.mark.parametrize("route", ROUTES)
def test_no_log_holds_a_token(
    world: World, order: str, route: str, capsys: pytest.CaptureFixture[str]
) -> None:
    purpose = PATHS[route.split("/")[1]]
    token = made(world, purpose, subject(purpose, order))
    ask(world, route, token)
    ask(world, route, token[:-1])
    printed = capsys.readouterr()
    assert token.rpartition(".")[2][:-1] not in printed.out + printed.err


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("DE-at", "de"),
        ("en,de", "en"),
        ("de,en", "de"),
        ("en;q=0.5,de;q=0.9", "de"),
        ("de;q=0.1,en", "en"),
        ("de;q=0", "en"),
        ("fr,sv-SE", "en"),
        ("x-klingon-den, nde", "en"),
        ("de;q=²,en;q=0.1", "en"),
        ("de;q=1.0,en;q=1.0", "de"),
    ],
)
def test_the_browser_s_wish_is_heard(asked: str, language: str) -> None:
    assert language_of({"headers": {"Accept-Language": asked}}) == language


def test_links_are_of_every_purpose(world: World) -> None:
    assert sorted(PATHS) == ["a", "approve", "d", "o", "w", "withdrawal"]
