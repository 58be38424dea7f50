"""An auditor's tables with the authorities' own grammar, or as they were."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from local.export import replace_grammar
from oms.records import audit, gdpdu


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    index = gdpdu.index(
        audit.TABLES,
        seller="Berg&Beutel",
        location="87435 Kempten",
        since=date(2026, 11, 1),
        until=date(2026, 11, 30),
    )
    made = tmp_path / "Z3.zip"
    with zipfile.ZipFile(made, "w") as whole:
        whole.writestr("index.xml", index)
        whole.writestr(gdpdu.DTD_NAME, gdpdu.DTD)
        whole.writestr("belege.csv", "RE-1;")
    return made


def contents(archive: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(archive) as whole:
        return {name: whole.read(name) for name in whole.namelist()}


def test_the_authorities_file_takes_the_place_of_ours(archive: Path, tmp_path: Path) -> None:
    before, official = contents(archive), tmp_path / "official.dtd"
    official.write_text(gdpdu.DTD + "<!-- as published -->\n")
    replace_grammar(archive, official)
    after = contents(archive)
    assert after[gdpdu.DTD_NAME] == official.read_bytes()
    assert after == {**before, gdpdu.DTD_NAME: official.read_bytes()}
    assert [each.name for each in tmp_path.glob("*.part")] == []


@pytest.mark.parametrize(
    "grammar", ["no grammar", "<!ELEMENT DataSet (Version)><!ELEMENT Version (#PCDATA)>", ""]
)
def test_a_file_that_does_not_fit_changes_nothing(
    archive: Path, tmp_path: Path, grammar: str
) -> None:
    before, official = contents(archive), tmp_path / "official.dtd"
    official.write_text(grammar)
    with pytest.raises(SystemExit):
        replace_grammar(archive, official)
    assert contents(archive) == before


def test_a_file_that_is_not_there_changes_nothing(archive: Path, tmp_path: Path) -> None:
    before = contents(archive)
    with pytest.raises(SystemExit):
        replace_grammar(archive, tmp_path / "none.dtd")
    assert contents(archive) == before
