"""Files of UCI Online Retail: what is clean, and why the rest is not."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from local.player import retail
from local.player.retail import Dirty, Document, Row, WrongForm
from local.player.sums import sum_of

HEADER = ",".join(retail.COLUMNS)
CLEAN = "536527,22809,SET OF 6 T-LIGHTS,6,2010-12-01 13:04:00,2.95,12662.0,Germany"
SHARED = Path(__file__).resolve().parents[3] / "shared/data/uci-online-retail/dach.csv"


def written(folder: Path, *lines: str, header: str = HEADER, encoding: str = "utf-8") -> Path:
    file = folder / f"{len(list(folder.iterdir()))}.csv"
    file.write_bytes(("\r\n".join((header, *lines)) + "\r\n").encode(encoding))
    return file


def reasons(file: Path) -> list[str]:
    return [row.reason if isinstance(row, Dirty) else "clean" for row in retail.rows([file])]


def played(*files: Path, limit: int | None = None) -> list[Document | Dirty]:
    found = retail.survey(retail.rows(files, limit))
    return list(retail.documents(retail.rows(files, limit), found.sizes))


def test_clean_row_is_read_whole(tmp_path: Path) -> None:
    (row,) = retail.rows([written(tmp_path, CLEAN)])
    assert isinstance(row, Row)
    assert (row.document, row.sku, row.quantity) == ("536527", "22809", 6)
    assert (row.unit_price, row.customer, row.country) == (Decimal("2.95"), "12662", "DE")
    assert row.at.isoformat() == "2010-12-01T13:04:00+00:00"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("1,2,x,6,2010-12-01 13:04:00,2.95,1", "malformed_row"),
        ("1,2,x,6,2010-12-01 13:04:00,2.95,1,Germany,more", "malformed_row"),
        (",22809,x,6,2010-12-01 13:04:00,2.95,1,Germany", "missing_invoice_number"),
        ("1,,x,6,2010-12-01 13:04:00,2.95,1,Germany", "missing_stock_code"),
        ("1,22809,x,,2010-12-01 13:04:00,2.95,1,Germany", "no_quantity"),
        ("1,22809,x,0,2010-12-01 13:04:00,2.95,1,Germany", "no_quantity"),
        ("1,22809,x,six,2010-12-01 13:04:00,2.95,1,Germany", "malformed_quantity"),
        ("1,22809,x,1.5,2010-12-01 13:04:00,2.95,1,Germany", "malformed_quantity"),
        ("1,22809,x,1e999999,2010-12-01 13:04:00,2.95,1,Germany", "malformed_quantity"),
        ("1,22809,x,1000001,2010-12-01 13:04:00,2.95,1,Germany", "quantity_too_large"),
        ("1,22809,x,-6,2010-12-01 13:04:00,2.95,1,Germany", "negative_quantity_without_c"),
        ("C1,22809,x,6,2010-12-01 13:04:00,2.95,1,Germany", "positive_quantity_with_c"),
        ("1,22809,x,6,2010-12-01 13:04:00,,1,Germany", "no_price"),
        ("1,22809,x,6,2010-12-01 13:04:00,nan,1,Germany", "malformed_price"),
        ("1,22809,x,6,2010-12-01 13:04:00,0.0,1,Germany", "price_not_positive"),
        ("1,22809,x,6,2010-12-01 13:04:00,-11062.06,1,Germany", "price_not_positive"),
        ("1,22809,x,6,2010-12-01 13:04:00,0.001,1,Germany", "price_not_in_cents"),
        ("1,22809,x,6,yesterday,2.95,1,Germany", "malformed_date"),
        ("1,22809,x,6,2010-12-01 13:04:00,2.95,1,Unspecified", "unknown_country"),
        ("1,M,Manual,1,2010-12-01 13:04:00,2.95,1,Germany", "charge_not_goods"),
        ("1,BANK CHARGES,x,1,2010-12-01 13:04:00,15,1,Germany", "charge_not_goods"),
        ("1,gift_0001_20,x,1,2010-12-01 13:04:00,16.67,1,Germany", "charge_not_goods"),
    ],
)
def test_dirty_row_is_refused_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    assert reasons(written(tmp_path, row, CLEAN)) == [reason, "clean"]


def test_date_of_the_original_file_is_month_first(tmp_path: Path) -> None:
    (row,) = retail.rows(
        [written(tmp_path, CLEAN.replace("2010-12-01 13:04:00", "6/13/2011 8:26"))]
    )
    assert isinstance(row, Row)
    assert row.at.isoformat() == "2011-06-13T08:26:00+01:00"


def test_missing_customer_is_a_guest(tmp_path: Path) -> None:
    (row,) = retail.rows([written(tmp_path, CLEAN.replace("12662.0", ""))])
    assert isinstance(row, Row)
    assert row.customer is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_encoding_is_found_out(tmp_path: Path, encoding: str) -> None:
    file = written(tmp_path, CLEAN.replace("SET OF 6", "CRÈME BRÛLÉE"), encoding=encoding)
    (row,) = retail.rows([file])
    assert isinstance(row, Row)
    assert row.name == "CRÈME BRÛLÉE T-LIGHTS"


def test_columns_may_stand_in_another_order(tmp_path: Path) -> None:
    header = ",".join(reversed(retail.COLUMNS))
    file = written(tmp_path, ",".join(reversed(CLEAN.split(","))), header=header)
    assert reasons(file) == ["clean"]


def test_file_with_other_columns_is_an_error_that_names_them(tmp_path: Path) -> None:
    file = written(tmp_path, "1,2", header="order,StockCode")
    with pytest.raises(WrongForm, match="InvoiceNo, Description"):
        list(retail.rows([file]))


def test_empty_file_is_an_error(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    with pytest.raises(WrongForm):
        list(retail.rows([empty]))


def test_unclosed_quote_costs_only_its_own_row(tmp_path: Path) -> None:
    broken = CLEAN.replace("SET", '"SET')
    assert reasons(written(tmp_path, broken, CLEAN, CLEAN)) == ["malformed_row", "clean", "clean"]


def test_quoted_description_may_hold_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    (row,) = retail.rows(
        [written(tmp_path, CLEAN.replace("SET", '"SET, ""BIG""\n').replace("LIGHTS", 'LIGHTS"'))]
    )
    assert isinstance(row, Row)
    assert row.name == 'SET, "BIG" OF 6 T-LIGHTS'


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    assert reasons(written(tmp_path, "", CLEAN, "", "")) == ["clean"]


def test_interleaved_rows_come_together_in_their_documents(tmp_path: Path) -> None:
    other = CLEAN.replace("536527", "536528")
    first, second = played(written(tmp_path, CLEAN, other, CLEAN, other, other))
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert [len(first.rows), len(second.rows)] == [2, 3]


def test_same_article_on_several_lines_stays_several_lines(tmp_path: Path) -> None:
    (document,) = played(written(tmp_path, CLEAN, CLEAN))
    assert isinstance(document, Document)
    assert [row.sku for row in document.goods] == ["22809", "22809"]


def test_document_in_two_files_is_played_once(tmp_path: Path) -> None:
    files = written(tmp_path, CLEAN), written(tmp_path, CLEAN, CLEAN)
    document, *rest = played(*files)
    assert isinstance(document, Document)
    assert [row.reason for row in rest if isinstance(row, Dirty)] == [
        "document_in_earlier_file"
    ] * 2


def test_limit_counts_documents_and_keeps_them_whole(tmp_path: Path) -> None:
    other = CLEAN.replace("536527", "536528")
    (document,) = played(written(tmp_path, CLEAN, other, CLEAN), limit=1)
    assert isinstance(document, Document)
    assert len(document.rows) == 2


def test_carriage_belongs_to_its_order_but_is_no_article(tmp_path: Path) -> None:
    file = written(tmp_path, CLEAN, CLEAN.replace("22809", "POST"))
    found = retail.survey(retail.rows([file]))
    (document,) = played(file)
    assert isinstance(document, Document)
    assert [row.sku for row in document.carriage] == ["POST"]
    assert found.demand == {"22809": 6}


def test_a_file_is_added_up_from_its_cells_whatever_they_hold(tmp_path: Path) -> None:
    back = CLEAN.replace("536527", "C1").replace(",6,", ",-2,")
    broken = CLEAN.replace(",6,", ",1e999999,")
    file = written(
        tmp_path, CLEAN, back, broken, "1,2,x,six,2010-12-01 13:04:00,nan,1,Germany", "1"
    )
    assert sum_of([file]) == Decimal("11.80")
    assert sum_of([file], limit=1) == Decimal("17.70")


@pytest.mark.skipif(not SHARED.exists(), reason="the real data are not here")
def test_every_real_row_is_in_a_document_or_refused() -> None:
    found = played(SHARED)
    refused = Counter(row.reason for row in found if isinstance(row, Dirty))
    clean = sum(len(document.rows) for document in found if isinstance(document, Document))
    assert clean + refused.total() == 11_898
    assert refused == {"charge_not_goods": 16, "price_not_positive": 2}
