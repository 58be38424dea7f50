"""A mail of parcels says of all that has not left yet when it comes, as far as that is known."""

from __future__ import annotations

from typing import Any

from tests.world.merchant import Merchant
from tests.world.world import World


def lines_of(text: str) -> list[str]:
    """What a mail lists behind its heading for what follows."""
    _, found, after = text.partition("Folgt in einer weiteren Lieferung")
    listed = [line for line in after.splitlines() if line.startswith("  ")]
    return listed if found else []


def ship(merchant: Merchant, location: str, order: str) -> str:
    """Ship what a warehouse has of an order; answers the text of the mail."""
    here = [f for f in merchant.order(order)["fulfilments"] if f["location"] == location]
    merchant.pack(here[0]["id"])
    merchant.ship(here[0]["id"])
    merchant.world.settle()
    mails = [m for m in merchant.world.outside.mails if m.kind == "parcel_shipped"]
    return str(mails[-1].text)


def test_each_mail_names_all_that_is_still_to_come_with_its_day(
    world: World, merchant: Merchant
) -> None:
    merchant.sell("LAMPE-1", "10.00")
    merchant.count("A", RUCK_45=1)
    merchant.count("B", SOCKE_42=2)
    merchant.expect("PO-1", ZELT_2=(5, "2026-12-04"))
    order = merchant.place(merchant.request(RUCK_45=1, SOCKE_42=2, ZELT_2=1, LAMPE_1=3))
    world.settle()
    leaves: dict[str, Any] = {f["location"]: f for f in merchant.order(order)["fulfilments"]}
    day = leaves["B"]["ship_by"][:10].split("-")
    assert lines_of(ship(merchant, "A", order)) == [
        f"  2 x Ding SOCKE-42 (Art.-Nr. SOCKE-42): verlässt das Lager bis {'.'.join(day[::-1])}",
        "  1 x Ding ZELT-2 (Art.-Nr. ZELT-2): voraussichtlich am 04.12.2026 bei uns",
        "  3 x Ding LAMPE-1 (Art.-Nr. LAMPE-1): der Termin steht noch nicht fest",
    ]
    assert lines_of(ship(merchant, "B", order)) == [
        "  1 x Ding ZELT-2 (Art.-Nr. ZELT-2): voraussichtlich am 04.12.2026 bei uns",
        "  3 x Ding LAMPE-1 (Art.-Nr. LAMPE-1): der Termin steht noch nicht fest",
    ]
    merchant.cancel(order, {"4": 3})
    world.settle()
    merchant.count("A", ZELT_2=1)
    world.settle()
    last = [f for f in merchant.order(order)["fulfilments"] if f["status"] == "released"]
    merchant.pack(last[0]["id"])
    merchant.ship(last[0]["id"])
    world.settle()
    mails = [m for m in world.outside.mails if m.kind == "parcel_shipped"]
    assert lines_of(mails[-1].text) == []
    assert len(mails) == 3


def test_a_day_that_is_over_is_not_promised_any_more(world: World, merchant: Merchant) -> None:
    merchant.count("A", RUCK_45=1)
    merchant.expect("PO-1", ZELT_2=(5, "2026-12-04"))
    order = merchant.place(merchant.request(RUCK_45=1, ZELT_2=1))
    world.settle()
    world.pass_time(days=13)
    text = ship(merchant, "A", order)
    assert lines_of(text) == [
        "  1 x Ding ZELT-2 (Art.-Nr. ZELT-2): der Termin steht noch nicht fest"
    ]
