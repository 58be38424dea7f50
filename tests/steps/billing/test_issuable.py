"""What an invoice lacks is known before it is issued: just what the official rules would refuse."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from oms.billing.einvoice import format_of
from oms.billing.invoice import Invoice
from oms.billing.issuable import lacking
from oms.core.documents import Format
from oms_aws.einvoice.rules import checked
from oms_aws.einvoice.writing import written
from tests.world import papers

TAX_NUMBER = "163/123/45678"
DRAFTS = {
    "S": papers.plain(),
    **{f"{n}-{case[0]}": papers.free(case, "net") for n, case in enumerate(papers.FREE)},
}
FORMATS: tuple[Format, ...] = ("zugferd", "xrechnung-ubl", "xrechnung-cii")
EMPTY = st.sampled_from([None, "", " "])


def in_format(draft: Invoice, format: Format) -> Invoice:
    public = format != "zugferd"
    leitweg = papers.LEITWEG if public else None
    syntax = "cii" if format == "xrechnung-cii" else "ubl"
    made = replace(draft, buyer_type="B2B", leitweg_id=leitweg, xrechnung=syntax)
    assert format_of(made) == format
    return made


def broken(draft: Invoice) -> set[str]:
    format = format_of(draft)
    assert format
    return {fault.rule for fault in checked(written(draft, format), format) if fault.fatal}


CASES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], set[str]]] = [
    ("S", {}, {}, {}, set()),
    ("S", {"vat_id": None}, {}, {}, set()),
    ("S", {"vat_id": None, "tax_number": None}, {}, {}, {"seller.vat_id"}),
    ("S", {"vat_id": "163/123"}, {}, {}, {"seller.vat_id"}),
    ("S", {}, {"vat_id": "QQ123456"}, {}, {"buyer.vat_id"}),
    ("3-AE", {}, {"vat_id": None}, {}, {"buyer.vat_id"}),
    ("4-K", {"vat_id": None}, {}, {}, {"seller.vat_id"}),
    ("4-K", {}, {"vat_id": None}, {}, {"buyer.vat_id"}),
    ("5-G", {"vat_id": None}, {}, {}, {"seller.vat_id"}),
    ("6-O", {"tax_number": None, "register": None}, {}, {}, {"seller.tax_number"}),
    ("6-O", {"vat_id": None}, {}, {}, set()),
]
PUBLIC: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], set[str]]] = [
    ("S", {"phone": None}, {}, {}, {"seller.phone"}),
    ("S", {"email": None}, {}, {}, {"seller.email"}),
    ("S", {"postal_code": ""}, {}, {}, {"seller.postal_code"}),
    ("S", {}, {"postal_code": ""}, {}, {"buyer.postal_code"}),
    ("S", {}, {}, {"postal_code": ""}, {"ship_to.postal_code"}),
    ("S", {}, {}, {"city": ""}, {"ship_to.city"}),
]


def drafted(
    name: str,
    seller: dict[str, Any],
    buyer: dict[str, Any],
    ship_to: dict[str, Any],
    format: Format,
) -> Invoice:
    """A draft with other particulars of its parties, as it would be in a format."""
    draft = DRAFTS[name]
    return in_format(
        replace(
            draft,
            seller=replace(draft.seller, **seller),
            buyer=replace(draft.buyer, **buyer),
            ship_to=replace(draft.ship_to, **ship_to),
        ),
        format,
    )


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("case", [*CASES, *PUBLIC])
def test_what_it_lacks_is_what_the_rules_refuse(
    case: tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], set[str]], format: Format
) -> None:
    name, seller, buyer, ship_to, lacks = case
    made = drafted(name, seller, buyer, ship_to, format)
    expected = set() if format == "zugferd" and case in PUBLIC else lacks
    assert set(lacking(made)) == expected
    assert bool(broken(made)) == bool(expected), broken(made)


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(DRAFTS)),
    format=st.sampled_from(FORMATS),
    seller=st.fixed_dictionaries({}, optional={
        "vat_id": EMPTY | st.sampled_from(["DE136695976", "ELX", "12", "de136695976"]),
        "tax_number": EMPTY,
        "register": EMPTY,
        "phone": EMPTY,
        "email": EMPTY,
        "contact": EMPTY,
        "bank": st.none(),
    }),
    buyer=st.fixed_dictionaries({}, optional={
        "vat_id": EMPTY | st.sampled_from(["ATU57477929", "XI123456789", "ZZ1", "EL094259216"]),
        "postal_code": st.sampled_from(["", " ", "1010"]),
        "company": st.sampled_from([None, ""]),
        "email": EMPTY,
    }),
    ship_to=st.fixed_dictionaries({}, optional={
        "postal_code": st.sampled_from(["", "1010"]),
        "city": st.sampled_from(["", " ", "Wien"]),
    }),
)  # fmt: skip
def test_nothing_else_is_refused(
    name: str,
    format: Format,
    seller: dict[str, Any],
    buyer: dict[str, Any],
    ship_to: dict[str, Any],
) -> None:
    made = drafted(name, seller, buyer, ship_to, format)
    # What the law wants beyond the rules of the e-invoice, they let pass.
    lawful = set(lacking(replace(made, buyer_type="B2C", leitweg_id=None)))
    lacks, faults = set(lacking(made)), broken(made)
    assert faults <= set() or lacks, faults
    assert faults or lacks <= lawful, lacks
