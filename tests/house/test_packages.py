"""Third-party packages: locked once, and in Lambda exactly those that the layers carry."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from infra.journey import JOURNEY
from infra.layers import EXTRA, LOCKED
from tests.house.tree import ROOT, imported, listed, modules, parsed

OUR_OWN = {"oms", "oms_aws", "einvoice_rules", "paper_fonts"}
LAYERS = {name: f"layers/{name}" for name in LOCKED}
# Our own modules that only steps with the layer import.
NEEDS = {
    Path("layers/aws/python/oms_aws/papers/press.py"): {"typesetting"},
    Path("layers/aws/python/oms_aws/papers/codes.py"): {"typesetting"},
    Path("layers/domain/python/oms/screening/rules.py"): {"rules"},
    Path("layers/domain/python/oms/screening/fraud.py"): {"rules"},
    Path("layers/aws/python/oms_aws/einvoice/xml.py"): {"einvoicing"},
    Path("layers/aws/python/oms_aws/einvoice/rules.py"): {"einvoicing", "validation"},
}
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
EXTRAS = {step.name: set(step.layers) for step in JOURNEY}
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


@pytest.mark.parametrize("layer", EXTRA)
def test_an_extra_layer_holds_what_its_group_names(layer: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    held = {f"{name}=={version}" for name, (version, _) in IN_LAYER[layer].items()}
    assert held == set(project["optional-dependencies"][layer])


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.name)
def test_no_lock_names_a_host(lock: Path) -> None:
    assert "://" not in lock.read_text()
    assert "index" not in lock.read_text()


def test_code_in_lambda_imports_only_what_its_layers_carry() -> None:
    sold_as = {**packages_distributions(), "zint": ["zint-bindings"]}
    breaches = []
    for module in modules("functions", "layers"):
        step = module.parent.as_posix().removeprefix("functions/")
        carried = set(IN_LAYER["vendor"])
        for layer in NEEDS.get(module, set()) | EXTRAS.get(step, set()):
            carried |= set(IN_LAYER[layer])
        for name in {dotted.split(".")[0] for dotted in imported(parsed(module))}:
            if name in sys.stdlib_module_names or name in OUR_OWN:
                continue
            if not carried & {normal(package) for package in sold_as.get(name, [name])}:
                breaches.append(f"{module}: {name}")
    assert not breaches, listed(breaches)
