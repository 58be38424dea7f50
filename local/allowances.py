"""Looks at what an AWS account allows before a deployment needs it: quotas, mail, the bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from local import quotas
from local.stack import Cloud, outputs
from oms_aws.master.kinds import SHOPS
from oms_aws.master.store import DynamoMaster
from oms_aws.platform import indexes
from oms_aws.platform.senders import covered
from oms_aws.platform.table import Table

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
CONCURRENCY = 200  # below it queues and shops wait for each other; AWS gives old accounts 1,000
RULES_A_BUS = 300
PAGE = 100  # shops that are read at once
HOW_TO_BOOTSTRAP = """\
The account {account} has no CDK bootstrap in {region} (parameter {name} is missing).
It is made once per account and region: npx aws-cdk bootstrap aws://{account}/{region}"""
RAISE = "aws service-quotas request-service-quota-increase --service-code {service} --quota-code \
{code} --desired-value {value} --region {region}"


def bootstrap(cloud: Cloud) -> Iterator[str]:
    """What a deployment cannot begin without."""
    if not cloud.client("ssm").get_parameters(Names=[BOOTSTRAP])["Parameters"]:
        facts = {"account": cloud.account, "region": cloud.region, "name": BOOTSTRAP}
        yield HOW_TO_BOOTSTRAP.format(**facts)


def limits(cloud: Cloud, templates: Mapping[str, Any], senders: tuple[str, ...]) -> Iterator[str]:
    """What is to be raised or asked for, and how; what may not be looked at is said, too."""
    from botocore.exceptions import BotoCoreError, ClientError

    looks: dict[str, Callable[[], Iterator[str]]] = {
        "Lambda's limits": lambda: _lambda(cloud),
        "IAM's limits": lambda: _roles(cloud, templates),
        "Step Functions' and API Gateway's quotas": lambda: quotas.below(cloud, templates),
        "SES": lambda: _mail(cloud, senders),
        "the shops' senders": lambda: _shops(cloud, senders),
    }
    for what, look in looks.items():
        try:
            yield from look()
        except (BotoCoreError, ClientError) as error:
            yield f"{what} could not be looked at: {error}"
    rules = sum(_count(each, "AWS::Events::Rule") for each in templates.values())
    if rules > RULES_A_BUS * 0.9:
        yield f"{rules} rules, of {RULES_A_BUS} that an event bus takes unless it is raised"


def _lambda(cloud: Cloud) -> Iterator[str]:
    settings = cloud.client("lambda").get_account_settings()
    allowed = int(settings["AccountLimit"]["ConcurrentExecutions"])
    if allowed < CONCURRENCY:
        how = RAISE.format(service="lambda", code="L-B99A9384", value=1000, region=cloud.region)
        yield (
            f"Lambda runs at most {allowed} functions at one time here, and shops, queues and the "
            f"clock share them: with less than {CONCURRENCY} they hold each other up. Raise it:\n"
            f"{how}"
        )
    used = int(settings["AccountUsage"]["TotalCodeSize"])
    if used > 0.8 * int(settings["AccountLimit"]["TotalCodeSize"]):
        yield (
            f"Lambda keeps {used // 2**30} GB of code here, over 80 % of what it takes: "
            "delete old versions of layers and functions"
        )


def _roles(cloud: Cloud, templates: Mapping[str, Any]) -> Iterator[str]:
    found = cloud.client("iam").get_account_summary()["SummaryMap"]
    wanted = sum(_count(each, "AWS::IAM::Role") for each in templates.values())
    free = int(found.get("RolesQuota", 1000)) - int(found.get("Roles", 0))
    if free < wanted:
        how = RAISE.format(service="iam", code="L-FE177D64", value=2000, region="us-east-1")
        yield f"there is room for {free} more roles, a first deployment needs {wanted}:\n{how}"


def _mail(cloud: Cloud, senders: tuple[str, ...]) -> Iterator[str]:
    ses = cloud.client("sesv2")
    account = ses.get_account()
    if not account.get("SendingEnabled", True):
        yield "SES sends no mail for this account: see its console for the reason"
    if not account.get("ProductionAccessEnabled", False):
        yield (
            "SES is in its sandbox: mail reaches verified addresses alone, 200 a day. Ask for "
            "production access: aws sesv2 put-account-details --production-access-enabled "
            "--mail-type TRANSACTIONAL --website-url https://your-shop.example"
        )
    for sender in senders:
        names = {sender, sender.rpartition("@")[2]}
        if not any(_verified(ses, name) for name in sorted(names)):
            yield (
                f"SES does not know {sender}: mail from it is refused. "
                f"aws sesv2 create-email-identity --email-identity {min(names, key=len)}"
            )


def _shops(cloud: Cloud, senders: tuple[str, ...]) -> Iterator[str]:
    table = outputs(cloud).get("TableName")
    if table is None:
        return
    master, after = DynamoMaster(Table(cloud.client("dynamodb"), table), _now), ""
    while True:
        shops, after = master.page(SHOPS, indexes.SELLERS, after=after, limit=PAGE)
        for shop in shops:
            if shop.mail.sender and not covered(shop.mail.sender, senders):
                yield (
                    f"the shop {shop.id} sends as {shop.mail.sender}, which is none of the senders "
                    f"({', '.join(senders)}): its mails will come from {senders[0]}. Name it in "
                    "--context senders=, or change the shop"
                )
        if len(shops) < PAGE:
            return


def _now() -> datetime:
    return datetime.now(UTC)


def _verified(ses: Any, identity: str) -> bool:
    try:
        found = ses.get_email_identity(EmailIdentity=identity)
    except ses.exceptions.NotFoundException:
        return False
    return bool(found.get("VerifiedForSendingStatus"))


def _count(template: Mapping[str, Any], kind: str) -> int:
    return sum(resource["Type"] == kind for resource in template["Resources"].values())
