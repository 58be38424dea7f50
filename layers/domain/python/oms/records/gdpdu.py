"""Z3 data access: vouchers as tables with the `index.xml` that an auditor's software reads."""

from __future__ import annotations

import csv as comma_separated
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from xml.sax.saxutils import escape

from msgspec import Struct

DTD_NAME = "gdpdu-01-09-2004.dtd"
DTD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!ELEMENT DataSet (Version, DataSupplier?, Command*, Media+, Command*)>
<!ELEMENT Version (#PCDATA)>
<!ELEMENT DataSupplier (Name, Location, Comment)>
<!ELEMENT Name (#PCDATA)>
<!ELEMENT Location (#PCDATA)>
<!ELEMENT Comment (#PCDATA)>
<!ELEMENT Command (#PCDATA)>
<!ELEMENT Media (Name, Command*, Table+, Command*, AcceptNotice?)>
<!ELEMENT AcceptNotice (#PCDATA)>
<!ELEMENT Table (URL, Name?, Description?, Validity?,
  (ANSI | Macintosh | OEM | UTF16 | UTF7 | UTF8)?, (DecimalSymbol, DigitGroupingSymbol)?,
  SkipNumBytes?, Range?, Epoch?, (VariableLength | FixedLength))>
<!ELEMENT URL (#PCDATA)>
<!ELEMENT Description (#PCDATA)>
<!ELEMENT Validity (Range, Format?)>
<!ELEMENT Range (From, (To | Length)?)>
<!ELEMENT From (#PCDATA)>
<!ELEMENT To (#PCDATA)>
<!ELEMENT Length (#PCDATA)>
<!ELEMENT Format (#PCDATA)>
<!ELEMENT ANSI EMPTY>
<!ELEMENT Macintosh EMPTY>
<!ELEMENT OEM EMPTY>
<!ELEMENT UTF16 EMPTY>
<!ELEMENT UTF7 EMPTY>
<!ELEMENT UTF8 EMPTY>
<!ELEMENT DecimalSymbol (#PCDATA)>
<!ELEMENT DigitGroupingSymbol (#PCDATA)>
<!ELEMENT SkipNumBytes (#PCDATA)>
<!ELEMENT Epoch (#PCDATA)>
<!ELEMENT FixedLength ((Length | RecordDelimiter)?,
  ((FixedPrimaryKey+, FixedColumn*) | FixedColumn+), ForeignKey*)>
<!ELEMENT FixedPrimaryKey (Name, Description?, (Numeric | AlphaNumeric | Date), Map*, FixedRange)>
<!ELEMENT FixedColumn (Name, Description?, (Numeric | AlphaNumeric | Date), Map*, FixedRange)>
<!ELEMENT FixedRange (From, (To | Length))>
<!ELEMENT VariableLength (ColumnDelimiter?, RecordDelimiter?, TextEncapsulator?,
  ((VariablePrimaryKey+, VariableColumn*) | VariableColumn+), ForeignKey*)>
<!ELEMENT ColumnDelimiter (#PCDATA)>
<!ELEMENT RecordDelimiter (#PCDATA)>
<!ELEMENT TextEncapsulator (#PCDATA)>
<!ELEMENT VariablePrimaryKey (Name, Description?,
  (Numeric | (AlphaNumeric, MaxLength?) | Date), Map*)>
<!ELEMENT VariableColumn (Name, Description?,
  (Numeric | (AlphaNumeric, MaxLength?) | Date), Map*)>
<!ELEMENT Numeric ((ImpliedAccuracy | Accuracy)?)>
<!ELEMENT ImpliedAccuracy (#PCDATA)>
<!ELEMENT Accuracy (#PCDATA)>
<!ELEMENT AlphaNumeric EMPTY>
<!ELEMENT Date (Format?)>
<!ELEMENT MaxLength (#PCDATA)>
<!ELEMENT Map (Description?, From, To)>
<!ELEMENT ForeignKey (Name+, References)>
<!ELEMENT References (#PCDATA)>
"""
"""The grammar of `index.xml`, beside which it lies (Beschreibungsstandard, BMF 28.11.2019)."""


class Column(Struct, frozen=True):
    """A column: `kind` is the decimal places of a number, `text` or `date`."""

    name: str
    about: str
    kind: int | Literal["text", "date"] = "text"


class Table(Struct, frozen=True, kw_only=True):
    """A table of the export: the first `keys` columns identify a row."""

    file: str
    name: str
    about: str
    columns: tuple[Column, ...]
    keys: int = 1
    refers: Mapping[str, str] = {}
    """Column -> the table that has it as its key."""


def csv(table: Table, rows: Iterable[Sequence[Any]]) -> bytes:
    """The rows as UTF-8 text: `;` between fields, CR LF behind records, decimal commas."""
    lines = [";".join(column.name for column in table.columns)]
    for row in rows:
        fields = zip(table.columns, row, strict=True)
        lines.append(";".join(_field(column, value) for column, value in fields))
    return "".join(f"{line}\r\n" for line in lines).encode()


def read(table: Table, content: bytes) -> list[dict[str, str]]:
    """The rows of a table as they were written, by column."""
    text = io.StringIO(content.decode(), newline="")
    rows = list(comma_separated.reader(text, delimiter=";"))[1:]
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


def amount(text: str) -> Decimal:
    """A number as a table has it."""
    return Decimal(text.replace(",", "."))


def _field(column: Column, value: Any) -> str:
    if value is None:
        return ""
    match column.kind:
        case int(places):
            return f"{Decimal(value):.{places}f}".replace(".", ",")
        case "date":
            return f"{value:%d.%m.%Y}"
    text = " ".join(str(value).split()).replace('"', '""')
    return f'"{text}"'


def index(
    tables: Sequence[Table], *, seller: str, location: str, since: date, until: date
) -> bytes:
    """The `index.xml` that describes the tables; the days are those that the export covers."""
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<!DOCTYPE DataSet SYSTEM "{DTD_NAME}">',
        "<DataSet>",
        "<Version>1.0</Version>",
        f"<DataSupplier>{_name(seller)}<Location>{escape(location)}</Location>"
        "<Comment>Auftakt, Datenträgerüberlassung (Z3)</Comment></DataSupplier>",
        f"<Media>{_name(f'{since:%d.%m.%Y} bis {until:%d.%m.%Y}')}",
        *(_table(table, since, until) for table in tables),
        "</Media>",
        "</DataSet>",
    ]
    return ("\n".join(parts) + "\n").encode()


def _table(table: Table, since: date, until: date) -> str:
    columns = "".join(
        f"<{tag}>{_name(column.name)}<Description>{escape(column.about)}</Description>"
        f"{_kind(column)}</{tag}>"
        for n, column in enumerate(table.columns)
        for tag in ("VariablePrimaryKey" if n < table.keys else "VariableColumn",)
    )
    foreign = "".join(
        f"<ForeignKey>{_name(column)}<References>{escape(other)}</References></ForeignKey>"
        for column, other in table.refers.items()
    )
    return (
        f"<Table><URL>{escape(table.file)}</URL>{_name(table.name)}"
        f"<Description>{escape(table.about)}</Description>"
        f"<Validity><Range><From>{since:%d.%m.%Y}</From><To>{until:%d.%m.%Y}</To></Range>"
        "<Format>DD.MM.YYYY</Format></Validity><UTF8/>"
        "<DecimalSymbol>,</DecimalSymbol><DigitGroupingSymbol>.</DigitGroupingSymbol>"
        "<Range><From>2</From></Range>"
        "<VariableLength><ColumnDelimiter>;</ColumnDelimiter>"
        "<RecordDelimiter>&#13;&#10;</RecordDelimiter>"
        f"<TextEncapsulator>&quot;</TextEncapsulator>{columns}{foreign}</VariableLength></Table>"
    )


_KINDS: Mapping[str, str] = {
    "text": "<AlphaNumeric/>",
    "date": "<Date><Format>DD.MM.YYYY</Format></Date>",
}


def _kind(column: Column) -> str:
    if isinstance(column.kind, int):
        return f"<Numeric><Accuracy>{column.kind}</Accuracy></Numeric>"
    return _KINDS[column.kind]


def _name(text: str) -> str:
    return f"<Name>{escape(text)}</Name>"
