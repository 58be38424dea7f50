"""Every key of an item of the table, and the question that it answers."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple


class Key(NamedTuple):
    """The primary key of one item."""

    pk: str
    sk: str


def order(id: str) -> Key:
    """How does the order stand?"""
    return Key(f"ORDER#{id}", "ORDER")


def vault(aggregate: str) -> Key:
    """What do the pseudonyms of the aggregate stand for? `aggregate` is `order/…`, say."""
    kind, _, id = aggregate.partition("/")
    return Key(f"{kind.upper()}#{id}", VAULT)


VAULT = "VAULT"


def vault_beside(record: Key) -> Key:
    """What do the pseudonyms of the record stand for?"""
    return Key(record.pk, VAULT)


def order_vault(id: str) -> Key:
    """What do the pseudonyms of the order stand for?"""
    return vault(f"order/{id}")


def order_device(id: str) -> Key:
    """Which network address did the order come from, while checks need it?"""
    return Key(f"ORDER#{id}", "DEVICE")


def event(aggregate: str, sequence: int) -> Key:
    """What was the aggregate's n-th event? `aggregate` is `order/…` or `stock/…`."""
    kind, _, id = aggregate.partition("/")
    return Key(f"{kind.upper()}#{id}", f"EVENT#{sequence:08d}")


EVENTS = "EVENT#"


def external_number(shop: str, number: str) -> Key:
    """Which order has the shop's own number?"""
    return Key(f"EXTERNAL#{shop}#{number}", "EXTERNAL")


def idempotency(client: str, route: str, key: str) -> Key:
    """What was answered when the client sent this Idempotency-Key?"""
    return Key(f"IDEMPOTENCY#{client}#{route}#{key}", "ANSWER")


def waiting_run(order_id: str) -> Key:
    """Which token lets the order's waiting run go on?"""
    return Key(f"ORDER#{order_id}", "WAITING")


def preview(order_id: str, change: str) -> Key:
    """Which change did the preview show, and what of?"""
    return Key(f"ORDER#{order_id}", f"CHANGE#{change}")


def fulfilment(id: str) -> Key:
    """What does a warehouse see of the fulfilment, and which order is it of?"""
    return Key(f"FULFILMENT#{id}", "FULFILMENT")


def tracking(carrier: str, number: str) -> Key:
    """Which order does the carrier's parcel belong to?"""
    return Key(f"TRACKING#{carrier}#{number}", "TRACKING")


STOCK = "STOCK#"


def stock(sku: str) -> Key:
    """How much of a SKU is there, and promised in sum?"""
    return Key(f"{STOCK}{sku}", "STOCK")


def stock_part(sku: str, number: int) -> Key:
    """How much of a SKU is in its n-th part? Each is a partition; part 0 is the SKU itself."""
    return Key(f"{STOCK}{sku}#{number}", "PART") if number else stock(sku)


def reservation(sku: str, order_id: str) -> Key:
    """What does the order hold of the SKU? With the order, so that no SKU's partition is hot."""
    return Key(f"ORDER#{order_id}", f"RESERVATION#{sku}")


def purchase(id: str) -> Key:
    """What is a supplier to deliver, and what of it has come?"""
    return Key(f"PURCHASE#{id}", "PURCHASE")


def purchase_line(purchase_id: str, number: str) -> Key:
    """What of a SKU is a supplier to deliver?"""
    return Key(f"PURCHASE#{purchase_id}", f"LINE#{number}")


def upload(id: str) -> Key:
    """What became of the file of a warehouse?"""
    return Key(f"UPLOAD#{id}", "UPLOAD")


def product(sku: str) -> Key:
    """What is the SKU?"""
    return Key(f"PRODUCT#{sku}", "PRODUCT")


def account(shop: str, id: str) -> Key:
    """What has the merchant agreed with the shop's customer?"""
    return Key(f"CUSTOMER#{shop}#{id}", "CUSTOMER")


def warehouse(id: str) -> Key:
    """What does the merchant ship from? All warehouses share a partition and are read at once."""
    return Key("WAREHOUSES", f"WAREHOUSE#{id}")


def price_list(id: str) -> Key:
    """Whom is the list for, and when? All lists share a partition and are read at once."""
    return Key("PRICELISTS", f"PRICELIST#{id}")


def price(list: str, sku: str) -> Key:
    """What does the SKU cost in the list? Each by itself: an order reads only what it needs."""
    return Key(f"PRICE#{sku}", f"LIST#{list}")


def change(kind: str, of: Key, version: int) -> Key:
    """Who made this version of the master data, and what was it then?"""
    return Key(f"CHANGES#{kind}#{of.pk}#{of.sk}", f"CHANGE#{version:08d}")


def departures(location: str, day: date) -> Key:
    """How many fulfilments leave the warehouse on the day?"""
    return Key(f"DEPARTURES#{location}", f"DAY#{day.isoformat()}")


def carrier(id: str) -> Key:
    """How does the carrier prove itself, and where does it show a parcel?"""
    return Key(f"CARRIER#{id}", "CARRIER")


def client(digest: str) -> Key:
    """Who holds the key with this SHA-256?"""
    return Key(f"CLIENT#{digest}", "CLIENT")


def api_key(id: str) -> Key:
    """How does the key of the API stand? All share a partition, oldest first."""
    return Key("KEYS", f"KEY#{id}")


def holder(role: str, shop: str, client: str) -> Key:
    """Until when does which key of the client work? An attribute for each, empty for ever."""
    return Key(f"HOLDER#{role}#{shop}#{client}", "HOLDER")


def key_use(id: str) -> Key:
    """When was the key of the API last used? Away from the keys: the authoriser writes it."""
    return Key(f"{_KEY_USE}{id}", "USE")


_KEY_USE = "KEYUSE#"


def key_used(pk: str) -> str:
    """The id of the key whose use is on record there."""
    return pk.removeprefix(_KEY_USE)


def shop(id: str) -> Key:
    """Which shops are there? All share a partition and are read at once."""
    return Key("SHOPS", f"SHOP#{id}")


def seller(shop_id: str) -> Key:
    """Who sells in the shop?"""
    return Key(f"SHOP#{shop_id}", "SELLER")


def vat_check(shop_id: str, vat_id: str, name: str = "") -> Key:
    """What did the shop find about the VAT id, or was it told of it for a name?"""
    return Key(f"VAT#{shop_id}#{vat_id}", f"CHECK#{name[:200]}" if name else "CHECK")


def distance_sales(seller: str, year: int) -> Key:
    """What has the seller sold to consumers of other member states in the year?"""
    return Key(f"SELLER#{seller}", f"DISTANCE#{year}")


def number_range(name: str) -> Key:
    """Which number comes next?"""
    return Key(f"RANGE#{name}", "RANGE")


def numbered(name: str, number: int) -> Key:
    """Which document has the n-th number of the range?"""
    return Key(f"RANGE#{name}", f"NUMBER#{number:010d}")


def document(id: str) -> Key:
    """What was true when the document was issued?"""
    return Key(f"DOCUMENT#{id}", "DOCUMENT")


def bill(id: str) -> Key:
    """How does the bill of a customer's period stand?"""
    return Key(f"BILL#{id}", "BILL")


def collected(bill_id: str, fulfilment: str, credit: int = 0) -> Key:
    """What does the shipment come to that the bill is to bill? Or the n-th credit of it."""
    of = f"{fulfilment}#{credit:04d}" if credit else fulfilment
    return Key(f"BILL#{bill_id}", f"{COLLECTED}{of}")


COLLECTED = "COLLECTED#"


def ordered(shop: str, customer: str, purchase_order: str, order_id: str) -> Key:
    """Is the order through that came with the customer's purchase order number?"""
    return Key(f"ORDERED#{shop}#{customer}#{purchase_order}", f"ORDER#{order_id}")


def endpoint(id: str) -> Key:
    """Where does a subscriber want its events? All share a partition and are read at once."""
    return Key("ENDPOINTS", f"ENDPOINT#{id}")


def endpoint_standing(id: str) -> Key:
    """How have the last calls to the endpoint gone? Away from all others: each call may write."""
    return Key(f"ENDPOINT#{id}", "STANDING")


def delivery(endpoint_id: str, event_id: str) -> Key:
    """How did the delivery of the event to the endpoint go?"""
    return Key(f"DELIVERIES#{endpoint_id}", f"DELIVERY#{event_id}")


def notification(event_id: str, kind: str) -> Key:
    """Has the customer been told of the event?"""
    return Key(f"NOTIFICATION#{event_id}", f"NOTIFICATION#{kind}")


def dead_letter(id: str) -> Key:
    """What failed for good, where and why? All share a partition, newest last."""
    return Key("DEADLETTERS", f"DEADLETTER#{id}")


def failure(message_id: str) -> Key:
    """Why did the last try of the message fail?"""
    return Key(f"FAILURE#{message_id}", "FAILURE")


def credit(shop: str, customer: str, currency: str) -> Key:
    """How much of a customer's credit is taken in sum?"""
    return Key(f"CREDIT#{shop}#{customer}#{currency}", "CREDIT")


def exposure(shop: str, customer: str, currency: str, order_id: str) -> Key:
    """What does the order take of its customer's credit?"""
    return Key(f"CREDIT#{shop}#{customer}#{currency}", f"EXPOSURE#{order_id}")


def payment(id: str) -> Key:
    """What became of the bank's transaction?"""
    return Key(f"PAYMENT#{id}", "PAYMENT")


def payer(shop: str, account: str) -> Key:
    """Which of the shop's customers paid from the bank account last?"""
    return Key(f"PAYER#{shop}#{account.replace(' ', '').upper()}", "PAYER")


def authorisation(provider: str, reference: str) -> Key:
    """Which order is to be paid from the provider's authorisation?"""
    return Key(f"AUTHORISATION#{provider}#{reference}", "AUTHORISATION")


def test_authorisation(reference: str) -> Key:
    """How does an authorisation of the test provider stand?"""
    return Key(f"TESTPROVIDER#{reference}", "TESTPROVIDER")


def raised(aggregate: str, at: str) -> Key:
    """When was what is due at that time last handed to the step that sees to it?"""
    return Key(f"RAISED#{aggregate}", at)


def export(id: str) -> Key:
    """How does the export stand?"""
    return Key(f"EXPORT#{id}", "EXPORT")


def debtors(shop: str) -> Key:
    """Which of the shop's customers have accounts of their own in its books?"""
    return Key(f"EXPORT#DEBTORS.{shop}", "DEBTORS")


def seal(day: str) -> Key:
    """How was the day sealed? All seals share a partition, newest last."""
    return Key("SEALS", f"SEAL#{day}")


def hold(order_id: str, id: str) -> Key:
    """What do lists show of the hold?"""
    return Key(f"ORDER#{order_id}", f"HOLD#{id}")


def rules(name: str, version: int) -> Key:
    """What does the version of the rules say?"""
    return Key(f"RULES#{name}", f"{RULES_VERSION}{version:06d}")


RULES_VERSION = "VERSION#"


def active_rules(name: str) -> Key:
    """Which version of the rules decides?"""
    return Key(f"RULES#{name}", "ACTIVE")


def rules_switched(name: str, at: str) -> Key:
    """Who let which version decide?"""
    return Key(f"RULES#{name}", f"SWITCHED#{at}")


def seen(kind: str, digest: str, at: str, order_id: str) -> Key:
    """Which orders have a value in common, by time?"""
    return Key(f"SEEN#{kind}#{digest}", f"{SEEN}{at}#{order_id}")


SEEN = "AT#"


def first_order(shop: str, customer_id: str) -> Key:
    """Which was the customer's first order?"""
    return Key(f"BUYER#{shop}#{customer_id}", "FIRST")


def listed(name: str, value: str) -> Key:
    """Does a value stand on the blocklist or allowlist? A list shares a partition."""
    return Key(f"LISTED#{name}", f"ENTRY#{value}")


def open_item(order_id: str, document: str) -> Key:
    """What is open of the order's document? Without a document: what is the customer's."""
    return Key(f"ORDER#{order_id}", f"OPENITEM#{document or 'CREDIT'}")


def reduction(order_id: str, id: str) -> Key:
    """What was let go of the order's invoice, when?"""
    return Key(f"ORDER#{order_id}", f"REDUCTION#{id}")


def advance(order_id: str, id: str) -> Key:
    """What is taxed of the order's deposit, since when?"""
    return Key(f"ORDER#{order_id}", f"ADVANCE#{id}")


def found_by(kind: str, shop: str, value: str, place: str) -> Key:
    """Which orders of the shop have the value (a customer, a mail address, a SKU), by time?"""
    return Key(f"FOUND#{kind}#{shop}#{value}", place)


def withdrawal(id: str) -> Key:
    """How does the statement to withdraw stand?"""
    return Key(f"WITHDRAWAL#{id}", "WITHDRAWAL")


def withdrawal_vault(id: str) -> Key:
    """What do the pseudonyms of the withdrawal stand for?"""
    return vault(f"withdrawal/{id}")


def withdrawal_of(order_id: str, id: str) -> Key:
    """Which statements withdraw from the order?"""
    return Key(f"ORDER#{order_id}", f"{WITHDRAWN}{id}")


WITHDRAWN = "WITHDRAWAL#"
