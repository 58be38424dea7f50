"""Synthesises the CDK app, once per content of what it is made from."""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from local import paths

SOURCES = ("infra", "functions", "layers", "cdk.json", "pyproject.toml", "requirements.lock")
OUTLINED = ("infra", "cdk.json", "pyproject.toml", "requirements.lock")
OUTLINE = "outline"  # the file that says what an assembly's outline was made from
KEPT = 8
ASSEMBLE = (
    "import sys, json; from infra.app import app; app(sys.argv[1], json.loads(sys.argv[2])).synth()"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--context", "-c", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--force", action="store_true", help="even if nothing has changed")


def run(args: argparse.Namespace) -> int:
    """Synthesise and say where."""
    context = parse_context(args.context)
    if args.force:
        shutil.rmtree(paths.ASSEMBLIES, ignore_errors=True)
    made = assembly(context)
    sys.stdout.write(f"{made}\n")
    return 0


def parse_context(pairs: Iterable[str]) -> dict[str, str]:
    """`name=value` pairs as the CDK's context."""
    context = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise SystemExit(f"--context {pair}: expected NAME=VALUE")
        context[name] = value
    return context


def assembly(context: Mapping[str, str] | None = None) -> Path:
    """The folder with the synthesised app, made if there is none of the present content.

    Each content has a folder of its own, so nobody's is pulled away while it is read.
    """
    content = fingerprint(context or {})
    folder = paths.ASSEMBLIES / content[:16]
    paths.ASSEMBLIES.mkdir(parents=True, exist_ok=True)
    with (paths.ASSEMBLIES / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _synthesise(folder, context or {})
            _forget_oldest()
    return folder


def outline() -> Path:
    """An assembly whose templates say what the present one would, but for the hashes of assets.

    Whoever runs the functions from the tree needs no more, and a changed handler no synthesis.
    """
    shape = fingerprint({}, OUTLINED)
    kept = [entry for entry in paths.ASSEMBLIES.glob(f"*/{OUTLINE}") if entry.read_text() == shape]
    if kept:
        return max(kept, key=lambda entry: entry.stat().st_mtime).parent
    made = assembly()
    (made / OUTLINE).write_text(shape)
    return made


def _forget_oldest() -> None:
    made = [entry for entry in paths.ASSEMBLIES.iterdir() if entry.is_dir()]
    for folder in sorted(made, key=lambda entry: entry.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)


def fingerprint(context: Mapping[str, str], sources: Iterable[str] = SOURCES) -> str:
    """A hash over everything that the app is made from."""
    total = hashlib.sha256(json.dumps(sorted(context.items())).encode())
    for path in sorted(_files(sources)):
        total.update(f"{path.relative_to(paths.ROOT)}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _files(sources: Iterable[str]) -> Iterable[Path]:
    for name in sources:
        source = paths.ROOT / name
        if source.is_file():
            yield source
        for folder, folders, files in os.walk(source):
            folders[:] = [name for name in folders if name != "__pycache__"]
            yield from (Path(folder, file) for file in files if not file.endswith(".pyc"))


def _synthesise(folder: Path, context: Mapping[str, str]) -> None:
    making = folder.with_suffix(".making")
    shutil.rmtree(making, ignore_errors=True)
    command = [sys.executable, "-c", ASSEMBLE, str(making), json.dumps(dict(context))]
    environment = {**os.environ, "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1"}
    done = subprocess.run(
        command, cwd=paths.ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(making, ignore_errors=True)
        raise SystemExit(f"the CDK app could not be synthesised:\n{done.stdout}{done.stderr}")
    making.rename(folder)
