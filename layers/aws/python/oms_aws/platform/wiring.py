"""The wiring: settings from the environment, the clock, and what every step can work with."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import boto3
import uuid_utils
from botocore.config import Config

if TYPE_CHECKING:
    from oms_aws.platform.clients import DynamoClients
    from oms_aws.platform.dead_letters import DynamoDeadLetters
    from oms_aws.platform.due import DynamoDue
    from oms_aws.platform.history import DynamoHistory
    from oms_aws.platform.links import SignedLinks
    from oms_aws.platform.mail import SesMail
    from oms_aws.platform.outgoing import Poster
    from oms_aws.platform.queues import SqsQueues
    from oms_aws.platform.secrets import SsmSecrets
    from oms_aws.platform.table import Table
    from oms_aws.platform.uploads import S3Uploads

VIES = "https://ec.europa.eu/taxation_customs/vies/rest-api"
STRIPE = "https://api.stripe.com"


class MissingSetting(Exception):
    """A variable that the function needs is not in its environment."""


@dataclass(frozen=True)
class Settings:
    """Settings of a function, from its environment."""

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
    vies: str = VIES
    stripe: str = STRIPE
    test_payments: bool = False

    @property
    def local(self) -> bool:
        """True in the embedded cloud, where links and webhooks need no TLS."""
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
            vies=os.environ.get("VIES_URL", VIES).rstrip("/"),
            stripe=os.environ.get("STRIPE_URL", STRIPE).rstrip("/"),
            secrets=os.environ.get("SECRETS", ""),
            test_payments=os.environ.get("TEST_PAYMENTS") == "allowed",
        )


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise MissingSetting(f"the environment variable {name} is not set")
    return value


class PlatformWiring:
    """Collaborators of every step, each made and its modules imported when it is first used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)

    def new_id(self, prefix: str) -> str:
        """A new id: the prefix, and a UUID of version 7, so that ids sort by time."""
        return f"{prefix}_{uuid_utils.uuid7().hex}"

    @property
    def rehearses(self) -> bool:
        """True if the test provider is allowed: in the embedded cloud, or where it is said so."""
        return self.settings.local or self.settings.test_payments

    def aws(self, service: str) -> Any:
        """The client of an AWS service."""
        return client(service)

    @cached_property
    def table(self) -> Table:
        from oms_aws.platform.table import Table

        return Table(self.aws("dynamodb"), self.settings.table)

    @cached_property
    def clients(self) -> DynamoClients:
        from oms_aws.platform.clients import DynamoClients

        return DynamoClients(self.table)

    @cached_property
    def secrets(self) -> SsmSecrets:
        from oms_aws.platform.secrets import SsmSecrets

        return SsmSecrets(self.aws("ssm"), self.settings.secrets, self.now)

    @cached_property
    def links(self) -> SignedLinks:
        from oms_aws.platform.links import SignedLinks

        return SignedLinks(self.secrets, self.settings.public_url)

    @cached_property
    def queues(self) -> SqsQueues:
        from oms_aws.platform.queues import SqsQueues

        return SqsQueues(self.aws("sqs"), self.settings.queues)

    @cached_property
    def uploads(self) -> S3Uploads:
        from oms_aws.platform.uploads import S3Uploads

        return S3Uploads(self.aws("s3"), self.settings.uploads, self.table)

    @cached_property
    def outgoing(self) -> Poster:
        from oms_aws.platform.outgoing import Outgoing

        return Outgoing(local=self.settings.local)

    @cached_property
    def mail(self) -> SesMail:
        from oms_aws.platform.mail import SesMail

        return SesMail(self.aws("sesv2"), self.table)

    @cached_property
    def dead_letters(self) -> DynamoDeadLetters:
        from oms_aws.platform.dead_letters import DynamoDeadLetters

        return DynamoDeadLetters(self.table)

    @cached_property
    def history(self) -> DynamoHistory:
        from oms_aws.platform.history import DynamoHistory

        return DynamoHistory(self.table)

    @cached_property
    def due(self) -> DynamoDue:
        from oms_aws.platform.due import DynamoDue

        return DynamoDue(self.table, self.now)

    @cached_property
    def bus(self) -> Any:
        return self.aws("events")


class Patience(NamedTuple):
    """Attempts of a request, and how many seconds each of them may take."""

    attempts: int
    connect: float
    read: float


def patience(service: str, seconds: int) -> Patience:
    """Patience with a service of a step that may run for so many seconds.

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


Kind = TypeVar("Kind", bound=PlatformWiring)

held: list[PlatformWiring] = []
"""The collaborators of this process, once they are made."""


def collaborators(kind: type[Kind]) -> Kind:
    """The collaborators of this process that a step has named, made once."""
    for made in held:
        if isinstance(made, kind):
            return made
    made = kind(Settings.from_env())
    held.append(made)
    return made


def named(step: Callable[..., Any]) -> type[PlatformWiring]:
    """The collaborators that a step names as the type of its last argument; raises TypeError."""
    *_, last = (name for name in step.__annotations__ if name != "return")
    kind = step.__globals__.get(step.__annotations__[last])
    if not (isinstance(kind, type) and issubclass(kind, PlatformWiring)):
        raise TypeError(f"{step.__qualname__} names no collaborators as its last argument")
    return kind
