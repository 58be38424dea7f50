"""Deploys the app into the embedded cloud and does what a template cannot say there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local import passes, stack
from local.cloud import ACCOUNT, REGION, credentials
from local.plan import plan
from local.stack import Cloud, Say

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
DEPLOYED = "/auftakt/made-from"
ASSETS = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"


def embedded(base: str) -> Cloud:
    """The embedded cloud as a place to deploy to."""
    import boto3

    keys = credentials(base)
    session = boto3.Session(
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    return Cloud(Endpoint(session, base), ACCOUNT, REGION, hollow=True)


class Endpoint:
    """A session whose clients all talk to one address."""

    def __init__(self, session: Any, base: str) -> None:
        self._session = session
        self._base = base

    def client(self, name: str, region_name: str, config: Any = None) -> Any:
        return self._session.client(
            name, region_name=region_name, endpoint_url=self._base, config=config
        )


def deployed(cloud: Cloud) -> str | None:
    """What the deployed stack was made from."""
    ssm = cloud.client("ssm")
    found = ssm.get_parameters(Names=[DEPLOYED])["Parameters"]
    return str(found[0]["Value"]) if found else None


def deploy(assembly: Path, cloud: Cloud, say: Say) -> bool:
    """Bring the stacks to what was synthesised; false when it is that already."""
    wanted = assembly.name
    if deployed(cloud) == wanted:
        return False
    bootstrap(cloud)
    stack.publish(assembly, cloud)
    way = plan(passes.deployed(cloud), stack.templates(assembly))
    passes.carry_out(way, assembly, cloud, say, patience=None)  # what left has no code any more
    template = stack.whole(assembly)
    _lock_objects(template, cloud)
    _verify_sender(template, cloud)
    cloud.client("ssm").put_parameter(Name=DEPLOYED, Value=wanted, Type="String", Overwrite=True)
    return True


def bootstrap(cloud: Cloud) -> None:
    """What `cdk bootstrap` leaves in an account, as far as a deployment needs it."""
    s3 = cloud.client("s3")
    if ASSETS not in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
        s3.create_bucket(
            Bucket=ASSETS, CreateBucketConfiguration={"LocationConstraint": cloud.region}
        )
    cloud.client("ssm").put_parameter(Name=BOOTSTRAP, Value="30", Type="String", Overwrite=True)


def _resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The properties of all resources of a kind, by logical id."""
    return {
        name: resource.get("Properties", {})
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def _lock_objects(template: dict[str, Any], cloud: Cloud) -> None:
    """The emulator ignores a bucket's Object Lock in a template, so it is set once more."""
    formation, s3 = cloud.client("cloudformation"), cloud.client("s3")
    for name, properties in _resources(template, "AWS::S3::Bucket").items():
        lock = properties.get("ObjectLockConfiguration")
        if lock:
            found = formation.describe_stack_resource(StackName=stack.STACK, LogicalResourceId=name)
            bucket = found["StackResourceDetail"]["PhysicalResourceId"]
            s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock)


def _verify_sender(template: dict[str, Any], cloud: Cloud) -> None:
    """Mail is only sent from a verified identity; here that takes no answer to a mail."""
    told = {
        str(properties.get("Environment", {}).get("Variables", {}).get(name) or "")
        for properties in _resources(template, "AWS::Lambda::Function").values()
        for name in ("SENDER", "SENDERS")
    }
    ses = cloud.client("sesv2")
    for sender in sorted({each for text in told for each in text.split(",") if each}):
        try:
            ses.create_email_identity(EmailIdentity=sender)
        except ses.exceptions.AlreadyExistsException:
            continue
