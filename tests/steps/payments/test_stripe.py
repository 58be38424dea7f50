"""Stripe's answers, recorded, and what we make of them; its events, late, twice and forged."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from oms.core.refusals import NotNow
from oms.orders.balance import Source
from oms.orders.money_parts import Payment
from oms.payments.capturing import AuthorisationStatus, GiveBack, Take, Void
from oms_aws.payments.providers import Refused, stripe
from oms_aws.payments.providers.stripe import VERSION, Stripe
from oms_aws.platform import wiring
from oms_aws.platform.secrets import Misconfigured
from tests.world.faults import Trap
from tests.world.merchant import Merchant
from tests.world.stripe import (
    ENDPOINT_SECRET,
    FakeStripe,
    RecordedStripe,
    event,
    recorded,
    signature,
)
from tests.world.world import World

PAID = Payment("card", "authorised", Decimal("100.00"), "pi_3Rl9KAB3KTBdesMM0XTomcE8")
TAKE = Take("inv_1", Decimal("75.00"), False, "ord_1:capture:inv_1:0")
SOURCE = Source("stripe", "pi_1", Decimal(100), Decimal(0))
BACK = GiveBack("crn_1", Decimal("1.00"), SOURCE, "ord_1:refund:crn_1:0")
HOOK = "POST /v1/providers/stripe/webhook"


def at_stripe(*answers: str) -> tuple[Stripe, RecordedStripe]:
    told = RecordedStripe(*answers)
    return Stripe(lambda: "sk_test_1", send=told), told


def test_an_authorisation_is_understood() -> None:
    provider, told = at_stripe("authorised")
    assert provider.holding(PAID, "USD") == AuthorisationStatus(
        by="stripe",
        authorisation="pi_3Rl9KAB3KTBdesMM0XTomcE8",
        status="authorised",
        capturable=Decimal("100.00"),
        captured=Decimal("0.00"),
        reference="ch_3Rl9KAB3KTBdesMM0vtOak3k",
        several=False,
        until=datetime(2025, 7, 22, 13, 55, 14, tzinfo=UTC),
    )
    ((method, url, _, headers),) = told.asked
    assert (method, headers["stripe-version"]) == ("GET", VERSION)
    assert headers["authorization"] == "Bearer sk_test_1"
    assert "idempotency-key" not in headers
    assert url.endswith(f"/v1/payment_intents/{PAID.reference}?expand%5B%5D=latest_charge")


def test_a_part_is_captured_and_the_rest_let_go() -> None:
    provider, told = at_stripe("captured_part")
    holding = provider.capture(PAID, "USD", TAKE, "ord_1")
    assert holding.status == "captured"
    assert (holding.captured, holding.capturable) == (Decimal(75), Decimal(0))
    ((_, url, form, headers),) = told.asked
    assert url.endswith("/capture")
    assert form["amount_to_capture"] == "7500"
    assert form["final_capture"] == "false"
    assert headers["idempotency-key"] == TAKE.key
    last = Take("inv_1", Decimal("75.00"), True, "key")
    provider.capture(PAID, "USD", last, "ord_1")
    assert "final_capture" not in told.asked[1][2]


@pytest.mark.parametrize(
    ("name", "status"), [("cancelled", "ended"), ("no_payment_method", "declined")]
)
def test_what_cannot_be_captured_is_understood(name: str, status: str) -> None:
    assert at_stripe(name)[0].holding(PAID, "USD").status == status
    assert at_stripe("cancelled")[0].void(PAID, "USD", Void(Decimal(1), "k")).status == "ended"


def test_refunds_are_understood_without_those_that_failed() -> None:
    provider, told = at_stripe("refund")
    refund = provider.refund(BACK, "USD", "ord_1")
    assert (refund.reference, refund.amount) == ("re_1MoqxHLgUG5tbmjcYO7PFWn6", Decimal("1.00"))
    ((_, _, form, headers),) = told.asked
    assert form["metadata[document]"] == "crn_1"
    assert headers["idempotency-key"] == BACK.key
    (known,) = at_stripe("refunds")[0].refunds(SOURCE, "USD")
    assert known.reference == "re_1MoqxHLgUG5tbmjcYO7PFWn6"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("error_expired", "expired"),
        ("error_declined", "declined"),
        ("error_captured_already", "not_capturable"),
        ("error_missing", "unknown_authorisation"),
        ("error_theirs_again", "provider_error"),
    ],
)
def test_a_final_no_has_its_reason(name: str, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        at_stripe(name)[0].capture(PAID, "USD", TAKE, "ord_1")
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "name",
    ["error_busy", "error_many", "error_theirs", "error_other_parameters", "offline", "nonsense"],
)
def test_what_may_be_otherwise_later_is_tried_again(name: str) -> None:
    with pytest.raises(NotNow):
        at_stripe(name)[0].capture(PAID, "USD", TAKE, "ord_1")


def test_a_wrong_key_is_for_an_operator_to_mend() -> None:
    with pytest.raises(Misconfigured, match="Invalid API Key"):
        at_stripe("error_key")[0].holding(PAID, "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("12.34", "EUR", "1234"),
        ("1234", "JPY", "1234"),
        ("1234", "ISK", "123400"),
        ("12", "MGA", "12"),
        ("1.230", "KWD", "1230"),
    ],
)
def test_amounts_are_in_stripes_units(amount: str, currency: str, units: str) -> None:
    provider, told = at_stripe("refund")
    provider.refund(GiveBack("", Decimal(amount), SOURCE, "k"), currency, "ord_1")
    assert told.asked[0][2]["amount"] == units
    assert stripe.amount_of(int(units), currency) == Decimal(amount)


@pytest.mark.parametrize(("amount", "currency"), [("1.234", "KWD"), ("0.5", "MGA")])
def test_an_amount_that_stripe_cannot_move_is_refused(amount: str, currency: str) -> None:
    provider, told = at_stripe("refund")
    with pytest.raises(Refused, match="cannot move"):
        provider.refund(GiveBack("", Decimal(amount), SOURCE, "k"), currency, "ord_1")
    assert told.asked == []


def test_another_currency_is_refused() -> None:
    with pytest.raises(Refused, match="usd"):
        at_stripe("authorised")[0].holding(PAID, "EUR")


# -- whole orders ---------------------------------------------------------------------------------


@pytest.fixture
def at(world: World, monkeypatch: pytest.MonkeyPatch) -> FakeStripe:
    """The merchant's account at Stripe."""
    made = FakeStripe()
    monkeypatch.setattr(stripe, "_sent", made)
    secrets = {"secret-key": "sk_test_1", "webhook-secret": ENDPOINT_SECRET}
    for name, value in secrets.items():
        wiring.client("ssm").put_parameter(
            Name=f"/auftakt/stripe/{name}", Value=value, Type="SecureString"
        )
    return made


def shipped(merchant: Merchant, at: FakeStripe, id: str = "pi_1") -> str:
    """An order of 33.90 EUR that has left."""
    at.authorise(id, 3390)
    merchant.count("A", SOCKE_42=merchant.batches + 2)
    body = merchant.by_card(id, SOCKE_42=2)
    body["payment"]["provider"] = "stripe"
    order = merchant.place(body)
    merchant.world.settle()
    merchant.fulfil(order)
    merchant.world.settle()
    return order


def post(merchant: Merchant, type: str, about: dict[str, Any], **forged: Any) -> Any:
    raw, now = event(type, about), merchant.world.now().timestamp()
    header = signature(raw, forged.pop("at", now), **forged)
    return merchant.world.call(HOOK, "", raw, headers={"Stripe-Signature": header})


def test_an_order_is_captured_and_refunded_at_stripe(
    world: World, merchant: Merchant, at: FakeStripe
) -> None:
    id = shipped(merchant, at)
    assert at.intents["pi_1"]["amount_received"] == 3390
    invoice = merchant.order(id)["documents"][0]["id"]
    assert merchant.credit(id, invoice, "k", lines=[{"number": "1", "quantity": 1}]).status == 201
    world.settle()
    assert [refund["amount"] for refund in at.refunds] == [1450]
    order = merchant.order(id)
    assert order["refunds"][0]["reference"] == "re_1"
    assert order["refunds"][0]["document"] == order["documents"][1]["id"]


def test_what_happened_without_an_answer_happens_once(
    world: World, merchant: Merchant, at: FakeStripe
) -> None:
    at.dies = 2
    id = shipped(merchant, at)
    assert at.intents["pi_1"]["amount_received"] == 3390
    assert len(merchant.order(id)["captures"]) == 1
    assert merchant.order(id)["payment_failures"] == []


@pytest.mark.parametrize("step", ["payments/capture_payment", "payments/refund_payment"])
def test_a_process_that_dies_anywhere_moves_nothing_twice(
    world: World, merchant: Merchant, at: FakeStripe, step: str
) -> None:
    cut = 0
    for n, after in ((n, after) for n in itertools.count(1) for after in (False, True)):
        trap = Trap(step, n, after=after)
        world.traps = [trap]
        id = shipped(merchant, at, f"pi_{n}_{after}")
        document = merchant.order(id)["documents"][0]["id"]
        wanted = {"lines": [{"number": "1", "quantity": 1}]}
        assert merchant.credit(id, document, f"k-{n}-{after}", **wanted).status == 201
        world.settle()
        assert at.intents[f"pi_{n}_{after}"]["amount_received"] == 3390
        order = merchant.order(id)
        assert [each["amount"] for each in order["captures"]] == ["33.90"]
        assert [each["amount"] for each in order["refunds"]] == ["14.50"]
        if not trap.sprung:
            break
        cut += 1
    assert cut >= 6
    assert [refund["amount"] for refund in at.refunds] == [1450] * (cut + 1)


def test_an_unknown_authorisation_waits_for_a_clerk(
    world: World, merchant: Merchant, at: FakeStripe
) -> None:
    id = shipped(merchant, at)
    at.intents.clear()
    merchant.count("A", SOCKE_42=9)
    body = merchant.by_card("pi_2", SOCKE_42=1)
    body["payment"]["provider"] = "stripe"
    id = merchant.place(body)
    merchant.whole_life(id)
    (failure,) = merchant.order(id)["payment_failures"]
    assert failure["reason"] == "unknown_authorisation"


def test_a_refund_that_fails_later_is_open_again(
    world: World, merchant: Merchant, at: FakeStripe
) -> None:
    id = shipped(merchant, at)
    invoice = merchant.order(id)["documents"][0]["id"]
    assert merchant.credit(id, invoice, "k", lines=[{"number": "1", "quantity": 1}]).status == 201
    world.settle()
    failed = at.refunds[0] | {"status": "failed", "failure_reason": "expired_or_canceled_card"}
    for _ in range(2):
        assert post(merchant, "refund.failed", failed).body == {"order": id}
    at.refunds[0]["status"] = "failed"
    world.settle()
    order = merchant.order(id)
    assert order["refunds"] == []
    (failure,) = order["payment_failures"]
    assert failure["text"] == "expired_or_canceled_card"
    decided = {"decision": "retry", "reason": "another card"}
    route = "POST /v1/orders/{order}/payment-failures/{failure}"
    merchant.do(route, merchant.clerk, decided, order=id, failure=failure["id"])
    world.settle()
    assert [each["reference"] for each in merchant.order(id)["refunds"]] == ["re_2"]


def test_what_is_done_in_stripes_dashboard_is_put_on_record(
    world: World, merchant: Merchant, at: FakeStripe
) -> None:
    id = shipped(merchant, at)
    by_hand = recorded("refund") | {
        "id": "re_hand", "amount": 500, "currency": "eur", "payment_intent": "pi_1",
    }  # fmt: skip
    at.refunds.append(by_hand)
    charge = at.intents["pi_1"]["latest_charge"] | {"payment_intent": "pi_1"}
    assert post(merchant, "charge.refunded", charge).status == 200
    assert post(merchant, "refund.created", by_hand).status == 200
    (refund,) = merchant.order(id)["refunds"]
    assert (refund["amount"], refund["document"]) == ("5.00", "")


def test_an_authorisation_that_stripe_ends_is_put_on_record(
    world: World, merchant: Merchant, at: FakeStripe
) -> None:
    at.authorise("pi_1", 3390)
    body = merchant.by_card("pi_1", SOCKE_42=2)
    body["payment"]["provider"] = "stripe"
    id = merchant.place(body)
    world.settle()
    ended = at.intents["pi_1"] | {"status": "canceled", "amount_capturable": 0}
    at.intents["pi_1"] = ended
    assert post(merchant, "payment_intent.canceled", ended).status == 200
    assert merchant.order(id)["settlement"]["state"] == "voided"
    merchant.count("A", SOCKE_42=2)
    merchant.whole_life(id)
    (failure,) = merchant.order(id)["payment_failures"]
    assert failure["reason"] == "expired"


def test_a_dispute_waits_for_a_clerk(world: World, merchant: Merchant, at: FakeStripe) -> None:
    id = shipped(merchant, at)
    told = recorded("dispute") | {"payment_intent": "pi_1", "currency": "eur"}
    assert post(merchant, "charge.dispute.created", told).status == 200
    assert ("clerk", "payment_disputed") in [
        (each["party"], each["cause"]) for each in merchant.order(id)["waiting"]
    ]
    lost = told | {"status": "lost"}
    assert post(merchant, "charge.dispute.closed", lost).status == 200
    assert [each["status"] for each in merchant.order(id)["disputes"]] == ["lost"]


def test_only_stripe_is_heard(world: World, merchant: Merchant, at: FakeStripe) -> None:
    about = recorded("cancelled")
    assert post(merchant, "payment_intent.canceled", about, secret="whsec_x").status == 401
    late = world.now().timestamp() - 301
    assert post(merchant, "payment_intent.canceled", about, at=late).status == 401
    raw = event("payment_intent.canceled", about)
    for header in ("", "t=1", "v1=abc", "t=x,v1=abc"):
        headers = {"Stripe-Signature": header}
        assert world.call(HOOK, "", raw, headers=headers).status == 401
    assert post(merchant, "payment_intent.canceled", about).body == {"order": None}
    assert post(merchant, "customer.created", {"id": "cus_1"}).body == {"order": None}


def test_a_deployment_without_its_key_says_so(
    world: World, merchant: Merchant, at: FakeStripe
) -> None:
    for name in ("secret-key", "webhook-secret"):
        wiring.client("ssm").delete_parameter(Name=f"/auftakt/stripe/{name}")
    heard = post(merchant, "payment_intent.canceled", recorded("cancelled"))
    assert (heard.status, heard.body["title"]) == (503, "not set up")
    shipped(merchant, at)
    (letter,) = world.letters()
    assert "/auftakt/stripe/secret-key" in letter["reason"]
    assert at.intents["pi_1"]["amount_received"] == 0
