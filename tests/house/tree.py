"""What the rules of the house look at: the modules of the tree and their syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IN_LAMBDA = ("functions", "layers")
WRITTEN = (*IN_LAMBDA, "infra", "local", "bench")
LEFT_OUT = {"__pycache__", "node_modules", "build", "cdk.out"}


def modules(*folders: str) -> list[Path]:
    """Every Python file below the folders, relative to the root."""
    found = (path.relative_to(ROOT) for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if not LEFT_OUT & set(path.parts))


@cache
def parsed(module: Path) -> ast.Module:
    return ast.parse((ROOT / module).read_text(), filename=str(module))


def texts(tree: ast.AST) -> Iterator[ast.Constant]:
    """The string literals, without the docstrings."""
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node


def imported(tree: ast.AST) -> Iterator[str]:
    """The dotted names of every module imported, wherever in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def listed(breaches: list[str]) -> str:
    """For the message of a failed rule: one breach a line."""
    return "\n".join(["", *breaches])
