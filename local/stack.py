"""Publishes a synthesised app's assets and changes its stack, locally as on AWS."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STACK = "Auftakt"
WHOLE_TEMPLATE = 51_200  # bytes that CloudFormation takes directly
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
Say = Callable[[str], None]


class DeploymentFailed(Exception):
    """The stack could not be brought to the wanted state; the text says why."""


@dataclass(frozen=True)
class Asset:
    """A file or folder that the template refers to by bucket and key."""

    source: Path
    zipped: bool
    bucket: str
    key: str

    def content(self) -> bytes:
        return zipped(self.source) if self.zipped else self.source.read_bytes()


@dataclass(frozen=True)
class Cloud:
    """Where to deploy to; the embedded cloud runs the tree's files and takes hollow archives."""

    session: Any
    account: str
    region: str
    hollow: bool = False

    def client(self, name: str) -> Any:
        return self.session.client(name, region_name=self.region)

    def filled(self, text: str) -> str:
        """A manifest's text with this account and region put in."""
        for name, value in (("AccountId", self.account), ("Region", self.region)):
            text = text.replace(f"${{AWS::{name}}}", value)
        return text.replace("${AWS::Partition}", "aws")


def zipped(folder: Path) -> bytes:
    """A folder as an archive that is the same whenever the content is."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), FIXED_TIME)
                entry.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, path.read_bytes())
    return target.getvalue()


def hollow() -> bytes:
    """An archive that only says why it is empty."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo("handler.py", FIXED_TIME), '"""Run from the tree."""\n')
    return target.getvalue()


def assets(assembly: Path, cloud: Cloud) -> Iterator[Asset]:
    """What has to be in the cloud before the stack is changed."""
    manifest = json.loads((assembly / f"{STACK}.assets.json").read_text())
    for entry in manifest["files"].values():
        source = entry["source"]
        for place in entry["destinations"].values():
            yield Asset(
                assembly / source["path"],
                source["packaging"] == "zip",
                cloud.filled(place["bucketName"]),
                cloud.filled(place["objectKey"]),
            )


def publish(assembly: Path, cloud: Cloud) -> int:
    """Upload the assets that are not there yet; the number of new ones."""
    s3, new = cloud.client("s3"), 0
    known: dict[str, set[str]] = {}
    for asset in assets(assembly, cloud):
        if asset.bucket not in known:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=asset.bucket)
            known[asset.bucket] = {item["Key"] for p in pages for item in p.get("Contents", [])}
        if asset.key not in known[asset.bucket]:
            body = hollow() if cloud.hollow and asset.zipped else asset.content()
            s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=body)
            new += 1
    return new


def change(assembly: Path, cloud: Cloud, say: Say) -> bool:
    """Create or update the stack by a change set; false when there is nothing to change."""
    formation = cloud.client("cloudformation")
    existing = describe(cloud)
    if existing and existing["StackStatus"] in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"):
        formation.delete_stack(StackName=STACK)
        formation.get_waiter("stack_delete_complete").wait(StackName=STACK)
        existing = None
    content = (assembly / f"{STACK}.template.json").read_bytes()
    name = f"auftakt-{hashlib.sha256(content).hexdigest()[:12]}-{int(time.time())}"
    formation.create_change_set(
        StackName=STACK,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if existing else "CREATE",
        Capabilities=CAPABILITIES,
        **_template(assembly, content, cloud),
    )
    if not _ready(formation, name):
        return False
    say("updating the stack" if existing else "creating the stack")
    formation.execute_change_set(StackName=STACK, ChangeSetName=name)
    _follow(formation, "UPDATE" if existing else "CREATE")
    return True


def describe(cloud: Cloud) -> dict[str, Any] | None:
    """The stack as it stands, or nothing."""
    from botocore.exceptions import ClientError

    try:
        stacks = cloud.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return dict(stacks[0])


def outputs(cloud: Cloud) -> dict[str, str]:
    """The outputs of the deployed stack."""
    stack = describe(cloud) or {}
    return {out["OutputKey"]: out["OutputValue"] for out in stack.get("Outputs", [])}


def _template(assembly: Path, content: bytes, cloud: Cloud) -> dict[str, str]:
    """The template itself, or where it was published if it is too large for that."""
    if len(content) <= WHOLE_TEMPLATE:
        return {"TemplateBody": content.decode()}
    for asset in assets(assembly, cloud):
        if asset.source.name == f"{STACK}.template.json":
            host = cloud.client("s3").meta.endpoint_url
            return {"TemplateURL": f"{host}/{asset.bucket}/{asset.key}"}
    raise DeploymentFailed("the template is not among its assets")


def _ready(formation: Any, name: str) -> bool:
    while True:
        made = formation.describe_change_set(StackName=STACK, ChangeSetName=name)
        if made["Status"] == "CREATE_COMPLETE":
            return True
        if made["Status"] == "FAILED":
            reason = made.get("StatusReason", "")
            formation.delete_change_set(StackName=STACK, ChangeSetName=name)
            if "didn't contain changes" in reason or "No updates" in reason:
                return False
            raise DeploymentFailed(reason)
        time.sleep(0.2)


def _follow(formation: Any, kind: str) -> None:
    pause = 0.1
    while True:
        status = formation.describe_stacks(StackName=STACK)["Stacks"][0]["StackStatus"]
        if status == f"{kind}_COMPLETE":
            return
        if not status.endswith("IN_PROGRESS"):
            raise DeploymentFailed(f"{status}\n{_failures(formation)}")
        time.sleep(pause)
        pause = min(5.0, pause * 1.5)


def _failures(formation: Any) -> str:
    events = formation.describe_stack_events(StackName=STACK)["StackEvents"]
    return "\n".join(
        f"{event['LogicalResourceId']} ({event['ResourceType']}): {event['ResourceStatusReason']}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("FAILED") and event.get("ResourceStatusReason")
    )
