"""An archive of files, for checkers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Archived:
    """Files of an archive, by key."""

    files: dict[str, bytes]

    def read(self, key: str) -> bytes | None:
        return self.files.get(key)

    def keys(self, folder: str) -> list[str]:
        return sorted(key for key in self.files if key.startswith(folder))
