"""Where things lie: the repository, and what running it leaves behind."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSEMBLIES = ROOT / "build" / "synth"
FUNCTIONS = Path(os.environ.get("AUFTAKT_FUNCTIONS") or ROOT / "functions").absolute()
STATE = Path(os.environ.get("AUFTAKT_STATE") or ROOT / ".auftakt").absolute()
LOGS = STATE / "logs"
SNAPSHOTS = STATE / "state"
OBJECTS = STATE / "s3"
SCRATCH = STATE / "tmp"
RUNNING = STATE / "running.json"
PORT = STATE / "port"
KEYS = STATE / "keys.json"
IDENTITIES = STATE / "identities"
LOCK = STATE / "lock"


def latest_snapshot() -> Path | None:
    """The newest complete snapshot of the emulator's state."""
    return max(SNAPSHOTS.glob("snapshot-*"), default=None)
