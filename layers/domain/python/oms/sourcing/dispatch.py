"""Dispatch: from which warehouses a shop may send, so that the invoice for it can be issued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from oms.master.warehouse import Warehouse
from oms.orders.findings import Finding
from oms.tax.seller import Registrations
from oms.tax.table import registered

UNREGISTERED = "dispatch_unregistered"


def barred(warehouses: Iterable[Warehouse], seller: Registrations, on: date) -> dict[str, str]:
    """The warehouses, with their states (ISO 3166-1), from which the seller may send no goods."""
    places = {each.id: each.address.country for each in warehouses}
    return {id: state for id, state in places.items() if not registered(seller, state, on)}


def finding(places: Mapping[str, str]) -> Finding:
    """Hold for an order whose pieces lie in barred warehouses alone: location -> state."""
    said = ", ".join(f"{location} ({state})" for location, state in sorted(places.items()))
    return Finding(
        "dispatch",
        "hold",
        UNREGISTERED,
        f"Some pieces lie only where the seller has no VAT registration: {said}. Enter it in the "
        "shop (tax.local, a member state), or bring the pieces to another warehouse.",
        text_de=f"Einige Stücke liegen nur dort, wo der Verkäufer keine Umsatzsteuer-Registrierung "
        f"hat: {said}. Sie gehört in den Shop (tax.local, ein Mitgliedstaat), oder die Stücke "
        "kommen in ein anderes Lager.",
        data={"locations": dict(places)},
    )
