"""`auftakt check`: runs every quality gate, even after one has failed, and shows each result."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable

from local import paths, stack, synth

Outcome = tuple[bool, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("only", nargs="*", metavar="GATE", help=", ".join(GATES))


def run(args: argparse.Namespace) -> int:
    """Zero when every gate is passed."""
    unknown = set(args.only) - set(GATES)
    if unknown:
        raise SystemExit(f"no such gate: {', '.join(sorted(unknown))}")
    passed = [
        _shown(name, gate) for name, gate in GATES.items() if not args.only or name in args.only
    ]
    return 0 if all(passed) else 1


def _shown(name: str, gate: Callable[[], Outcome]) -> bool:
    began = time.monotonic()
    passed, text = gate()
    verdict = "passed" if passed else "FAILED"
    sys.stdout.write(f"{name:10} {verdict}  {time.monotonic() - began:5.1f} s\n")
    if not passed:
        sys.stdout.write("".join(f"    {line}\n" for line in text.splitlines()))
    sys.stdout.flush()
    return passed


def _tool(*arguments: str) -> Callable[[], Outcome]:
    def gate() -> Outcome:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True, check=False)
        return done.returncode == 0, done.stdout + done.stderr

    return gate


def _synthesised() -> Outcome:
    """cdk-nag is part of the app: what it finds makes the synthesis fail."""
    try:
        synth.assembly()
    except SystemExit as failed:
        return False, str(failed)
    return True, ""


def _linted() -> Outcome:
    """cfn-lint over the templates that were just synthesised."""
    assembly = synth.assembly()
    files = [str(stack.template(assembly, name)) for name in stack.names(assembly)]
    return _tool("-c", LINT, *files)()


IMPORTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
LINT = "import sys; from cfnlint.runner import main; sys.exit(main())"

GATES: dict[str, Callable[[], Outcome]] = {
    "ruff": _tool("-m", "ruff", "check", "."),
    "format": _tool("-m", "ruff", "format", "--check", "."),
    "mypy": _tool("-m", "mypy"),
    "imports": _tool("-c", IMPORTS),
    "house": _tool("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/house"),
    "synth": _synthesised,
    "template": _linted,
}
