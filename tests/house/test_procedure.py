"""The process documentation knows every role, right and check that the system has."""

from __future__ import annotations

import io
import json

from pypdf import PdfReader

from infra.journey import JOURNEY
from local.procedure.command import HERE, content, document
from local.verify import WORDS
from oms.billing.retention import YEARS
from oms_aws.platform.clients import SCOPES
from oms_aws.records.verify import CHECKS

WRITTEN = json.loads((HERE / "words.json").read_text())


def test_everything_has_its_german_words() -> None:
    assert set(SCOPES) <= set(WRITTEN["roles"])
    assert set(WRITTEN["checks"]) == set(WORDS) == set(CHECKS)
    assert {grant for step in JOURNEY for grant in step.may} <= set(WRITTEN["grants"])
    assert set(WRITTEN["kept"]) == set(YEARS)


def test_the_document_names_every_step_and_is_the_same_every_time() -> None:
    made = document()
    assert made == document()
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    flat = text.replace("\n", "").replace("-", "").replace(" ", "")
    for step in JOURNEY:
        assert step.verb_noun.replace("_", "") in flat.replace("_", ""), step.name
    assert content()["count"] == len(JOURNEY)
