"""`auftakt openapi`: writes the description of the API and its page, or checks them for drift."""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra.journey import JOURNEY, Http
from local import made, paths, reference
from local.made import add_arguments
from oms_aws.api.openapi import document
from oms_aws.platform.http import Routed

LAYER = paths.ROOT / "layers" / "aws" / "python" / "oms_aws"


def run(args: argparse.Namespace) -> int:
    """Zero, or one when `--check` finds a file that is not what the handlers say."""
    return made.write(files(), check=args.check)


def files() -> dict[Path, str]:
    """What the committed files should hold: the document as JSON, and as a page."""
    api = described()
    return {
        LAYER / "openapi.json": json.dumps(api, indent=2, ensure_ascii=False) + "\n",
        LAYER / "docs.html": reference.page(api),
    }


def described() -> dict[str, Any]:
    """The OpenAPI document of the handlers as they are."""
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return document(served(), project["project"]["version"])


def served() -> Iterator[tuple[str, dict[str, Routed]]]:
    """The HTTP steps in the order of the journey, with the routes of their handlers."""
    for step in JOURNEY:
        if isinstance(step.on, Http):
            yield step.name, _routes(step.name)


def _routes(step: str) -> dict[str, Routed]:
    path = paths.ROOT / "functions" / step / "handler.py"
    spec = importlib.util.spec_from_file_location(f"described.{step.replace('/', '.')}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    routes: dict[str, Routed] = module.step.routes
    return routes


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m local.openapi", description=__doc__)
    add_arguments(parser)
    sys.exit(run(parser.parse_args()))
