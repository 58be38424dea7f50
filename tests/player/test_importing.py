"""The import of CSV files: every refused line is named, and everything else is taken."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import running
from local.importing import command
from local.importing.columns import KINDS
from local.importing.reading import Record, Unreadable, read
from tests.world.merchant import Merchant

Import = Callable[..., tuple[int, list[str]]]


@pytest.fixture
def importing(
    merchant: Merchant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Import:
    """`importing("products", text)`: the exit code, and the lines that were written."""

    def answer(request: httpx.Request) -> httpx.Response:
        route = f"POST {request.url.path}"
        key = request.headers["Authorization"].removeprefix("Bearer ")
        query = dict(request.url.params)
        said = merchant.world.call(route, key, json.loads(request.content), query=query)
        return httpx.Response(said.status, json=said.body)

    client = httpx.Client

    def mocked(**given: Any) -> httpx.Client:
        return client(transport=httpx.MockTransport(answer), **given)

    monkeypatch.setattr(httpx, "Client", mocked)

    def run(kind: str, text: str | bytes, **more: str) -> tuple[int, list[str]]:
        file = tmp_path / "file.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        words = [kind, str(file), "--url", "http://api", "--key", merchant.clerk]
        for name, value in more.items():
            words += [f"--{name}", value]
        capsys.readouterr()
        code = command.run(parser.parse_args(words))
        printed = capsys.readouterr()
        lines = [*printed.out.splitlines(), *printed.err.splitlines()]
        return code, [line for line in lines if not line.startswith("{")]

    return run


def test_refused_lines_are_named_and_the_others_taken(
    importing: Import, merchant: Merchant
) -> None:
    code, said = importing(
        "products",
        "sku,name_de,weight_g,gtin,list_price\n"
        'TASSE,"Tasse, blau",310,4006381333931,"12,90"\n'
        "TELLER,Teller,schwer,,\n"
        "GABEL,Gabel,40,4006381333932,\n"
        "\n"
        "LOEFFEL,Löffel\n"
        ",Messer,,,\n",
    )
    assert code == 1
    assert said[0] == "line 3: weight_g: 'schwer' is no whole number"
    assert said[1].startswith("line 4: GABEL: gtin: ")
    assert said[2:] == [
        "line 6: has 2 cells, the header 5",
        "line 7: sku is empty",
        "products: 1 stored, 0 unchanged, 4 refused",
    ]
    stored = merchant.do("GET /v1/products/{sku}", merchant.clerk, sku="TASSE")
    assert (stored["name"]["de"], stored["list_price"]) == ("Tasse, blau", "12.90")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_delimiters_and_line_ends_as_spreadsheets_write_them(
    tmp_path: Path, mark: str, delimiter: str, end: str
) -> None:
    rows = [["sku", "name_de", "kind"], ["A", "Löwe", "stock"], ["B", '"zwei\nZeilen"', ""]]
    file = tmp_path / "file.csv"
    file.write_bytes((mark + end.join(delimiter.join(row) for row in rows)).encode())
    found = read(file, KINDS["products"])
    assert found.refused == []
    assert [record.values["sku"] for record in found.records] == ["A", "B"]
    assert found.records[0].values["name"] == {"de": "Löwe"}
    assert found.records[1].lines == [3]


def test_wrong_columns_are_named_and_nothing_is_sent(importing: Import) -> None:
    code, said = importing("products", "sku,title,weight,sku\nA,x,1,A\n")
    assert code == 1
    assert said[0] == "wrong columns: unknown: title, weight; missing: name_de; twice: sku"
    assert "weight_g" in said[1]


@pytest.mark.parametrize(
    "content", [b"", b"sku,name_de\nA,\xe4\n", b'sku,name_de\nA,"open\n', b"\x00\n"]
)
def test_a_file_that_cannot_be_read_is_refused(importing: Import, content: bytes) -> None:
    code, said = importing("products", content)
    assert code == 1
    assert said


def test_of_lines_with_one_key_the_last_is_taken(importing: Import, merchant: Merchant) -> None:
    text = "sku,name_de\nA,eins\nB,zwei\nA,drei\n"
    assert importing("products", text) == (
        1,
        ["line 2: A is in line 4 too", "products: 2 stored, 0 unchanged, 1 refused"],
    )
    assert importing("products", "sku,name_de\nA,drei\nB,zwei\n") == (
        0,
        ["products: 0 stored, 2 unchanged, 0 refused"],
    )


def test_bundles_are_sent_after_what_they_are_made_of(importing: Import) -> None:
    text = "sku,name_de,kind,components\nSET,Set,bundle,A:2 RUCK-45:1\nA,eins,,\n"
    assert importing("products", text)[0] == 0


def test_prices_of_several_lines_make_one_record(importing: Import, merchant: Merchant) -> None:
    body = {"currency": "EUR", "price_mode": "net", "group": "clubs"}
    merchant.do("PUT /v1/price-lists/{list}", merchant.clerk, body, list="L")
    code, said = importing(
        "prices",
        "list;sku;from_quantity;unit_price\n"
        "L;RUCK-45;10;92,50\nL;RUCK-45;1;99,00\nL;ZELT-2;1;1.000,00\nL;NONE;1;5\n"
        "L;RUCK-45;10;91,00\n",
    )
    assert (code, said) == (
        1,
        [
            "line 4: unit_price: '1.000,00': write no separator of thousands",
            "line 5: L/NONE: There is no product NONE.",
            "line 6: L RUCK-45 10 is in line 2 too",
            "prices: 1 stored, 0 unchanged, 3 refused",
        ],
    )
    one = {"list": "L", "sku": "RUCK-45"}
    stored = merchant.do("GET /v1/price-lists/{list}/prices/{sku}", merchant.clerk, **one)
    assert [each["unit_price"] for each in stored["breaks"]] == ["99.00", "92.50"]


def test_customers_and_warehouses_are_taken_with_all_that_they_have(
    importing: Import, merchant: Merchant
) -> None:
    text = (
        "id,type,name,email,group,credit_limit,terms_days,partial_allowed,addresses\n"
        'C-1,B2B,Verein,v@verein.example,clubs,"5000,00",30,no,"[{""name"": ""V"", '
        '""line1"": ""Weg 1"", ""postal_code"": ""80331"", ""city"": ""M"", '
        '""country"": ""DE""}]"\n'
        "C-2,B2C,Erika,not an address,,,,,\n"
    )
    assert importing("customers", text) == (1, ["customers are a shop's: name it with --shop"])
    code, said = importing("customers", text, shop="berg-beutel")
    assert code == 1
    assert said[0].startswith("line 3: C-2: email: ")
    stored = merchant.do("GET /v1/customers/{customer}", merchant.shop, customer="C-1")
    assert (stored["credit_limit"], stored["terms"]["days"]) == ("5000.00", 30)
    assert (stored["partial_allowed"], len(stored["addresses"])) == (False, 1)
    places = (
        "id,name,address_name,line1,postal_code,city,country,region,cut_off,closures,capacity\n"
        "C,Lager C,Lager,Weg 1,80331,München,DE,BY,standard=15:00 express=17:00,2026-12-24,500\n"
    )
    assert importing("warehouses", places)[0] == 0
    place = merchant.do("GET /v1/warehouses/{warehouse}", merchant.clerk, warehouse="C")
    assert (place["region"], place["closures"]) == ("BY", ["2026-12-24"])
    assert place["cut_off"] == {"standard": "15:00", "express": "17:00"}


def test_a_key_that_may_not_write_stops_it(importing: Import, merchant: Merchant) -> None:
    code, said = importing("products", "sku,name_de\nA,eins\n", key=merchant.wms)
    assert code == 1
    assert "answers 403" in said[0]


def test_batches_keep_to_what_the_api_takes() -> None:
    small = [Record([n], {"sku": str(n)}) for n in range(2_500)]
    assert [len(batch) for batch in command.batches(small)] == [1_000, 1_000, 500]
    large = [Record([n], {"sku": "x" * 400_000}) for n in range(7)]
    assert [len(batch) for batch in command.batches(large)] == [3, 3, 1]


def test_without_a_system_or_a_key_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "find", lambda: None)
    monkeypatch.delenv("AUFTAKT_KEY", raising=False)
    given = argparse.Namespace(
        kind="products", file=tmp_path / "none.csv", url=None, key=None, shop=None
    )
    assert command.run(given) == 1
    assert "not running" in capsys.readouterr().err
    given.url = "https://api.example"
    assert command.run(given) == 1
    assert "--url needs --key" in capsys.readouterr().err
    given.key = "k"
    assert command.run(given) == 1
    assert "none.csv" in capsys.readouterr().err


def test_a_wrong_file_is_no_reading() -> None:
    with pytest.raises(Unreadable):
        read(Path("/nowhere.csv"), KINDS["products"])
