"""`auftakt procedure`: the process documentation (Verfahrensdokumentation) as a PDF in German."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from infra.journey import (
    JOURNEY,
    Authoriser,
    DeadLetters,
    Http,
    Queue,
    Step,
    Stream,
    Task,
)
from local import paths, synth
from oms.billing.retention import YEARS
from oms_aws.api.announcements import event_types
from oms_aws.platform.clients import SCOPES

HERE = Path(__file__).parent
LAWS = {
    "voucher": "§ 147 Abs. 3 AO, § 14b Abs. 1 UStG",
    "book": "§ 147 Abs. 3 AO",
    "letter": "§ 147 Abs. 3 AO",
    "oss": "Art. 369k Abs. 2 MwStSystRL",
}
NUMBERS = (
    "Jeder Shop hat eigene Nummernkreise je Belegart und Jahr. Nummer und Beleg werden in einer "
    "Transaktion vergeben; eine Nummer, die nicht auf einem Beleg steht, kann nicht entstehen "
    "(§ 14 Abs. 4 Nr. 4 UStG)."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", type=Path, default=Path("Verfahrensdokumentation.pdf"))


def run(args: argparse.Namespace) -> int:
    """Write the PDF and say where it is."""
    args.output.write_bytes(document())
    sys.stdout.write(f"{args.output}\n")
    return 0


def document() -> bytes:
    """The documentation of the present tree: the same bytes whenever it says the same."""
    import typst

    made = typst.Compiler(ignore_system_fonts=True).compile(
        (HERE / "procedure.typ").read_bytes(),
        sys_inputs={"procedure": json.dumps(content())},
        format="pdf",
        pdf_standards="a-3b",
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made


def content() -> dict[str, Any]:
    """All that the documentation says of the system, in German."""
    words = json.loads((HERE / "words.json").read_text())
    settings = json.loads((paths.ROOT / "cdk.json").read_text())["context"]
    release = _release()
    return {
        "title": "Verfahrensdokumentation",
        "version": release[0][1],
        "cover": [["Programm", "Auftakt"], *release[:2], ["Absender", settings["sender"]]],
        "count": len(JOURNEY),
        "lock": settings["lock"],
        "kept": [[words["kept"][kind], str(years), LAWS[kind]] for kind, years in YEARS.items()],
        "numbers": NUMBERS,
        "roles": [[words["roles"][role], scopes or "–"] for role, scopes in SCOPES.items()],
        "stages": [*_stages(words)],
        "events": sorted(event_types()),
        "checks": [[name, text] for name, text in words["checks"].items()],
        "release": release,
        "packages": _packages(),
    }


def _stages(words: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for stage in dict.fromkeys(step.stage for step in JOURNEY):
        steps = [step for step in JOURNEY if step.stage == stage]
        yield {
            "name": import_module(f"oms_aws.{stage}").GERMAN_NAME,
            "steps": [
                [step.verb_noun, woken_by(step), ", ".join(words["grants"][g] for g in step.may)]
                for step in steps
            ],
        }


def woken_by(step: Step) -> str:
    """What wakes a step, in German."""
    match step.on:
        case Http(routes, public):
            proof = " (Nachweis durch Signatur oder öffentlich)" if public else ""
            return f"Aufruf: {', '.join(routes)}{proof}"
        case Queue(events):
            named = "alle Ereignisse" if "*" in events else ", ".join(events)
            if step.on.every:
                return f"Zeitgeber: alle {step.on.every} Minuten; {step.on.tries} Versuche"
            return (
                f"Ereignis: {named or 'Auftrag eines anderen Schritts'}; {step.on.tries} Versuche"
            )
        case Task(flow):
            return f"Ablauf {flow}"
        case Stream():
            return "jede gespeicherte Änderung"
        case DeadLetters():
            return "was ein anderer Schritt nicht verarbeiten konnte"
        case Authoriser():
            return "jeder Aufruf, der nicht öffentlich ist"


def _release() -> list[list[str]]:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=paths.ROOT, capture_output=True, text=True,
        check=False,
    ).stdout.strip()  # fmt: skip
    return [
        ["Fassung", described or "ohne Versionsverwaltung"],
        ["Prüfsumme der Quellen", synth.fingerprint({})],
        ["Laufzeit", "Python 3.13 auf AWS Lambda (arm64)"],
    ]


def _packages() -> list[str]:
    lock = (paths.ROOT / "layers" / "vendor" / "requirements.lock").read_text()
    return [
        f"{name} {version}" for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.M)
    ]
