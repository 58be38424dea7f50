"""Examples of what letters say, one of each kind."""

from __future__ import annotations

from decimal import Decimal

from msgspec.structs import replace

from oms_aws.notices.keeper_letters import EndpointPaused, EndpointResumed
from oms_aws.notices.letter_parts import BankDetails, Item, ShippedParcel, Shop, WaitingItem
from oms_aws.notices.letters import Facts, Kind
from oms_aws.notices.money_letters import (
    CollectiveIssued,
    CreditExceeded,
    CreditIssued,
    InvoiceIssued,
    PaymentAwaited,
    PaymentOverdue,
)
from oms_aws.notices.order_letters import (
    AddressWanted,
    ApprovalDecided,
    ApprovalNeeded,
    ChangeRefused,
    HoldEscalated,
    OrderCancelled,
    OrderChanged,
    OrderReceived,
    OrderRefused,
    OrderWaits,
    RecallRefused,
)
from oms_aws.notices.parcel_letters import ParcelAstray, ParcelFailed, ParcelShipped
from oms_aws.notices.return_letters import ReturnAnnounced, ReturnArrived
from oms_aws.notices.withdrawal_letters import WithdrawalReceipt

SHOP = Shop("Berg&Beutel", "service@berg-beutel.example")
ITEMS = (Item("Rucksack 45 l", 2, "RUCK-45", Decimal("259.80")), Item("Zelt", 1, "ZELT-2"))
RECEIVED = OrderReceived(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    items=ITEMS,
    goods=Decimal("1259.80"),
    shipping=Decimal("4.90"),
    total=Decimal("1264.70"),
    currency="EUR",
    ship_to=("Jörg Müller", "Ringstr. 5", "80331 München"),
)
CANCELLED = OrderCancelled(
    shop=SHOP, customer="Jörg Müller", order_number="BB-10001", items=ITEMS[:1], whole=True
)
CHANGED = OrderChanged(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    items=ITEMS[:1],
    removed=ITEMS[1:],
    repriced=(),
    total=Decimal("409.10"),
    currency="EUR",
    ship_to=("Jörg Müller", "Bergstr. 9", "80331 München"),
    method="express",
)
REFUSED = RecallRefused(shop=SHOP, customer="Jörg Müller", order_number="BB-10001", items=ITEMS[:1])
AS_BEFORE = ChangeRefused(
    shop=SHOP, customer="Jörg Müller", order_number="BB-10001", items=ITEMS[:1]
)
SHIPPED = ParcelShipped(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    items=ITEMS[:1],
    parcels=(ShippedParcel("DHL", "0034", "https://track.example/?n=0034&l=de"),),
    following=(WaitingItem("Zelt", 1, "ZELT-2", "04.12.2026"),),
    invoice_number="RE-2026-000123",
    invoice_url="https://shop.example/d/token",
)
ESCALATED = HoldEscalated(
    shop=SHOP,
    customer="Team Jörg Müller",
    order_number="BB-10001",
    order_id="ord_1",
    reason="address_invalid",
    text="Rucksack 45 l",
    owner="clerk",
    raised_at="2026-11-23 09:00 UTC",
    deadline="2026-11-25 09:00 UTC",
)
WANTED = AddressWanted(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    text="Rucksack 45 l",
    ship_to=("Jörg Müller", "Ringstr. 5", "80331 München"),
    url="https://shop.example/a/token",
    until="25.11.2026",
)
NOT_TAKEN = OrderRefused(
    shop=SHOP, customer="Jörg Müller", order_number="BB-10001", items=ITEMS, payment_failed=False
)
CREDITED = CreditIssued(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    number="RK-2026-000007",
    invoice_number="RE-2026-000123",
    items=ITEMS[:1],
    amount=Decimal("129.90"),
    currency="EUR",
    url="https://shop.example/d/token",
    einvoice_url="https://shop.example/d/token?format=xml",
)
COLLECTIVE = CollectiveIssued(
    shop=SHOP,
    customer="Jörg Müller",
    number="RE-2026-000042",
    deliveries=3,
    since="01.11.2026",
    until="30.11.2026",
    amount=Decimal("1190.00"),
    currency="EUR",
    due="31.12.2026",
    credits=None,
    url="https://oms.example/d/x",
    einvoice_url="https://oms.example/d/x?format=xml",
)
WAITS = OrderWaits(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    items=(WaitingItem("Rucksack 45 l", 2, "RUCK-45", "04.12.2026"),),
    first=True,
    cancel_url="https://shop.example/w/token",
)
BANK = BankDetails("Berg & Beutel GmbH", "Volksbank", "DE89370400440532013000", None, "BB-10001")
AWAITED = PaymentAwaited(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    items=ITEMS[:1],
    due=Decimal("164.70"),
    received=Decimal("100"),
    currency="EUR",
    until="7. Dezember 2026",
    bank=BANK,
)
DEPOSIT = InvoiceIssued(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    number="AN-2026-000007",
    deposit=True,
    items=ITEMS[:1],
    amount=Decimal("79.41"),
    currency="EUR",
    url="https://shop.example/d/token",
    until="07.12.2026",
    bank=BANK,
)
FINAL = replace(DEPOSIT, deposit=False, until=None, bank=None, number="RE-2026-000008")
EXCEEDED = CreditExceeded(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    items=ITEMS[:1],
    due=Decimal("264.70"),
    limit=Decimal("500"),
    free=Decimal("100"),
    currency="EUR",
    bank=BANK,
)
APPROVAL = ApprovalNeeded(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    items=ITEMS[:1],
    purchaser="Erika Mustermann",
    due=Decimal("264.70"),
    currency="EUR",
    cost_centre="Jugend",
    purchase_order="PO-7",
    url="https://shop.example/approve/token",
    until="7. Dezember 2026",
    again="substitute",
)
DECIDED = ApprovalDecided(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    items=ITEMS[:1],
    approved=True,
    person="Erika Chefin",
    reason="Passt so",
)
OVERDUE = PaymentOverdue(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    level=1,
    number="Rucksack 45 l",
    due_on="08.12.2026",
    open=Decimal("129.90"),
    charges=Decimal("5.00"),
    total=Decimal("134.90"),
    currency="EUR",
    pay_by="22.12.2026",
    bank=BANK,
    url="https://shop.example/d/token",
)
UNDELIVERED = ParcelFailed(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    returning=False,
    items=ITEMS[:1],
    parcel=ShippedParcel("DHL", "0034", "https://track.example/?n=0034&l=de"),
    said="Kein Name an der Klingel",
)
ASTRAY = ParcelAstray(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    order_id="ord_1",
    location="A",
    returning=True,
    overdue=True,
    back=False,
    parcel=ShippedParcel("DHL", "0034", None),
    said="Rucksack 45 l, Kein Name an der Klingel",
    until="22.12.2026",
)
PAUSED = EndpointPaused(
    shop=SHOP,
    customer="Team Jörg Müller",
    url="https://shop.example/BB-10001",
    name="Rucksack 45 l",
    since="2026-11-23 09:00 UTC",
    until="2026-11-23 09:01 UTC",
    failures=5,
    error="HTTP 503",
)
RESUMED = EndpointResumed(
    shop=SHOP,
    customer="Team Jörg Müller",
    url="https://shop.example/BB-10001",
    name="Rucksack 45 l",
    since="2026-11-23 09:00 UTC",
)
RECEIPT = WithdrawalReceipt(
    shop=SHOP,
    customer="Jörg Müller",
    contract="BB-10001",
    part="Rucksack 45 l",
    email="joerg@post.example",
    received="30.11.2026, 20:15:07 (UTC+01:00)",
    reference="wdr_1",
    url="https://shop.example/withdrawal/token",
)
SENT_BACK = ReturnAnnounced(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    number="BB-10001-R1",
    items=ITEMS[:1],
    address=("Jörg Müller", "Ringstr. 5", "80331 München"),
    until="31.12.2026",
)
CAME_BACK = ReturnArrived(
    shop=SHOP,
    customer="Jörg Müller",
    order_number="BB-10001",
    number="BB-10001-R1",
    items=ITEMS[:1],
)
ALL: tuple[tuple[Kind, Facts], ...] = (
    ("return_announced", SENT_BACK),
    ("return_arrived", CAME_BACK),
    ("payment_overdue", OVERDUE),
    ("order_waits", WAITS),
    ("collective_issued", COLLECTIVE),
    ("order_received", RECEIVED),
    ("order_changed", CHANGED),
    ("order_cancelled", CANCELLED),
    ("recall_refused", REFUSED),
    ("change_refused", AS_BEFORE),
    ("parcel_shipped", SHIPPED),
    ("parcel_failed", UNDELIVERED),
    ("parcel_astray", ASTRAY),
    ("credit_issued", CREDITED),
    ("invoice_issued", DEPOSIT),
    ("hold_escalated", ESCALATED),
    ("address_wanted", WANTED),
    ("order_refused", NOT_TAKEN),
    ("approval_decided", DECIDED),
    ("endpoint_paused", PAUSED),
    ("endpoint_resumed", RESUMED),
    ("withdrawal_receipt", RECEIPT),
)
