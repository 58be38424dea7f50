"""The same code publishes and deploys locally and to AWS."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from botocore.config import Config

from local import stack, synth
from local.deployment import embedded


def test_archive_depends_on_the_content_alone(tmp_path: Path) -> None:
    for name in ("one", "two"):
        folder = tmp_path / name
        (folder / "package").mkdir(parents=True)
        (folder / "package" / "x.pyc").write_text("same")
        os.utime(folder / "package" / "x.pyc", (0, len(name)))
        (folder / "handler.py").write_text("same")
    first, second = (stack.zipped(tmp_path / name) for name in ("one", "two"))
    assert first == second
    assert zipfile.ZipFile(io.BytesIO(first)).namelist() == ["handler.py", "package/x.pyc"]


def test_manifest_is_filled_with_account_and_region() -> None:
    cloud = stack.Cloud(None, "123456789012", "eu-central-1")
    text = "cdk-assets-${AWS::AccountId}-${AWS::Region}"
    assert cloud.filled(text) == "cdk-assets-123456789012-eu-central-1"


def test_context_is_read_as_name_and_value() -> None:
    assert synth.parse_context(["sender=a@b.example", "x=1=2"]) == {
        "sender": "a@b.example",
        "x": "1=2",
    }
    with pytest.raises(SystemExit, match="NAME=VALUE"):
        synth.parse_context(["sender"])


def test_clients_of_the_embedded_cloud_talk_to_it_as_they_are_told() -> None:
    config = Config(response_checksum_validation="when_required")
    client = embedded("http://127.0.0.1:1").client("s3", config)
    assert client.meta.endpoint_url == "http://127.0.0.1:1"
    assert client.meta.config.response_checksum_validation == "when_required"
