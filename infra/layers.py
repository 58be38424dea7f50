"""Builds the layers for Lambda: our own code and the locked packages, without Docker."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from infra.journey import JOURNEY

ROOT = Path(__file__).resolve().parent.parent
UV = (sys.executable, "-m", "uv")
OWN = ("domain", "aws")
EVERY = (*OWN, "vendor")  # what every function carries
EXTRA = ("typesetting", "rules", "einvoicing", "validation")  # what a step names
LOCKED = ("vendor", *EXTRA)
PYTHON = "3.13"
PLATFORM = "aarch64-manylinux_2_28"  # Lambda's Python 3.13 has glibc 2.34
LIMIT = 250 * 1024 * 1024  # what Lambda allows a function and its layers, unpacked


def source(layer: str) -> Path:
    """The folder of a layer in the tree: our own code, or the lock of the packages it holds."""
    return ROOT / "layers" / layer


def built(layer: str) -> Path:
    """The folder in which a layer is built."""
    return ROOT / "build" / "layers" / layer


def fingerprint(layer: str) -> str:
    """The hash of what a layer is made from: the same whether or not it has been built yet."""
    made_from = hashlib.sha256(f"{PYTHON} {PLATFORM}".encode())
    if layer in LOCKED:
        made_from.update((source(layer) / "requirements.lock").read_bytes())
        if not (source(layer) / "python").exists():
            return made_from.hexdigest()
    for path in sorted(source(layer).rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            made_from.update(f"{path.relative_to(source(layer))}\n".encode())
            made_from.update(hashlib.sha256(path.read_bytes()).digest())
    return made_from.hexdigest()


def build_layers() -> dict[str, int]:
    """Builds the layers that are not there yet; returns every layer's size in bytes."""
    sizes = {layer: _build(layer) for layer in (*OWN, *LOCKED)}
    for step in JOURNEY:
        carried = {layer: sizes[layer] for layer in (*EVERY, *step.layers)}
        if sum(carried.values()) > LIMIT:
            raise RuntimeError(f"{step.name} carries more than Lambda allows: {carried}")
    return sizes


def _build(layer: str) -> int:
    target, stamp = built(layer), built(layer) / "fingerprint"
    if not stamp.exists() or stamp.read_text() != fingerprint(layer):
        shutil.rmtree(target, ignore_errors=True)
        if layer in LOCKED:
            _install(source(layer) / "requirements.lock", target / "python")
        if (source(layer) / "python").exists():
            left_out = shutil.ignore_patterns("__pycache__", "*.pyc")
            shutil.copytree(source(layer), target, ignore=left_out, dirs_exist_ok=True)
        _compile(target / "python")
        stamp.write_text(fingerprint(layer))
    return _size(target)


def _install(lock: Path, target: Path) -> None:
    command = [*UV, "pip", "install", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--link-mode", "copy"]
    command += ["--python-platform", PLATFORM, "--python-version", PYTHON]
    subprocess.run([*command, "--target", str(target), "-r", str(lock)], check=True)


def _compile(target: Path) -> None:
    """Bytecode beside the sources: Lambda cannot write any to /opt, and would compile each time."""
    python = _interpreter()
    if python is None:
        sys.stderr.write(f"no Python {PYTHON} found: layers without bytecode start more slowly\n")
        return
    command = [python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([*command, "-s", str(target), "-p", "/opt/python", str(target)], check=False)


def _interpreter() -> str | None:
    """A Python of the version that Lambda runs, whose bytecode it takes."""
    find = [*UV, "python", "find", "--no-python-downloads", PYTHON]
    found = subprocess.run(find, capture_output=True, text=True, check=False)
    return found.stdout.strip() or None


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    for name, size in build_layers().items():
        sys.stdout.write(f"{name:12} {size / 1024 / 1024:7.1f} MB\n")
