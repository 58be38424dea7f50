"""Names in any script are set in their letters, and no text breaks a document."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal

import pytest
from msgspec.structs import replace

from oms.billing.invoice import Sold
from oms_aws.papers.typesetting import typeset
from tests.steps.billing.test_typesetting import BUYER, LAYERS, invoice, pages, words


def test_other_scripts_are_set_and_what_no_font_has_is_printed_as_its_code() -> None:
    buyer = replace(BUYER, name="Ελένη Щукин שלום 李 😀")
    printed = words(typeset(invoice(buyer=buyer, ship_to=BUYER)))
    assert "Ελένη Щукин" in printed
    assert "李 [U+1F600]" in printed


@pytest.mark.parametrize(
    "text",
    [
        "a\u202eb\u202cc\u2066d\u2069",
        "\x00\x07\r\n\t\ud800",
        "\ufeff\u200b\u200d\u200c\ufe0f",
        "b\u20dd \u0611\u0613 \u0f71\u0f72 \u0dcf",
        "🏳️‍🌈👨‍👩‍👧👍🏽",
        "\uffff\U0010ffff\ue000",
        "W" * 5000,
        " ".join(map(chr, range(0x300, 0xB00))),
    ],
)
def test_no_text_breaks_the_document(text: str) -> None:
    goods = (Sold("1", "SKU", f"Ware {text}", 1, Decimal(10), "standard"),)
    buyer = replace(BUYER, name=f"Name {text}"[:300])
    printed = words(typeset(invoice(goods=goods, buyer=buyer, ship_to=BUYER)))
    assert "Rechnungsbetrag" in printed
    assert not {"\u202e", "\u202c", "\u2066", "\x00"} & set(printed)


SCRIPTS = {
    "Arabic": "محمد بن عبد الله",
    "Persian": "پژمان گل‌محمدی",
    "Hebrew": "יוסי כהן",
    "Chinese": "王小明 龍飛",
    "Japanese": "田中さくら タナカ",
    "Korean": "김민수",
    "Thai": "สมชาย ใจดี",
    "Devanagari": "देवी शर्मा",
    "Georgian": "დავით მაისურაძე",
    "Armenian": "Արամ Խաչատրյան",
    "Vietnamese": "Nguyễn Thị Hạnh",
    "Greek": "Ελένη Παπαδοπούλου",
    "Cyrillic": "Щукин Євген",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_names_are_set_in_their_letters_and_no_box_stands_for_one(script: str) -> None:
    buyer = replace(BUYER, name=SCRIPTS[script], line1=SCRIPTS[script])
    pdf = typeset(invoice(buyer=buyer, ship_to=BUYER))
    assert "[U+" not in words(pdf)
    assert "\ufffd" not in words(pdf)
    # A PDF/A cannot have the glyph .notdef: the compiler refuses that, and here it set the page.
    assert len(pages(pdf)) == 1


@pytest.mark.parametrize("script", ["Chinese", "Korean", "Greek", "Cyrillic", "Armenian"])
def test_such_names_can_be_searched_and_copied(script: str) -> None:
    buyer = replace(BUYER, name=SCRIPTS[script])
    printed = words(typeset(invoice(buyer=buyer, ship_to=BUYER)))
    assert SCRIPTS[script].replace(" ", "") in printed.replace(" ", "")


def test_fonts_of_other_scripts_are_not_loaded_for_plain_papers() -> None:
    script = (
        "import sys; from tests.world import papers;"
        "from oms_aws.papers.typesetting import typeset;"
        "typeset(papers.plain()); sys.exit('paper_fonts' in sys.modules)"
    )
    root = LAYERS.parent
    folders = [root, *(LAYERS / name / "python" for name in ("domain", "aws", "typesetting"))]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))}
    assert subprocess.run([sys.executable, "-c", script], env=environment).returncode == 0
