"""Templates: what people read is rendered in a sandbox, escaped, in their language."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent.parent / "templates"


@cache
def environment(folder: str) -> Environment:
    """Renders the templates of a folder; in those that end in `.html` every value is escaped."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES / folder),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def words(folder: str) -> dict[str, dict[str, str]]:
    """The words of a folder's templates, by language."""
    found: dict[str, dict[str, str]] = read(f"{folder}/words.json")
    return found


@cache
def read(name: str) -> Any:
    """A JSON file among the templates."""
    return json.loads((TEMPLATES / name).read_bytes())
