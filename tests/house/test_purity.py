"""What code in Lambda leaves to one place each: the clock, the environment, keys, money."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.house.tree import IN_LAMBDA, listed, modules, parsed, texts

DOMAIN = "layers/domain"
WIRING = Path("layers/aws/python/oms_aws/platform/wiring.py")
KEYS = {
    Path(f"layers/aws/python/oms_aws/platform/{name}.py")
    for name in ("keys", "return_keys", "indexes")
}
KEY = re.compile(r"^[A-Z][A-Z_]+#")
CLOCK = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("os", "environ"), ("os", "getenv"),
}  # fmt: skip
DICE = {"random", "secrets", "uuid", "uuid_utils"}


def test_clock_and_environment_are_read_in_wiring_alone() -> None:
    breaches = [
        f"{module}:{node.lineno} {node.value.id}.{node.attr}"
        for module in modules(*IN_LAMBDA)
        if module != WIRING
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCK
    ]
    assert not breaches, listed(breaches)


def test_nobody_imports_the_clock_or_the_environment_by_name() -> None:
    breaches = [
        f"{module}:{node.lineno} from {node.module} import {alias.name}"
        for module in modules(*IN_LAMBDA)
        if module != WIRING
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (node.module, alias.name) in CLOCK
    ]
    assert not breaches, listed(breaches)


def test_the_domain_throws_no_dice() -> None:
    breaches = [
        f"{module}:{node.lineno}"
        for module in modules(DOMAIN)
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and DICE & {(getattr(node, "module", None) or node.names[0].name).split(".")[0]}
    ]
    assert not breaches, listed(breaches)


def test_key_prefixes_live_in_keys_and_indexes_alone() -> None:
    breaches = [
        f"{module}:{text.lineno} {text.value!r}"
        for module in modules(*IN_LAMBDA)
        if module not in KEYS
        for text in texts(parsed(module))
        if KEY.match(str(text.value))
    ]
    assert not breaches, listed(breaches)


def test_the_domain_knows_no_float() -> None:
    breaches = [
        f"{module}:{node.lineno}"
        for module in modules(DOMAIN)
        for node in ast.walk(parsed(module))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
    ]
    assert not breaches, listed(breaches)


MONEY = re.compile(r"price|amount|total|money|net|gross|tax|fee|refund", re.IGNORECASE)


def test_money_is_never_a_float_outside_the_domain_either() -> None:
    breaches = []
    for module in modules("functions", "layers/aws"):
        for node in ast.walk(parsed(module)):
            if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
                name = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
                if "float" in ast.unparse(node.annotation) and MONEY.search(name):
                    breaches.append(f"{module}:{node.lineno} {name}")
            if isinstance(node, ast.Call) and (call := ast.unparse(node)).startswith("float("):
                breaches += [f"{module}:{node.lineno} {call}"] if MONEY.search(call) else []
    assert not breaches, listed(breaches)
