"""Builds the layers for Lambda: our own code and the locked packages, without Docker."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
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
FETCHED = ROOT / "build" / "python"
LIMIT = 250 * 1024 * 1024  # what Lambda allows a function and its layers, unpacked


def source(layer: str) -> Path:
    """The folder of a layer in the tree: our own code, or the lock of the packages it holds."""
    return ROOT / "layers" / layer


def built(layer: str) -> Path:
    """The folder in which a layer is built."""
    return ROOT / "build" / "layers" / layer


def fingerprint(layer: str, *, compiled: bool = False) -> str:
    """The hash of what a layer is made from: the same whether or not it has been built yet.

    With bytecode it is another layer, or one without would keep its place.
    """
    made_from = hashlib.sha256(f"{PYTHON} {PLATFORM}".encode())
    if compiled:
        made_from.update(b" compiled")
    if layer in LOCKED:
        made_from.update((source(layer) / "requirements.lock").read_bytes())
        if not (source(layer) / "python").exists():
            return made_from.hexdigest()
    for path in sorted(source(layer).rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            made_from.update(f"{path.relative_to(source(layer))}\n".encode())
            made_from.update(hashlib.sha256(path.read_bytes()).digest())
    return made_from.hexdigest()


def build_layers(python: str | None) -> dict[str, int]:
    """Builds the layers that are not there yet; returns every layer's size in bytes.

    `python` is an interpreter of Lambda's version, which compiles them; None leaves them bare.
    """
    sizes = {layer: build(layer, python) for layer in (*OWN, *LOCKED)}
    for step in JOURNEY:
        carried = {layer: sizes[layer] for layer in (*EVERY, *step.layers)}
        if sum(carried.values()) > LIMIT:
            raise RuntimeError(f"{step.name} carries more than Lambda allows: {carried}")
    return sizes


def build(layer: str, python: str | None) -> int:
    """Builds one layer, unless it is there; its size in bytes."""
    target, stamp = built(layer), built(layer) / "fingerprint"
    wanted = fingerprint(layer, compiled=python is not None)
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(target, ignore_errors=True)
        if layer in LOCKED:
            _install(source(layer) / "requirements.lock", target / "python")
        if (source(layer) / "python").exists():
            left_out = shutil.ignore_patterns("__pycache__", "*.pyc")
            shutil.copytree(source(layer), target, ignore=left_out, dirs_exist_ok=True)
        if python is not None:
            _compile(target / "python", python)
        stamp.write_text(wanted)
    return _size(target)


def _install(lock: Path, target: Path) -> None:
    command = [*UV, "pip", "install", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--link-mode", "copy"]
    command += ["--python-platform", PLATFORM, "--python-version", PYTHON]
    subprocess.run([*command, "--target", str(target), "-r", str(lock)], check=True)


def _compile(target: Path, python: str) -> None:
    """Bytecode beside the sources: Lambda cannot write any to /opt, and would compile each time.

    It is taken unchecked, because the times of files change when a layer is unpacked. Wherever else
    whoever deploys keeps bytecode, it goes beside the sources here.
    """
    command = [python, "-X", "pycache_prefix=", "-m", "compileall", "-q"]
    command += ["--invalidation-mode", "unchecked-hash"]
    done = subprocess.run(
        [*command, "-s", str(target), "-p", "/opt/python", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{target} could not be compiled:\n{done.stdout}{done.stderr}")


def interpreter(*, fetch: bool = True) -> str | None:
    """A Python of the version that Lambda runs, whose bytecode it takes; fetched if need be."""
    for found in _installed():
        if _is_lambdas(found):
            return found
    if not fetch:
        return None
    command = [
        *UV,
        "python",
        "install",
        "--quiet",
        "--no-bin",
        "--install-dir",
        str(FETCHED),
        PYTHON,
    ]
    subprocess.run(command, capture_output=True, check=False)
    return next((str(each) for each in _fetched() if _is_lambdas(str(each))), None)


def _installed() -> Iterator[str]:
    yield sys.executable
    yield from (found for found in [shutil.which(f"python{PYTHON}")] if found)
    find = [*UV, "python", "find", "--no-python-downloads", PYTHON]
    found = subprocess.run(find, capture_output=True, text=True, check=False)
    yield from found.stdout.split("\n")[:1]
    yield from map(str, sorted(Path.home().glob(f".pyenv/versions/{PYTHON}*/bin/python")))
    yield from map(str, _fetched())


def _fetched() -> list[Path]:
    return sorted(FETCHED.glob(f"cpython-{PYTHON}*/bin/python{PYTHON}"))


def _is_lambdas(python: str) -> bool:
    """Some are stand-ins of a version manager that lead nowhere."""
    ask = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        said = subprocess.run(ask, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return said.stdout.strip() == PYTHON


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


if __name__ == "__main__":
    for name, size in build_layers(interpreter()).items():
        sys.stdout.write(f"{name:12} {size / 1024 / 1024:7.1f} MB\n")
