"""Bookkeeping: the files of an export, from the documents that the archive's records hold."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import msgspec

from oms.billing.books import Totals, Voucher, totals
from oms.billing.posting import voucher_of
from oms.billing.retention import kept_until
from oms.core.parties import Party
from oms.core.refusals import Refusal
from oms.master.bookkeeping import Bookkeeping
from oms.master.shop import Shop
from oms.records import audit, datev, gdpdu
from oms.records.debtors import master
from oms.records.export import DEBTORS, Export, File
from oms.records.posted import on_own_accounts
from oms.records.reductions import voucher_for
from oms_aws.records.wiring import RecordsWiring

FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def written(export: Export, oms: RecordsWiring) -> tuple[tuple[File, ...], Totals, Bookkeeping]:
    """Write an export's files into the archive; answers them, what they come to, and whose
    accounts they name.

    Raises Refusal for a shop without bookkeeping data, and what the formats refuse.
    """
    shop = oms.catalogue.shop(export.shop)
    if shop.bookkeeping is None:
        text = f"The shop {shop.id} has no bookkeeping data."
        raise Refusal("bookkeeping_unknown", text, {"bookkeeping": "missing"})
    entries = [(voucher_of(id, invoice), invoice) for id, invoice in oms.exports.invoices(export)]
    vouchers = [voucher for voucher, _ in entries]
    steps = oms.exports.advances(export)
    span = f"{export.since:%Y%m%d}-{export.until:%Y%m%d}"
    if export.kind == "datev":
        vouchers += [
            voucher_for(each, voucher_of(each.document, invoice))
            for each, invoice in oms.exports.reductions(export)
        ]
        vouchers, debtors = _on_own_accounts(vouchers, entries, shop, shop.bookkeeping, oms)
        made = [(f"EXTF_Buchungsstapel_{span}.csv", _batch(export, shop, [*vouchers, *steps]))]
        if debtors:
            content = master(debtors, shop.bookkeeping, since=export.since, made_at=export.asked_at)
            made.append((f"{DEBTORS}_{span}.csv", content))
    else:
        medium = _medium(export, shop, shop.bookkeeping, entries, steps)
        made = [(f"Z3_{shop.id}_{span}.zip", medium)]
    files = tuple(_kept(export, *each, oms) for each in made)
    return files, totals(vouchers), shop.bookkeeping


def _kept(export: Export, name: str, content: bytes, oms: RecordsWiring) -> File:
    place = f"exports/{export.asked_at:%Y/%m}/{export.id}/{name}"
    kinds = {"csv": "text/csv", "zip": "application/zip"}
    until = kept_until("book", export.asked_at.date())
    key, digest = oms.documents.keep(place, content, kinds[name[-3:]], until=until)
    return File(name, key, digest, len(content))


def _on_own_accounts(
    vouchers: list[Voucher],
    entries: list[audit.Entry],
    shop: Shop,
    books: Bookkeeping,
    oms: RecordsWiring,
) -> tuple[list[Voucher], dict[str, Party]]:
    """The vouchers, each on the account of its customer, and who has which account."""
    if books.debtors == "one":
        return vouchers, {}
    places = oms.debtors.places(
        shop.id, (each.customer for each in vouchers if each.business and each.customer)
    )
    own = on_own_accounts(vouchers, places, books)
    documents = on_own_accounts((voucher for voucher, _ in entries), places, books)
    parties = {
        voucher.debtor: invoice.buyer
        for voucher, (_, invoice) in zip(documents, entries, strict=True)
        if voucher.debtor
    }
    return own, parties


def _batch(export: Export, shop: Shop, vouchers: list[Voucher]) -> bytes:
    assert shop.bookkeeping
    return datev.batch(
        vouchers,
        shop.bookkeeping,
        since=export.since,
        until=export.until,
        made_at=export.asked_at,
        seller_country=shop.seller.country,
        seller_vat_id=shop.seller.vat_id,
    )


def _medium(
    export: Export,
    shop: Shop,
    books: Bookkeeping,
    entries: list[audit.Entry],
    steps: list[Voucher],
) -> bytes:
    """Medium to hand over: the tables, their description and its grammar."""
    files: dict[str, bytes] = {
        table.file: gdpdu.csv(table, audit.rows(table, entries, steps, books))
        for table in audit.TABLES
    }
    files["belege.jsonl"] = b"".join(
        msgspec.json.encode({"id": voucher.id, "document": invoice}) + b"\n"
        for voucher, invoice in entries
    )
    files["index.xml"] = gdpdu.index(
        audit.TABLES,
        seller=shop.seller.name,
        location=f"{shop.seller.postal_code} {shop.seller.city}",
        since=export.since,
        until=export.until,
    )
    files[gdpdu.DTD_NAME] = gdpdu.DTD.encode()
    return _zipped(files)


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive that is the same whenever its files are."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()
