"""What a cold start costs before the first line of a step runs: its imports, and its packages."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import yardstick
from bench.gear.bed import ROOT
from bench.gear.report import Target, options, publish
from infra.journey import JOURNEY
from infra.layers import LIMIT, LOCKED, OWN, built, source

FIRST = "orders/receive_order"
MEGA = 1024 * 1024
LARGEST = 8
IMPORT = """
import importlib.util, sys, time
began = time.process_time()
spec = importlib.util.spec_from_file_location("handler", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
imported = time.process_time()
if sys.argv[2:]:
    from oms_aws.platform.wiring import client
    client(sys.argv[2])
print((imported - began) * 1000, (time.process_time() - imported) * 1000)
"""


def spent(step: str, client: str = "", *, compiled: bool = True) -> tuple[float, float]:
    """CPU ms of a fresh process for importing a step, and for making its first AWS client."""
    layers = [
        str(ROOT / "layers" / name / "python")
        for name in ("domain", "aws", "typesetting", "validation")
    ]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(layers),
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    handler = str(ROOT / "functions" / step / "handler.py")
    with tempfile.TemporaryDirectory() as nothing:
        bare = [] if compiled else ["-B", "-X", f"pycache_prefix={nothing}"]
        done = subprocess.run(
            [sys.executable, *bare, "-c", IMPORT, handler, *([client] * bool(client))],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    imported, made = done.stdout.split()
    return float(imported), float(made)


def imports(turns: int) -> dict[str, float]:
    """CPU ms a step, the median over turns; a first turn, not counted, leaves the bytecode."""
    rounds = [
        {step.name: spent(step.name)[0] for step in JOURNEY if step.name in _written()}
        for _ in range(turns + 1)
    ][1:]
    return {
        step: round(statistics.median(found[step] for found in rounds), 1) for step in rounds[0]
    }


def _written() -> set[str]:
    handlers = (ROOT / "functions").glob("*/*/handler.py")
    return {f"{path.parents[1].name}/{path.parent.name}" for path in handlers}


def without_bytecode(steps: Mapping[str, float]) -> dict[str, float]:
    """The same where Python has to compile first, as in a layer that brings no bytecode."""
    slowest = max(steps, key=lambda step: steps[step])
    return {step: round(spent(step, compiled=False)[0], 1) for step in {FIRST, slowest}}


def first_client() -> float:
    """CPU ms for the DynamoDB client, which the first call makes."""
    return round(statistics.median(spent(FIRST, "dynamodb")[1] for _ in range(3)), 1)


def layers() -> dict[str, Any]:
    """Unpacked MB of each layer, and of the largest packages of those that were built."""
    folders = {name: source(name) for name in OWN}
    folders |= {name: built(name) / "python" for name in LOCKED if built(name).exists()}
    found: dict[str, Any] = {name: _megabytes(folder) for name, folder in folders.items()}
    packages = [path for name in LOCKED if name in folders for path in folders[name].iterdir()]
    sizes = {package.name: _megabytes(package) for package in packages}
    largest = sorted(sizes.items(), key=lambda entry: -entry[1])[:LARGEST]
    return {**found, "largest": dict(largest), "limit": LIMIT / MEGA}


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else path.rglob("*")
    kept = (file for file in files if file.is_file() and "__pycache__" not in file.parts)
    return round(sum(file.stat().st_size for file in kept) / MEGA, 2)


def main() -> None:
    """No cloud is needed for this."""
    parser = options(__doc__)
    parser.add_argument("--turns", type=int, default=5, metavar="N")
    asked = parser.parse_args()
    measured = yardstick.measure()
    steps = imports(asked.turns)
    worst = max(steps.values())
    publish(
        "cold",
        measured,
        {
            "max_cpu_ms": worst,
            "receive_order_cpu_ms": steps[FIRST],
            "receive_order_msteps": round(steps[FIRST] / 1000 * measured["cpu_msteps"], 3),
            "first_client_cpu_ms": first_client(),
            "without_bytecode_cpu_ms": without_bytecode(steps),
            "steps_cpu_ms": dict(sorted(steps.items(), key=lambda step: -step[1])),
            "layers_mb": layers(),
        },
        [
            Target("CPU ms of the slowest import", worst, at_most=700),
            Target("CPU ms of receive_order", steps[FIRST], at_most=450),
        ],
        quietly=asked.json,
    )


if __name__ == "__main__":
    main()
