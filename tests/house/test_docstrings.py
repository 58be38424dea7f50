"""Docstrings begin with what a thing is or does, not with a question word."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.house.tree import listed, modules, parsed

QUESTIONS = frozenset(
    {"what", "whether", "how", "who", "whom", "whose", "when", "where", "which", "that", "why"}
)
MOST = {"layers/domain/python/oms": 9, "layers/aws/python/oms_aws": 20, "functions": 0}
"""Docstrings of a tree that still begin so: the number may fall, and never rises."""

ACCESS_PATTERNS = {
    Path("layers/aws/python/oms_aws/platform") / f"{n}.py"
    for n in ("keys", "return_keys", "indexes")
}
"""Modules in which each key says, in full, the question that it answers."""

DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def asking(tree: ast.AST) -> list[str]:
    """The first lines of docstrings that begin with a question word."""
    docstrings = (ast.get_docstring(n) for n in ast.walk(tree) if isinstance(n, DOCUMENTED))
    return [
        text.splitlines()[0]
        for text in docstrings
        if text and text.split()[0].strip(".,:;").partition("'")[0].lower() in QUESTIONS
    ]


@pytest.mark.parametrize("tree", MOST)
def test_docstrings_begin_with_a_noun_or_a_verb(tree: str) -> None:
    found = [
        f"{path}: {line}"
        for path in modules(tree)
        if path not in ACCESS_PATTERNS
        for line in asking(parsed(path))
    ]
    assert len(found) <= MOST[tree], listed(found)


def test_a_key_says_the_question_that_it_answers() -> None:
    for path in ACCESS_PATTERNS:
        open_ended = [line for line in asking(parsed(path)) if "?" not in line]
        assert not open_ended, listed(open_ended)


def test_a_docstring_that_asks_is_found() -> None:
    text = '"""Whether, and when."""\ndef f():\n    """Whose turn it is."""\n'
    text += 'class Whole:\n    """Whole of it, which is what counts."""\n'
    assert asking(ast.parse(text)) == ["Whether, and when.", "Whose turn it is."]
