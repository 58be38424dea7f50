"""A paper wears what its shop has on the day of its issue, and says what the shop says."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from oms.billing.stationery import dressed
from oms.master.letterhead import (
    PAYMENT_PLACES,
    PLACES,
    Letterhead,
    Logo,
    Wording,
    filled,
    place_fault,
)
from oms.master.shop import Shop
from tests.world import papers

SHOP = Shop(id="s", name="S", seller=papers.SELLER, support_email="s@example.org")
PAPER = papers.plain()


def said(kind: str = "invoice", language: str = "de", **words: object) -> Shop:
    return replace(SHOP, texts={kind: {language: Wording(**words)}})  # type: ignore[arg-type]


def test_a_shop_without_a_letterhead_changes_nothing() -> None:
    assert dressed(PAPER, SHOP) == PAPER


def test_the_letterhead_is_part_of_the_paper() -> None:
    worn = Letterhead(colour="#aa0000", logo=Logo("0" * 64, "svg"))
    assert dressed(PAPER, replace(SHOP, letterhead=worn)).letterhead == worn


def test_texts_name_what_they_are_about() -> None:
    shop = said(intro="Guten Tag {name}, {order}:", closing="Zu {number}.")
    made = dressed(PAPER, shop)
    assert (made.intro, made.closing) == ("Guten Tag Jörg Müller, BB-10001:", "Zu RE-2026-000001.")


def test_texts_of_a_kind_go_before_those_of_all_kinds() -> None:
    shop = replace(
        SHOP,
        texts={
            "*": {"de": Wording(intro="Alle", closing="Ende")},
            "invoice": {"de": Wording(intro="Diese")},
        },
    )
    made = dressed(PAPER, shop)
    assert (made.intro, made.closing) == ("Diese", "Ende")
    assert dressed(replace(PAPER, locale="en"), shop).intro is None


def test_a_credit_note_does_not_inherit_the_words_of_its_invoice() -> None:
    note = replace(PAPER, kind="credit_note", intro="Danke für den Kauf", payment="Wird erstattet")
    made = dressed(note, said("invoice", intro="Danke", payment={"*": "Zahlen Sie"}))
    assert (made.intro, made.payment) == (None, "Wird erstattet")


def test_words_on_the_payment_go_by_its_method() -> None:
    words = {"paypal": "Bezahlt, danke.", "*": "Bitte bis {due_on}, {discount_percent} % früh"}
    shop = said(payment=words)
    assert dressed(replace(PAPER, method="paypal"), shop).payment == "Bezahlt, danke"
    assert dressed(PAPER, shop).payment == "Bitte bis 07.12.2026, 2,5 % früh"


def test_words_that_name_what_the_paper_lacks_are_left_out() -> None:
    bare = replace(PAPER, terms=None, payment="Zahlbar sofort")
    assert dressed(bare, said(payment={"*": "Bitte bis {due_on}"})).payment == "Zahlbar sofort"
    assert filled("{due_on}", {}) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{number} {order}", None),
        ("{due_on}", "{due_on} is unknown"),
        ("{number.__class__}", "{number.__class__} is unknown"),
        ("{", "a brace is not closed"),
        ("{{number}}", "a brace is not closed"),
    ],
)
def test_a_text_is_told_what_is_wrong_with_its_braces(text: str, fault: str | None) -> None:
    found = place_fault(text, PLACES)
    assert (found is None) if fault is None else str(found).startswith(fault)
    assert place_fault("{due_on}", PAYMENT_PLACES) is None
