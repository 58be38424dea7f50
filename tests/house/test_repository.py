"""What must not get into the repository: traces of the machine it was made on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.house.tree import LEFT_OUT, ROOT, listed

# Written in pieces, so that the rule does not find itself.
MACHINE = re.compile("/(wo" + "rk|ro" + r"ot|home/\w+|Users/\w+)/")
REGISTRY = re.compile("--(extra-)?index" + "-url|--find" + "-links|https?://[^/ ]*/simp" + "le")
BINARY = {".png", ".jpg", ".gif", ".ico", ".pdf", ".woff2", ".ttf", ".otf", ".zip", ".gz"}


def files() -> list[Path]:
    """What git knows of; on a checkout without git, what is there."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listing.returncode == 0:
        return [ROOT / name for name in listing.stdout.split("\0") if name]
    hidden = LEFT_OUT | {".venv", ".auftakt"}
    return [path for path in ROOT.rglob("*") if not hidden & set(path.parts)]


def test_no_file_names_a_path_of_a_machine_or_a_package_registry() -> None:
    breaches = [
        f"{path.relative_to(ROOT)}:{number} {found[0]}"
        for path in files()
        if path.is_file() and path.suffix not in BINARY
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if (found := MACHINE.search(line) or REGISTRY.search(line))
    ]
    assert not breaches, listed(breaches)
