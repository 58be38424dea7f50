"""What the documentation names is there: files, folders, steps and the pages that it links to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.journey import JOURNEY
from tests.house.pages import BLOCK
from tests.house.tree import ROOT, listed

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
STARTS = ("", "layers/domain/python/", "layers/aws/python/")
"""Where a path in a text may begin: `oms/…` and `oms_aws/…` are said without their layers."""

TOPS = {"bench", "docs", "functions", "infra", "layers", "local", "oms", "oms_aws", "tests"}
STAGES = {step.stage for step in JOURNEY}
STEPS = {step.name for step in JOURNEY}
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+)/?(?:::\w+)?`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def gone(text: str, page: Path) -> Iterator[str]:
    """Paths, steps and links of a page that lead nowhere, but for what it tells to make."""
    made = {name for _, name, _ in BLOCK.findall(text)}
    for name in PATH.findall(text):
        top = name.split("/")[0]
        there = any((ROOT / start / name).exists() for start in STARTS) or name in made
        if (top in STAGES and name not in STEPS) or (top in TOPS and not there):
            yield name
    yield from (link for link in LINK.findall(text) if not (page.parent / link).exists())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    found = [*gone(page.read_text(encoding="utf-8"), page)]
    assert not found, listed(found)


def test_what_is_gone_is_found() -> None:
    text = "`oms/nowhere.py`, `orders/no_such_step`, [this](nowhere.md), `oms_aws/platform/`"
    assert [*gone(text, PAGES[0])] == ["oms/nowhere.py", "orders/no_such_step", "nowhere.md"]
