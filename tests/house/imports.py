"""Who imports whom among the modules of `oms` and `oms_aws`, read from their syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.house.tree import modules, parsed

TREES = {"oms": Path("layers/domain/python"), "oms_aws": Path("layers/aws/python")}


def _dotted(module: Path, tree: Path) -> str:
    parts = module.relative_to(tree).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


OURS = {
    _dotted(module, tree): module
    for name, tree in TREES.items()
    for module in modules(f"{tree}/{name}")
}
"""Our modules by their dotted names, a package being its `__init__`."""


def imports(module: Path, *, typing: bool) -> set[str]:
    """Our modules that one imports when it is imported; with `typing`, for its types as well."""
    return {
        name for node in _run(parsed(module).body, typing=typing) for name in _named(node)
    } & OURS.keys()


def _run(body: Iterable[ast.stmt], *, typing: bool) -> Iterator[ast.stmt]:
    """The statements that are run at the import, down to branches and classes."""
    for node in body:
        yield node
        if isinstance(node, ast.If) and _for_types(node.test) and not typing:
            yield from _run(node.orelse, typing=typing)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)]
            yield from _run(inner, typing=typing)


def _for_types(test: ast.expr) -> bool:
    return ast.unparse(test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def _named(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield inner if inner in OURS else str(node.module)


@cache
def loaded(module: Path) -> frozenset[str]:
    """Our modules that are in memory when one has been imported, with the packages around them."""
    found: set[str] = set()
    left = [*imports(module, typing=False)]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += imports(OURS[name], typing=False)
            left += [name.rpartition(".")[0]] if "." in name else []
    return frozenset(found)


@cache
def cycles() -> list[frozenset[str]]:
    """Groups of modules that import one another, at runtime or for their types."""
    graph = {name: imports(module, typing=True) - {name} for name, module in OURS.items()}
    reached = {name: _reached(name, graph) for name in graph}
    groups = {
        frozenset(other for other in reached[name] if name in reached[other])
        for name in graph
        if name in reached[name]
    }
    return sorted(groups, key=sorted)


def _reached(start: str, graph: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    left = [*graph[start]]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += graph[name]
    return found
