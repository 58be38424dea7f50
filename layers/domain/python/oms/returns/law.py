"""The law behind a verdict: the paragraph that it rests on."""

from __future__ import annotations

from collections.abc import Mapping

from oms.master.exclusions import EXCLUSIONS
from oms.returns.verdicts import Verdict, WithdrawnLine

GROUNDS: Mapping[Verdict, str] = {
    "in_time": "§ 355 (1), (2) BGB",
    "nothing_delivered": "§ 356 (2) no. 1 BGB",
    "late": "§ 355 (2) BGB",
    "excluded": "§ 312g (2) BGB",
    "not_consumer": "§ 312 (1), § 310 (3) BGB",
    "gone": "",
}


def ground(line: WithdrawnLine) -> str:
    """The paragraph that a verdict rests on; empty where none is needed."""
    if not line.exclusion:
        return GROUNDS[line.verdict]
    excluded = f"§ 312g (2) no. {EXCLUSIONS[line.exclusion].number} BGB"
    return excluded if line.verdict == "excluded" else f"{GROUNDS[line.verdict]}; {excluded}"
