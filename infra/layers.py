"""Builds the layers of third-party packages for Lambda, from their locks and without Docker."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ("domain", "aws")
LOCKED = ("vendor", "typesetting")
PYTHON = "3.13"
PLATFORM = "aarch64-manylinux2014"
LIMIT = 250 * 1024 * 1024  # what Lambda allows a function and its layers, unpacked


def source(layer: str) -> Path:
    """The folder of a layer in the tree: our own code, or the lock of the packages it holds."""
    return ROOT / "layers" / layer


def built(layer: str) -> Path:
    """The folder in which a locked layer is built."""
    return ROOT / "build" / "layers" / layer


def fingerprint(layer: str) -> str:
    """The hash of a locked layer: the same whether or not it has been built yet."""
    lock = (source(layer) / "requirements.lock").read_bytes()
    return hashlib.sha256(lock + f"{PYTHON} {PLATFORM}".encode()).hexdigest()


def build_layers() -> dict[str, int]:
    """Builds the locked layers that are not there yet; returns every layer's size in bytes."""
    sizes = {layer: _build(layer) for layer in LOCKED}
    sizes |= {layer: _size(source(layer)) for layer in OWN}
    if sum(sizes.values()) > LIMIT:
        raise RuntimeError(f"the layers are larger than Lambda allows: {sizes}")
    return sizes


def _build(layer: str) -> int:
    target, stamp = built(layer), built(layer) / "fingerprint"
    if not stamp.exists() or stamp.read_text() != fingerprint(layer):
        shutil.rmtree(target, ignore_errors=True)
        _install(source(layer) / "requirements.lock", target / "python")
        stamp.write_text(fingerprint(layer))
    return _size(target)


def _install(lock: Path, target: Path) -> None:
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--link-mode", "copy"]
    command += ["--python-platform", PLATFORM, "--python-version", PYTHON]
    subprocess.run([*command, "--target", str(target), "-r", str(lock)], check=True)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    for name, size in build_layers().items():
        sys.stdout.write(f"{name:12} {size / 1024 / 1024:7.1f} MB\n")
