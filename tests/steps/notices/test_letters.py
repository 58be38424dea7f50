"""Mails say what happened in the customer's language, and nothing in them is more than text."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms_aws.notices.keeper_letters import EndpointPaused, EndpointResumed
from oms_aws.notices.letter_parts import Item, ShippedParcel, WaitingItem
from oms_aws.notices.letters import Facts, Kind, compose
from oms_aws.notices.money_letters import (
    CollectiveIssued,
    PaymentOverdue,
)
from oms_aws.notices.order_letters import (
    AddressWanted,
    HoldEscalated,
)
from oms_aws.notices.parcel_letters import ParcelAstray
from oms_aws.notices.withdrawal_letters import WithdrawalReceipt
from oms_aws.platform.rendering import TEMPLATES
from tests.world.letters import (
    ALL,
    APPROVAL,
    AWAITED,
    CANCELLED,
    DECIDED,
    DEPOSIT,
    EXCEEDED,
    FINAL,
    ITEMS,
    NOT_TAKEN,
    PAUSED,
    RECEIVED,
    SHIPPED,
    SHOP,
    WANTED,
)

LOCALES: tuple[Literal["de", "en"], ...] = ("de", "en")


class Reader(HTMLParser):
    """The tags, links and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kind", "facts"), ALL)
def test_html_and_text_say_the_same_facts(
    kind: Kind, facts: Facts, locale: Literal["de", "en"]
) -> None:
    letter = compose(kind, facts, locale)
    for version in (letter.text, Reader(letter.html).text):
        assert "Jörg Müller" in version
        assert ("01.11.2026" if kind == "collective_issued" else "BB-10001") in version
        assert ("RE-2026-000042" if kind == "collective_issued" else "Rucksack 45 l") in version
        assert "service@berg-beutel.example" in version
    assert f'<html lang="{locale}">' in letter.html


def test_a_final_invoice_asks_for_no_money_that_is_not_due() -> None:
    asked, billed = (compose("invoice_issued", facts, "en") for facts in (DEPOSIT, FINAL))
    assert asked.subject == "Deposit on your order BB-10001 at Berg&Beutel"
    assert "Please transfer the amount by 07.12.2026" in asked.text
    assert "IBAN: " in asked.text
    assert billed.subject == "Invoice for your order BB-10001 at Berg&Beutel"
    assert "transfer" not in billed.text


def test_an_order_received_shows_lines_and_totals() -> None:
    german = compose("order_received", RECEIVED, "de")
    assert german.subject == "Ihre Bestellung BB-10001 bei Berg&Beutel"
    assert "259,80\u00a0€" in german.text
    assert "Gesamt inkl. USt.: 1.264,70\u00a0€" in german.text
    english = compose("order_received", replace(RECEIVED, price_mode="net"), "en")
    assert "Total excl. VAT: €1,264.70" in english.text


def test_a_cancellation_says_whether_it_is_the_whole_order() -> None:
    whole = compose("order_cancelled", CANCELLED, "de")
    partly = compose("order_cancelled", replace(CANCELLED, whole=False, reason="Defekt"), "de")
    assert "vollständig storniert" in whole.text
    assert "teilweise storniert" in partly.subject
    assert "Grund: Defekt" in partly.text
    assert "Grund" not in whole.text


def test_a_shipment_links_the_parcels_and_the_invoice_and_says_what_follows() -> None:
    letter = compose("parcel_shipped", SHIPPED, "de")
    assert letter.subject.startswith("Ein Teil Ihrer Bestellung")
    assert Reader(letter.html).links[:2] == [
        "https://track.example/?n=0034&l=de",
        "https://shop.example/d/token",
    ]
    assert "Folgt in einer weiteren Lieferung" in letter.text
    assert "Zelt" in letter.text


@pytest.mark.parametrize(
    ("how", "day", "german", "english"),
    [
        ("expected", "04.12.2026", "voraussichtlich am 04.12.2026", "expected to arrive on"),
        ("leaves", "04.12.2026", "verlässt das Lager bis 04.12.2026", "leaves our warehouse by"),
        ("promised", "04.12.2026", "zugesagt für den 04.12.2026", "promised for 04.12.2026"),
        ("promised", None, "der Termin steht noch nicht fest", "the date is not known yet"),
    ],
)
def test_each_line_that_follows_says_when(
    how: Any, day: str | None, german: str, english: str
) -> None:
    facts = replace(SHIPPED, following=(WaitingItem("Zelt", 3, "ZELT-2", day, how),))
    for locale, words in (("de", german), ("en", english)):
        letter = compose("parcel_shipped", facts, locale)  # type: ignore[arg-type]
        for body in (letter.text, Reader(letter.html).text):
            assert words in body.partition("Zelt")[2]
    assert "  3 x Zelt (Art.-Nr. ZELT-2): " in compose("parcel_shipped", facts, "de").text


def test_the_purchaser_learns_who_decided_and_why() -> None:
    yes = compose("approval_decided", DECIDED, "de")
    no = compose("approval_decided", replace(DECIDED, approved=False, reason="Zu teuer"), "en")
    assert yes.subject == "Ihre Bestellung BB-10001 bei Berg&Beutel ist freigegeben"
    assert "Erika Chefin hat Ihre Bestellung BB-10001 freigegeben" in yes.text
    assert "not been approved" in no.subject
    assert "Reason: Zu teuer" in no.text


def test_a_complete_shipment_promises_nothing_more() -> None:
    letter = compose("parcel_shipped", replace(SHIPPED, following=()), "en")
    assert letter.subject == "Your order BB-10001 at Berg&Beutel is on its way"
    assert "follow" not in letter.text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", 'https://a"b', "", None]
)
def test_an_address_that_is_not_of_the_web_is_no_link(url: str | None) -> None:
    parcels = (ShippedParcel("DHL", "0034", url),)
    letter = compose("parcel_shipped", replace(SHIPPED, parcels=parcels, invoice_url=url), "de")
    assert Reader(letter.html).links == ["mailto:service@berg-beutel.example"]
    assert "0034" in letter.text


hostile = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["<script>alert(1)</script>", "{{ 7*7 }}", "{0.__class__}", '" onload="x', "\r\nBcc: a@b.c"]
    ),
)


PLAIN = {kind: compose(kind, facts, "de") for kind, facts in ALL}


@pytest.mark.parametrize(("kind", "facts"), ALL)
@given(text=hostile)
@settings(max_examples=40)
def test_no_text_becomes_markup_header_or_template(kind: Kind, facts: Facts, text: str) -> None:
    numbered = "number" if isinstance(facts, CollectiveIssued) else "order_number"
    if isinstance(facts, EndpointPaused | EndpointResumed):
        numbered = "url"
    if isinstance(facts, WithdrawalReceipt):
        numbered = "contract"
    changes: dict[str, Any] = {
        "customer": text,
        numbered: text,
        "shop": replace(SHOP, name=text),
    }
    if isinstance(facts, CollectiveIssued):
        changes["since"] = text
    elif isinstance(facts, HoldEscalated | AddressWanted):
        changes["text"] = f"T{text}"
    elif isinstance(facts, EndpointPaused | EndpointResumed):
        changes["name"] = f"N{text}"
    elif isinstance(facts, ParcelAstray):
        changes["said"] = f"S{text}"
    elif isinstance(facts, PaymentOverdue):
        changes["number"] = f"N{text}"
    elif isinstance(facts, WithdrawalReceipt):
        changes["part"] = f"P{text}"
    else:
        first, *others = facts.items
        changed = {"description": text, "sku": f"S{text}"}
        changes["items"] = (replace(first, **changed), *others)
    letter = compose(kind, replace(facts, **changes), "de")
    assert Reader(letter.html).tags == Reader(PLAIN[kind].html).tags
    assert len(letter.text.split("\n")) == len(PLAIN[kind].text.split("\n"))
    assert len(letter.subject.splitlines()) == 1
    assert len(letter.subject) <= 150
    assert not any(ord(character) < 0x20 for character in letter.subject)


def test_a_template_in_a_name_is_not_run() -> None:
    letter = compose("order_received", replace(RECEIVED, customer="{{ 7*7 }} {0}"), "en")
    assert "Hello {{ 7*7 }} {0}," in letter.text


def test_a_long_order_is_cut_off_and_says_so() -> None:
    items = tuple(Item(f"Artikel {i}", 1) for i in range(2000))
    letter = compose("order_received", replace(RECEIVED, items=items), "de")
    assert "… und 1900 weitere Positionen" in letter.text
    assert len(letter.html) < 100_000


def test_facts_of_another_kind_are_refused() -> None:
    with pytest.raises(TypeError, match="order_received cannot be composed"):
        compose("order_received", SHIPPED, "de")


@pytest.mark.parametrize(("locale", "still"), [("de", "Weiterhin bestellt"), ("en", "Still on")])
def test_partly_cancelled_order_tells_what_is_still_on_order(
    locale: Literal["de", "en"], still: str
) -> None:
    facts = replace(CANCELLED, whole=False, remaining=ITEMS[1:])
    letter = compose("order_cancelled", facts, locale)
    for body in (letter.text, letter.html):
        before, _, after = body.partition(still)
        assert "Rucksack" in before
        assert "Zelt" in after


def test_a_wrong_address_links_the_page_to_correct_it() -> None:
    letter = compose("address_wanted", WANTED, "en")
    assert Reader(letter.html).links[0] == WANTED.url
    assert WANTED.url in letter.text
    assert "Please correct the address by 25.11.2026" in letter.text


def test_keeper_of_an_endpoint_learns_why_and_until_when() -> None:
    letter = compose("endpoint_paused", replace(PAUSED, name=""), "en")
    assert letter.subject == "Webhook paused: https://shop.example/BB-10001 (Berg&Beutel)"
    for said in ("last 5 calls", "HTTP 503", "since 2026-11-23 09:00", "on 2026-11-23 09:01"):
        assert said in letter.text
        assert said in letter.html
    assert "Description" not in letter.text


def test_only_of_a_failed_payment_the_customer_hears_why() -> None:
    plain = compose("order_refused", NOT_TAKEN, "en").text
    payment = compose("order_refused", replace(NOT_TAKEN, payment_failed=True), "en").text
    assert "payment" not in plain
    assert "The payment did not succeed" in payment


def test_who_pays_in_advance_learns_how_much_where_to_and_until_when() -> None:
    letter = compose("payment_awaited", AWAITED, "de")
    for said in ("164,70\u00a0€", "100,00\u00a0€", "DE89370400440532013000", "BB-10001"):
        assert said in letter.text
        assert said in letter.html
    reminder = compose("payment_awaited", replace(AWAITED, reminder=True), "en")
    assert reminder.subject.startswith("Reminder")


def test_credit_that_does_not_do_is_told_with_its_numbers() -> None:
    assert "500,00\u00a0€" in compose("credit_exceeded", EXCEEDED, "de").text
    none = compose("credit_exceeded", replace(EXCEEDED, limit=None, free=None), "en")
    assert "No credit has been agreed for €264.70" in none.text


def test_approver_gets_the_link_and_the_substitute_is_told_why() -> None:
    letter = compose("approval_needed", APPROVAL, "de")
    assert "https://shop.example/approve/token" in Reader(letter.html).links
    assert "in Vertretung" in letter.text
    assert "Kostenstelle: Jugend" in letter.text


@pytest.mark.parametrize("folder", ["letters", "pages"])
def test_no_word_stands_twice(folder: str) -> None:
    """JSON takes the last one of a name: two letters would share it, and one say nonsense."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        assert sorted(set(names)) == sorted(names)
        return dict(pairs)

    text = (TEMPLATES / folder / "words.json").read_text(encoding="utf-8")
    found = json.loads(text, object_pairs_hook=once)
    assert found["de"].keys() == found["en"].keys()
