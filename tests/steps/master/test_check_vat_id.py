"""VAT ids are checked with VIES, the proof is kept, and no answer is no answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from oms.master.account import VatCheck
from oms.master.vat_checks import good_until, is_good
from oms_aws.master import vies
from oms_aws.master.vies import Vies
from oms_aws.platform.example_values import ACCOUNT
from tests.world.merchant import Merchant
from tests.world.vies import RecordedVies
from tests.world.world import Answered, World

CHECK, GET = "POST /v1/customers/{customer}/vat-check", "GET /v1/customers/{customer}"
ID = "ATU57477929"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> RecordedVies:
    recorded = RecordedVies()
    monkeypatch.setattr(vies, "_post", recorded)
    return recorded


def check(world: World, key: str, customer: str = "C-1", /, **body: Any) -> Answered:
    return world.call(CHECK, key, body, customer=customer)


def customer(world: World, key: str, vat_id: str | None = ID) -> None:
    body = {**ACCOUNT, "vat_id": vat_id}
    assert world.call("PUT /v1/customers/{customer}", key, body, customer="C-1").status == 200


@pytest.mark.parametrize(
    ("answer", "outcome", "fault"),
    [
        ("valid", "valid", ""),
        ("valid_undisclosed", "valid", ""),
        ("valid_without_requester", "valid", ""),
        ("invalid", "invalid", ""),
        ("invalid_input", "invalid", "INVALID_INPUT"),
        ("user_error", "unreachable", "MS_UNAVAILABLE"),
        ("member_state_unavailable", "unreachable", "MS_UNAVAILABLE"),
        ("too_many", "unreachable", "MS_MAX_CONCURRENT_REQ"),
        ("requester_unknown", "unreachable", "INVALID_REQUESTER_INFO"),
        ("offline", "unreachable", "ConnectionRefusedError"),
        ("nonsense", "unreachable", "JSONDecodeError"),
    ],
)
def test_a_recorded_answer_is_understood(answer: str, outcome: str, fault: str) -> None:
    recorded = RecordedVies(answer)
    told = Vies("https://vies.example", recorded).ask(ID, "DE136695976")
    assert (told.outcome, told.fault) == (outcome, fault)
    assert recorded.asked == [
        {
            "countryCode": "AT",
            "vatNumber": "U57477929",
            "requesterMemberStateCode": "DE",
            "requesterNumber": "136695976",
        }
    ]


def test_what_a_state_does_not_disclose_is_nothing() -> None:
    told = Vies("https://vies.example", RecordedVies("valid_undisclosed")).ask(ID, None)
    assert (told.name, told.consultation) == (None, "WAPIAAAAZq1xZ0aB")


def test_the_proof_is_kept_on_the_account(
    world: World, merchant: Merchant, said: RecordedVies
) -> None:
    customer(world, merchant.shop)
    answer = check(world, merchant.shop).body
    assert (answer["outcome"], answer["check"]["consultation"]) == ("valid", "WAPIAAAAZq1xYt9k")
    kept = world.call(GET, merchant.shop, customer="C-1").body["vat_check"]
    assert kept == answer["check"]
    assert (kept["source"], kept["name"]) == ("vies", "Alpenverein Sektion Tal")


def test_an_id_that_cannot_be_one_is_refused_before_vies_is_asked(
    world: World, merchant: Merchant, said: RecordedVies
) -> None:
    assert check(world, merchant.shop, vat_id="ATU57477928").status == 422
    assert check(world, merchant.shop).body["errors"] == [{"field": "vat_id", "reason": "missing"}]
    assert said.asked == []


def test_no_answer_is_none_and_overwrites_nothing(
    world: World, merchant: Merchant, said: RecordedVies
) -> None:
    customer(world, merchant.shop)
    check(world, merchant.shop)
    said.answer = "member_state_unavailable"
    answer = check(world, merchant.shop).body
    assert (answer["outcome"], answer["fault"], answer["check"]) == (
        "unreachable",
        "MS_UNAVAILABLE",
        None,
    )
    kept = world.call(GET, merchant.shop, customer="C-1").body["vat_check"]
    assert kept["valid"] is True


def test_what_the_tax_office_said_is_put_on_record_by_hand(
    world: World, merchant: Merchant, said: RecordedVies
) -> None:
    entry = {"vat_id": ID, "valid": True, "consultation": "BZSt-4711"}
    assert check(world, merchant.shop, **entry).body["errors"] == [
        {"field": "name", "reason": "missing"}
    ]
    answer = check(world, merchant.shop, **entry, name="Verein").body
    assert (answer["check"]["source"], answer["check"]["consultation"]) == ("manual", "BZSt-4711")
    assert said.asked == []


def test_a_shop_sees_the_checks_of_its_own_customers_only(
    world: World, merchant: Merchant, said: RecordedVies
) -> None:
    customer(world, merchant.shop)
    assert check(world, merchant.other_shop).status == 422
    assert world.call(CHECK, merchant.wms, {}, customer="C-1").status == 403


def test_a_check_is_good_for_a_while() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    valid = VatCheck(vat_id=ID, valid=True, checked_at=at, source="vies")
    assert good_until(valid, 30) == datetime(2026, 12, 1, tzinfo=UTC)
    assert is_good(valid, ID, "", 30, at=datetime(2026, 12, 1, tzinfo=UTC))
    assert not is_good(valid, ID, "", 30, at=datetime(2026, 12, 1, 0, 1, tzinfo=UTC))
    assert not is_good(valid, "FR40303265045", "", 30, at=at)
    refused = VatCheck(vat_id=ID, valid=False, checked_at=at, source="vies")
    assert good_until(refused, 30) == datetime(2026, 11, 2, tzinfo=UTC)
    guessed = VatCheck(vat_id=ID, valid=True, checked_at=at, source="format")
    assert not is_good(guessed, ID, "", 30, at=at)


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("Müller & Söhne GmbH", True),
        ("MÜLLER  &  SÖHNE  GMBH", True),
        ("Müller + Söhne G.m.b.H.", True),
        ("Müller & Söhne KG", False),
        ("", False),
    ],
)
def test_what_a_person_entered_holds_for_its_name_alone(name: str, good: bool) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    entered = VatCheck(
        vat_id=ID, valid=True, checked_at=at, source="manual", name="Müller & Söhne GmbH"
    )
    assert is_good(entered, ID, name, 30, at=at) is good
    assert not is_good(replace(entered, name=None), ID, name, 30, at=at)


def test_another_name_is_asked_for_again(
    world: World, merchant: Merchant, said: RecordedVies
) -> None:
    customer(world, merchant.shop)
    check(world, merchant.shop, valid=True)
    oms = world.ports("billing/issue_invoice")
    shop = oms.catalogue.shop("berg-beutel")
    name = str(ACCOUNT.get("company") or ACCOUNT["name"])
    known = oms.vat_checks.of(shop, "C-1", ID, name).check
    assert known
    assert (known.source, said.asked) == ("manual", [])
    other = oms.vat_checks.of(shop, "C-2", ID, "Jemand anderes").check
    assert other
    assert (other.source, len(said.asked)) == ("vies", 1)
    again = oms.vat_checks.of(shop, "C-2", ID, name).check
    assert again
    assert again.source == "manual"
    body = {**ACCOUNT, "vat_id": ID, "company": None, "name": "Neuer Name"}
    answer = world.call("PUT /v1/customers/{customer}", merchant.shop, body, customer="C-1")
    assert answer.body.get("vat_check") is None
