"""Every module says what it is for and can be read in one go."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.house.tree import ROOT, WRITTEN, listed, modules, parsed

LONGEST_FUNCTION = 40
NEXT_SENTENCE = re.compile(r"[.!?][\"')]?\s+[A-ZÄÖÜ]")
EMPTY_NAMES = {"utils", "helpers", "common", "constants", "manager", "base", "misc"}
LATER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "HA" + "CK")) + r")\b")


def test_every_module_has_a_docstring_of_one_sentence() -> None:
    breaches = []
    for module in modules(*WRITTEN, "tests"):
        docstring = ast.get_docstring(parsed(module)) or ""
        if not docstring.endswith((".", "!", "?")) or NEXT_SENTENCE.search(docstring):
            breaches.append(f"{module}: {docstring!r}")
    assert not breaches, listed(breaches)


def test_no_function_is_longer_than_forty_lines() -> None:
    breaches = [
        f"{module}:{node.lineno} {node.name}: {lines(node)}"
        for module in modules(*WRITTEN)
        for node in ast.walk(parsed(module))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and lines(node) > LONGEST_FUNCTION
    ]
    assert not breaches, listed(breaches)


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [path for path in modules(*WRITTEN, "tests") if path.stem.strip("_") in EMPTY_NAMES]
    assert not named, listed([str(path) for path in named])


def test_nothing_is_left_for_later() -> None:
    breaches = [
        f"{module}:{number} {line.strip()}"
        for module in modules(*WRITTEN, "tests")
        for number, line in enumerate((ROOT / module).read_text().splitlines(), 1)
        if LATER.search(line)
    ]
    assert not breaches, listed(breaches)


def test_the_launcher_says_what_it_is_for() -> None:
    launcher = ast.parse((ROOT / "auftakt").read_text())
    assert ast.get_docstring(launcher)
    assert Path(ROOT / "auftakt").stat().st_mode & 0o111
