"""The wiring: settings from the environment, the clock, and one port for everything outside."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, NamedTuple

import boto3
import uuid_utils
from botocore.config import Config

from oms.core.values import Provider as ProviderName
from oms_aws.bills import DynamoBills
from oms_aws.breaker import Breakers
from oms_aws.catalogue import DynamoCatalogue
from oms_aws.clients import DynamoClients
from oms_aws.counterfoils import S3Counterfoils
from oms_aws.credit import DynamoCredit
from oms_aws.dead_letters import DynamoDeadLetters
from oms_aws.debtors import Debtors
from oms_aws.deliveries import DynamoDeliveries
from oms_aws.documents import S3Documents
from oms_aws.due import DynamoDue
from oms_aws.exports import DynamoExports
from oms_aws.history import DynamoHistory
from oms_aws.intake import StepFunctionsIntake
from oms_aws.keyring import DynamoKeyring
from oms_aws.links import SignedLinks
from oms_aws.mail import SesMail
from oms_aws.numbers import DynamoNumbers
from oms_aws.open_items import DynamoOpenItems
from oms_aws.orders import DynamoOrders
from oms_aws.outgoing import Outgoing, Poster
from oms_aws.payments import DynamoPayments
from oms_aws.providers import Misconfigured, Provider
from oms_aws.providers.rehearsal import Rehearsal
from oms_aws.providers.stripe import API as STRIPE
from oms_aws.providers.stripe import Stripe
from oms_aws.purchases import DynamoPurchases
from oms_aws.queues import SqsQueues
from oms_aws.recall import Recall, Stores
from oms_aws.rulesets import DynamoRulesets
from oms_aws.seals import DynamoSeals
from oms_aws.search import DynamoSearch
from oms_aws.secrets import SsmSecrets
from oms_aws.signing import SigningSecrets
from oms_aws.stock import DynamoStock
from oms_aws.table import Table
from oms_aws.taking import Taking
from oms_aws.turnover import DynamoTurnover
from oms_aws.uploads import S3Uploads
from oms_aws.vat_checks import DynamoVatChecks
from oms_aws.velocity import DynamoVelocity
from oms_aws.vies import PUBLIC, Vies
from oms_aws.webhooks import DynamoWebhooks


class MissingSetting(Exception):
    """A variable that the function needs is not in its environment."""


@dataclass(frozen=True)
class Settings:
    """What a function is told by its environment."""

    table: str
    bus: str
    documents: str
    uploads: str
    queues: str
    public_url: str
    sender: str
    step: str
    lock: str
    senders: tuple[str, ...] = ()
    seconds: int = 20
    tries: int = 5
    intake: str = ""
    secrets: str = ""
    vies: str = PUBLIC
    stripe: str = STRIPE
    test_payments: bool = False

    @property
    def local(self) -> bool:
        """Whether this is the embedded cloud, where links and webhooks need no TLS."""
        return self.public_url.startswith("http://127.0.0.1:")

    @classmethod
    def from_env(cls) -> Settings:
        """Read the environment; raises MissingSetting naming the variable."""
        return cls(
            table=_variable("TABLE"),
            bus=_variable("BUS"),
            documents=_variable("DOCUMENTS"),
            uploads=_variable("UPLOADS"),
            queues=_variable("QUEUES"),
            public_url=_variable("PUBLIC_URL").rstrip("/"),
            sender=_variable("SENDER"),
            senders=tuple(filter(None, os.environ.get("SENDERS", "").split(","))),
            step=_variable("STEP"),
            lock=_variable("LOCK"),
            seconds=int(_variable("SECONDS")),
            tries=int(os.environ.get("TRIES", "5")),
            intake=os.environ.get("INTAKE", ""),
            vies=os.environ.get("VIES_URL", PUBLIC).rstrip("/"),
            stripe=os.environ.get("STRIPE_URL", STRIPE).rstrip("/"),
            secrets=os.environ.get("SECRETS", ""),
            test_payments=os.environ.get("TEST_PAYMENTS") == "allowed",
        )


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise MissingSetting(f"the environment variable {name} is not set")
    return value


class Ports:
    """Everything outside of the domain, each made when it is first used and kept."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)

    def new_id(self, prefix: str) -> str:
        """A new id: the prefix, and a UUID of version 7, so that ids sort by time."""
        return f"{prefix}_{uuid_utils.uuid7().hex}"

    @cached_property
    def table(self) -> Table:
        return Table(client("dynamodb"), self.settings.table)

    @cached_property
    def orders(self) -> DynamoOrders:
        return DynamoOrders(self.table, self.now, self.new_id)

    @cached_property
    def search(self) -> DynamoSearch:
        return DynamoSearch(self.table)

    @cached_property
    def bills(self) -> DynamoBills:
        return DynamoBills(self.table, self.now, self.new_id)

    @cached_property
    def stock(self) -> DynamoStock:
        return DynamoStock(self.table, self.now, self.new_id)

    @cached_property
    def purchases(self) -> DynamoPurchases:
        return DynamoPurchases(self.table, self.stock, self.now, self.new_id)

    @cached_property
    def catalogue(self) -> DynamoCatalogue:
        return DynamoCatalogue(self.table, self.now)

    @cached_property
    def clients(self) -> DynamoClients:
        return DynamoClients(self.table)

    @cached_property
    def keyring(self) -> DynamoKeyring:
        return DynamoKeyring(self.table, self.now, self.new_id)

    @cached_property
    def credit(self) -> DynamoCredit:
        return DynamoCredit(self.table)

    @cached_property
    def open_items(self) -> DynamoOpenItems:
        return DynamoOpenItems(self.table)

    @cached_property
    def payments(self) -> DynamoPayments:
        return DynamoPayments(self.table, self.orders, self.catalogue, self.open_items)

    @cached_property
    def secrets(self) -> SsmSecrets:
        return SsmSecrets(client("ssm"), self.settings.secrets, self.now)

    @cached_property
    def stripe(self) -> Stripe:
        return Stripe(lambda: self.secrets.get("stripe/secret-key"), self.settings.stripe)

    @cached_property
    def rehearsal(self) -> Rehearsal:
        return Rehearsal(self.table, self.now)

    def provider(self, name: ProviderName) -> Provider:
        """The payment provider of that name; raises Misconfigured where it may not be used."""
        if name == "stripe":
            return self.stripe
        if not self.rehearses:
            raise Misconfigured("the test provider is not allowed in this deployment")
        return self.rehearsal

    @property
    def rehearses(self) -> bool:
        """Whether the test provider is allowed: in the embedded cloud, or where it is said so."""
        return self.settings.local or self.settings.test_payments

    @cached_property
    def numbers(self) -> DynamoNumbers:
        return DynamoNumbers(self.table)

    def taking(self) -> Taking:
        """The counters as a new transaction finds them."""
        return Taking(self.numbers, self.turnover, self.recall.last)

    @cached_property
    def counterfoils(self) -> S3Counterfoils:
        return S3Counterfoils(self.documents)

    @cached_property
    def recall(self) -> Recall:
        stores = Stores(
            self.table,
            self.numbers,
            self.documents,
            self.counterfoils,
            self.turnover,
            self.catalogue,
        )
        return Recall(stores, self.now)

    @cached_property
    def vies(self) -> Vies:
        return Vies(self.settings.vies)

    @cached_property
    def vat_checks(self) -> DynamoVatChecks:
        return DynamoVatChecks(self.table, self.catalogue, self.vies, self.now)

    @cached_property
    def turnover(self) -> DynamoTurnover:
        return DynamoTurnover(self.table)

    @cached_property
    def webhooks(self) -> DynamoWebhooks:
        return DynamoWebhooks(self.table, self.now)

    @cached_property
    def deliveries(self) -> DynamoDeliveries:
        return DynamoDeliveries(self.table, self.now)

    @cached_property
    def signing(self) -> SigningSecrets:
        return SigningSecrets(self.secrets)

    @cached_property
    def breakers(self) -> Breakers:
        return Breakers(self.table, self.new_id)

    @cached_property
    def outgoing(self) -> Poster:
        return Outgoing(local=self.settings.local)

    @cached_property
    def dead_letters(self) -> DynamoDeadLetters:
        return DynamoDeadLetters(self.table)

    @cached_property
    def history(self) -> DynamoHistory:
        return DynamoHistory(self.table)

    @cached_property
    def documents(self) -> S3Documents:
        return S3Documents(client("s3"), self.settings.documents, self.table, self.settings.lock)

    @cached_property
    def due(self) -> DynamoDue:
        return DynamoDue(self.table, self.now)

    @cached_property
    def rulesets(self) -> DynamoRulesets:
        return DynamoRulesets(self.table, self.now)

    @cached_property
    def velocity(self) -> DynamoVelocity:
        return DynamoVelocity(self.table, self.now)

    @cached_property
    def links(self) -> SignedLinks:
        return SignedLinks(self.secrets, self.settings.public_url)

    @cached_property
    def exports(self) -> DynamoExports:
        return DynamoExports(self.table, self.now, self.new_id)

    @cached_property
    def debtors(self) -> Debtors:
        return Debtors(self.table, self.documents, self.now)

    @cached_property
    def seals(self) -> DynamoSeals:
        return DynamoSeals(self.table, self.documents)

    @cached_property
    def mail(self) -> SesMail:
        return SesMail(client("sesv2"), self.table)

    @cached_property
    def uploads(self) -> S3Uploads:
        return S3Uploads(client("s3"), self.settings.uploads, self.table)

    @cached_property
    def queues(self) -> SqsQueues:
        return SqsQueues(client("sqs"), self.settings.queues)

    @cached_property
    def intake(self) -> StepFunctionsIntake:
        return StepFunctionsIntake(client("stepfunctions"), self.settings.intake, self.table)

    @cached_property
    def bus(self) -> Any:
        return client("events")


class Patience(NamedTuple):
    """How often a request is made, and how many seconds each attempt may take."""

    attempts: int
    connect: float
    read: float


def patience(service: str, seconds: int) -> Patience:
    """How long a step that may run for so many seconds waits for a service.

    All attempts, with the pauses of a second and two between them, end while the step still has
    time to note that they failed. A mail whose outcome is unknown is not sent again.
    """
    attempts = 1 if service == "sesv2" else 3
    each = min(PART_FOR_A_CALL * seconds / attempts, LONGEST_CALL)
    return Patience(attempts, each / 5, each * 4 / 5)


PART_FOR_A_CALL = 0.7
LONGEST_CALL = 25


@cache
def client(service: str) -> Any:
    """The one client of an AWS service in this process."""
    attempts, connect, read = patience(service, int(os.environ.get("SECONDS", "20")))
    return boto3.client(
        service,
        config=Config(
            # Requests are built in this package alone and DynamoDB checks them again.
            parameter_validation=False,
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=connect,
            read_timeout=read,
            s3={"addressing_style": "path"},
            signature_version="s3v4" if service == "s3" else None,
        ),
    )


_ports: list[Ports] = []


def ports() -> Ports:
    """The ports of this process."""
    if not _ports:
        _ports.append(Ports(Settings.from_env()))
    return _ports[0]
