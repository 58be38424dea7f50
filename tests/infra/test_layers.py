"""The layers that Lambda gets: with bytecode that it takes, under a hash that says so."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_

from infra import layers
from infra.ground import layer_code
from local import stack

MODULE = "python/oms/core/money.py"
UNCHECKED = 1  # the flags of bytecode that is taken without a look at its source


@pytest.fixture
def building(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where layers are built."""
    monkeypatch.setattr(layers, "built", lambda name: tmp_path / "layers" / name)
    return tmp_path / "layers"


def archive(folder: Path, *, compiled: bool) -> stack.Asset:
    """What `deploy` uploads of our own code, once it is built."""
    app = App(outdir=str(folder), analytics_reporting=False)
    made = Stack(app, "One")
    lambda_.LayerVersion(made, "Layer", code=layer_code("domain", built=True, compiled=compiled))
    app.synth()
    found = stack.assets(folder, stack.Cloud(None, "123456789012", "eu-central-1"))
    (only,) = [asset for asset in found if asset.zipped]
    return only


def unpacked(content: bytes, folder: Path) -> Path:
    """Its files as Lambda unpacks them: with times of their own."""
    zipfile.ZipFile(io.BytesIO(content)).extractall(folder)
    return folder


def test_bytecode_reaches_lambda_and_is_taken_there(building: Path, tmp_path: Path) -> None:
    layers.build("domain", sys.executable)
    opt = unpacked(archive(tmp_path / "out", compiled=True).content(), tmp_path / "opt")
    cached = [*(opt / "python" / "oms" / "core").glob("__pycache__/money.*.pyc")]
    assert len(cached) == 1
    assert int.from_bytes(cached[0].read_bytes()[4:8], "little") == UNCHECKED
    (opt / MODULE).write_text("this is no Python: whoever compiles it fails\n")
    ask = [sys.executable, "-B", "-S", "-c", "import oms.core.money as m; print(m.__file__)"]
    said = subprocess.run(
        ask, env={"PYTHONPATH": str(opt / "python")}, capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.strip() == str(opt / MODULE)


def test_every_module_has_its_bytecode_wherever_else_python_keeps_it(
    building: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path))
    layers.build("domain", sys.executable)
    for module in (building / "domain").rglob("*.py"):
        assert [*module.parent.glob(f"__pycache__/{module.stem}.*.pyc")], module


def test_a_layer_without_bytecode_is_another_asset(building: Path, tmp_path: Path) -> None:
    layers.build("domain", sys.executable)
    rich = archive(tmp_path / "rich", compiled=True)
    layers.build("domain", None)
    bare = archive(tmp_path / "bare", compiled=False)
    assert rich.key != bare.key
    names = zipfile.ZipFile(io.BytesIO(bare.content())).namelist()
    assert MODULE in names
    assert not [name for name in names if "__pycache__" in name]


@pytest.mark.parametrize("layer", ["domain", "typesetting"])
@pytest.mark.parametrize("compiled", [True, False])
def test_a_stray_cache_changes_no_hash(
    layer: str, compiled: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = layers.source(layer)
    copy = tmp_path / layer
    shutil.copytree(original, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(layers, "source", lambda name: copy)
    before = layers.fingerprint(layer, compiled=compiled)
    (copy / "python" / "__pycache__").mkdir()
    (copy / "python" / "__pycache__" / "stray.cpython-311.pyc").write_bytes(b"stray")
    assert layers.fingerprint(layer, compiled=compiled) == before
    (copy / "python" / "new.py").write_text("")
    assert layers.fingerprint(layer, compiled=compiled) != before


def test_an_interpreter_of_another_version_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version manager's stand-in leads nowhere; another version's bytecode is of no use."""
    stand_in, other, right = (tmp_path / name for name in ("stand_in", "other", "right"))
    stand_in.write_text("#!/bin/sh\nexit 127\n")
    other.write_text("#!/bin/sh\necho 3.12\n")
    right.write_text(f"#!/bin/sh\necho {layers.PYTHON}\n")
    for each in (stand_in, other, right):
        each.chmod(0o755)
    nowhere = str(tmp_path / "nowhere")
    found = [nowhere, str(stand_in), str(other), str(right)]
    monkeypatch.setattr(layers, "_installed", lambda: iter(found))
    assert layers.interpreter() == str(right)
    monkeypatch.setattr(layers, "UV", ("false",))
    monkeypatch.setattr(layers, "_installed", lambda: iter(found[:-1]))
    monkeypatch.setattr(layers, "FETCHED", tmp_path / "fetched")
    assert layers.interpreter() is None
