"""Every reason for which an order can be held is documented, with what ends it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from oms.orders.hold_reasons import REASONS
from tests.house.tree import ROOT, listed, modules, parsed

DOCUMENTED = (ROOT / "docs" / "holds.md").read_text(encoding="utf-8")


def constants() -> dict[str, str]:
    """Texts of the domain by the names that they have."""
    return {
        target.id: str(node.value.value)
        for module in modules("layers/domain")
        for node in parsed(module).body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def reasons() -> Iterator[str]:
    """The reasons that stand as such in a finding that holds."""
    named = constants()
    for module in modules("layers/domain"):
        for node in ast.walk(parsed(module)):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "Finding":
                continue
            verdict, reason = node.args[1], node.args[2] if len(node.args) > 2 else None
            if not (isinstance(verdict, ast.Constant) and verdict.value == "hold"):
                continue
            if isinstance(reason, ast.Constant):
                yield str(reason.value)
            elif isinstance(reason, ast.Name) and reason.id in named:
                yield named[reason.id]


def test_every_reason_of_a_hold_can_be_asked_for_and_is_documented() -> None:
    found = set(reasons())
    assert {"payment_pending", "email_invalid", "credit_exceeded"} <= found
    assert found <= set(REASONS), listed(sorted(found - set(REASONS)))
    documented = set(re.findall(r"`([a-z_]+)`", DOCUMENTED))
    assert not found - documented, listed(sorted(found - documented))
