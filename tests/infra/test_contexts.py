"""What the merchant chooses never changes what the stacks know of each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.app import stacks
from local import paths

CONTEXTS: dict[str, dict[str, object]] = {
    "as it comes": {},
    "all of it": {
        "sender": "a@b.example",
        "senders": "c.example,d@e.example",
        "public_url": "https://oms.shop.example",
        "vies_url": "https://vies.example",
        "test_payments": "allowed",
        "retention_days": 400,
        "lock": "COMPLIANCE",
        "alarm_mail": "team@shop.example",
        "keep": False,
    },
}


class Synthesised:
    """The templates of the app in one context."""

    def __init__(self, folder: Path) -> None:
        self.templates: dict[str, dict[str, Any]] = {
            path.name.split(".")[0]: json.loads(path.read_text())
            for path in folder.glob("*.template.json")
        }

    def exports(self) -> set[str]:
        return {
            output["Export"]["Name"]
            for template in self.templates.values()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def imports(self) -> set[str]:
        return {
            part.split('"')[0]
            for template in self.templates.values()
            for part in json.dumps(template).split('{"Fn::ImportValue": "')[1:]
        }


@pytest.fixture(scope="module")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Synthesised]:
    made, defaults = {}, json.loads((paths.ROOT / "cdk.json").read_text())["context"]
    for name, context in CONTEXTS.items():
        folder = tmp_path_factory.mktemp("contexts")
        made_app = App(outdir=str(folder), context={**defaults, **context})
        stacks(made_app)
        made_app.synth()
        made[name] = Synthesised(folder)
    return made


def test_every_context_exports_the_same(synthesised: dict[str, Synthesised]) -> None:
    exports = {name: made.exports() for name, made in synthesised.items()}
    assert all(each == exports["as it comes"] for each in exports.values())
    assert exports["as it comes"]


def test_nothing_is_imported_that_is_not_exported(synthesised: dict[str, Synthesised]) -> None:
    for made in synthesised.values():
        assert made.imports() <= made.exports()


def test_an_address_of_ones_own_stands_in_every_link(synthesised: dict[str, Synthesised]) -> None:
    functions = [
        resource["Properties"]["Environment"]["Variables"]
        for template in synthesised["all of it"].templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]
    assert functions
    assert {each["PUBLIC_URL"] for each in functions} == {"https://oms.shop.example"}


def test_mail_may_come_from_every_sender_that_is_named(
    synthesised: dict[str, Synthesised],
) -> None:
    senders = {
        name: [
            statement["Condition"]["StringLike"]["ses:FromAddress"]
            for resource in made.templates["Auftakt-notices"]["Resources"].values()
            for policy in resource.get("Properties", {}).get("Policies", [])
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Action"] == "ses:SendEmail"
        ]
        for name, made in synthesised.items()
    }
    assert senders["as it comes"] == [["orders@berg-beutel.example"]]
    assert senders["all of it"] == [["a@b.example", "*@c.example", "d@e.example"]]
