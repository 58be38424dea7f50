"""Third-party packages: locked once, and in Lambda exactly those that the layers carry."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from infra.journey import JOURNEY
from tests.house.tree import ROOT, imported, listed, modules, parsed

OUR_OWN = {"oms", "oms_aws"}
LAYERS = {"vendor": "layers/vendor", "typesetting": "layers/typesetting"}
TYPESETTING = Path("layers/aws/python/oms_aws/typesetting.py")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)
Pins = dict[str, tuple[str, set[str]]]


def pins(lock: Path) -> Pins:
    """Package -> its version and hashes."""
    found: Pins = {}
    text = lock.read_text()
    marks = [*PIN.finditer(text)]
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        entry = text[mark.start() : after.start() if after else None]
        found[normal(mark[1])] = (mark[2], set(re.findall(r"sha256:[0-9a-f]{64}", entry)))
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


EVERYTHING = pins(ROOT / "requirements.lock")
IN_LAYER = {name: pins(ROOT / folder / "requirements.lock") for name, folder in LAYERS.items()}
LOCKS = [ROOT / "requirements.lock", *(ROOT / f / "requirements.lock" for f in LAYERS.values())]


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_holds_the_versions_that_are_tested(layer: str) -> None:
    for package, (version, hashes) in IN_LAYER[layer].items():
        tested, known = EVERYTHING[package]
        assert version == tested, package
        assert hashes <= known, package
        assert hashes, package


def test_the_vendor_layer_holds_what_the_project_depends_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for requirement in project["dependencies"]:
        name, _, version = requirement.partition("==")
        assert IN_LAYER["vendor"][normal(name)][0] == version, requirement
    assert {f"{n}=={v}" for n, (v, _) in IN_LAYER["typesetting"].items()} == set(
        project["optional-dependencies"]["typesetting"]
    )


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_no_lock_names_a_host(lock: Path) -> None:
    assert "://" not in lock.read_text()
    assert "index" not in lock.read_text()


def test_code_in_lambda_imports_only_what_its_layers_carry() -> None:
    sold_as = packages_distributions()
    breaches = []
    for module in modules("functions", "layers"):
        carried = set(IN_LAYER["vendor"])
        if (
            module == TYPESETTING
            or module.parent.as_posix().removeprefix("functions/") in setting()
        ):
            carried |= set(IN_LAYER["typesetting"])
        for name in {dotted.split(".")[0] for dotted in imported(parsed(module))}:
            if name in sys.stdlib_module_names or name in OUR_OWN:
                continue
            if not carried & {normal(package) for package in sold_as.get(name, [name])}:
                breaches.append(f"{module}: {name}")
    assert not breaches, listed(breaches)


def setting() -> set[str]:
    return {step.name for step in JOURNEY if "typesetting" in step.layers}
