"""What an invoice costs to write, to check and to set: ms and MB for 1 to 2,000 lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from bench import yardstick
from bench.gear.bed import ROOT
from bench.gear.report import Target, options, publish

LINES = (1, 20, 400)
LONG = 2_000
JOBS = {
    "write": "written(invoice, 'zugferd')",
    "check": "checked(xml, 'zugferd')",
    "check_xrechnung": "checked(ubl, 'xrechnung-ubl')",
    "render": "typeset(invoice)",
    "render_hybrid": "typeset(invoice, xml)",
}
MEASURE = """
import json, resource, statistics, sys, time
from decimal import Decimal
from msgspec.structs import replace
from oms.billing.invoice import Sold, draft_invoice
from tests.world import papers
from oms_aws.einvoice.writing import written
job, lines, turns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
goods = tuple(
    Sold(str(n), f"SKU-{n}", f"Artikel {n}", 1 + n % 5, Decimal("19.99"), "standard")
    for n in range(1, lines + 1)
)
sale = replace(papers.sale("gross"), goods=goods)
shipment = papers.shipment(goods)
invoice = draft_invoice(sale, shipment, number="RE-1", issued_on=papers.DAY, earlier=())
invoice = replace(invoice, buyer_type="B2B", leitweg_id=papers.LEITWEG)
xml, ubl = written(invoice, "zugferd"), written(invoice, "xrechnung-ubl")
if job.startswith("checked"):
    from oms_aws.einvoice.rules import checked
if job.startswith("typeset"):
    from oms_aws.papers.typesetting import typeset
spent = []
for _ in range(turns + 1):
    began = time.process_time()
    exec(job)
    spent.append((time.process_time() - began) * 1000)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"first_ms": spent[0], "ms": statistics.median(spent[1:]), "peak_mb": peak}))
"""


def measured(job: str, lines: int, turns: int) -> dict[str, float]:
    """CPU ms of the first and of later calls in a fresh process, and its greatest size."""
    folders = [ROOT, *(ROOT / "layers" / name / "python" for name in ("domain", "aws"))]
    folders += [ROOT / "layers" / name / "python" for name in ("typesetting", "validation")]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, JOBS[job], str(lines), str(turns)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, folders))},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return {name: round(value, 1) for name, value in found.items()}


def rules() -> float:
    """MB of the rule files, which the layer `validation` carries."""
    folder = ROOT / "layers" / "validation" / "python"
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return round(sum(path.stat().st_size for path in files) / 1024 / 1024, 2)


def main() -> None:
    """No cloud is needed for this."""
    parser = options(__doc__)
    parser.add_argument("--turns", type=int, default=5, metavar="N")
    asked = parser.parse_args()
    marks = yardstick.measure()
    found: dict[str, Any] = {
        job: {str(lines): measured(job, lines, asked.turns) for lines in LINES} for job in JOBS
    }
    found["render"][str(LONG)] = measured("render", LONG, 2)
    publish(
        "documents",
        marks,
        {**found, "rules_mb": rules()},
        [
            Target("ms to check 20 lines, once warm", found["check"]["20"]["ms"], at_most=60),
            Target("ms to set 20 lines", found["render_hybrid"]["20"]["ms"], at_most=250),
            Target("MB to set 400 lines", found["render_hybrid"]["400"]["peak_mb"], at_most=900),
            Target("MB to check 400 lines", found["check"]["400"]["peak_mb"], at_most=900),
        ],
        quietly=asked.json,
    )


if __name__ == "__main__":
    main()
