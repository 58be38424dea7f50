"""Reads a synthesised app and publishes its assets, locally as on AWS."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

STACK = "Auftakt"  # what all stands on; the others are named after it
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
Say = Callable[[str], None]


class DeploymentFailed(Exception):
    """A stack could not be brought to the wanted state; the text says which and why."""


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

    def client(self, name: str, config: Any = None) -> Any:
        return self.session.client(name, region_name=self.region, config=config)

    def filled(self, text: str) -> str:
        """A manifest's text with this account and region put in."""
        for name, value in (("AccountId", self.account), ("Region", self.region)):
            text = text.replace(f"${{AWS::{name}}}", value)
        return text.replace("${AWS::Partition}", "aws")


def zipped(folder: Path) -> bytes:
    """A folder as an archive that is the same whenever the content is.

    What does not belong into it, the assembly has left out; a built layer has bytecode.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
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


def names(assembly: Path) -> list[str]:
    """The stacks of an app, each behind those that it builds on."""
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    made = {
        name: set(artifact.get("dependencies", ()))
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    graph = {name: needs & made.keys() for name, needs in made.items()}
    return list(TopologicalSorter(graph).static_order())


def template(assembly: Path, stack: str) -> Path:
    """The file that holds a stack's template."""
    return assembly / f"{stack}.template.json"


def whole(assembly: Path) -> dict[str, Any]:
    """The templates of all stacks as one, with what a stack imports put in from its exporter."""
    parts = [json.loads(template(assembly, name).read_text()) for name in names(assembly)]
    exports = {
        output["Export"]["Name"]: output["Value"]
        for part in parts
        for output in part.get("Outputs", {}).values()
        if "Export" in output
    }
    joined: dict[str, Any] = {"Resources": {}, "Outputs": {}}
    for part in parts:
        joined["Resources"] |= part["Resources"]
        joined["Outputs"] |= {
            name: out for name, out in part.get("Outputs", {}).items() if "Export" not in out
        }
    filled: dict[str, Any] = _imported(joined, exports)
    return filled


def _imported(value: Any, exports: Mapping[str, Any]) -> Any:
    match value:
        case {"Fn::ImportValue": str(name)}:
            return exports[name]
        case dict():
            return {key: _imported(each, exports) for key, each in value.items()}
        case list():
            return [_imported(each, exports) for each in value]
    return value


def assets(assembly: Path, cloud: Cloud) -> list[Asset]:
    """What has to be in the cloud before the stacks are changed."""
    found: dict[tuple[str, str], Asset] = {}
    for name in names(assembly):
        for asset in _assets(assembly, name, cloud):
            found[asset.bucket, asset.key] = asset
    return [*found.values()]


def _assets(assembly: Path, stack: str, cloud: Cloud) -> Iterator[Asset]:
    manifest = json.loads((assembly / f"{stack}.assets.json").read_text())
    for entry in manifest["files"].values():
        source = entry["source"]
        for place in entry["destinations"].values():
            yield Asset(
                assembly / source["path"],
                source["packaging"] == "zip",
                cloud.filled(place["bucketName"]),
                cloud.filled(place["objectKey"]),
            )


def assets_bucket(assembly: Path, cloud: Cloud) -> str:
    """The bucket of the CDK bootstrap, to which all assets go."""
    return assets(assembly, cloud)[0].bucket


def templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """Every stack's template, each behind those that it builds on."""
    return {name: json.loads(template(assembly, name).read_text()) for name in names(assembly)}


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


def describe(cloud: Cloud, stack: str = STACK) -> dict[str, Any] | None:
    """A stack as it stands, or nothing."""
    from botocore.exceptions import ClientError

    try:
        stacks = cloud.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return dict(stacks[0])


def outputs(cloud: Cloud, stack: str = STACK) -> dict[str, str]:
    """Where the deployed system is; what one stack exports to another is left out."""
    found = describe(cloud, stack) or {}
    return {
        out["OutputKey"]: out["OutputValue"]
        for out in found.get("Outputs", [])
        if "ExportName" not in out
    }
