"""The description of the API says what the handlers do, and is a document that tools can read."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import msgspec
import pytest
from aws_lambda_powertools.event_handler.openapi.models import OpenAPI

from infra.journey import JOURNEY, Http
from local import openapi, paths
from local.reference import Reader, page, shown
from oms_aws.api.announcements import EXAMPLE, CloudEvent, event_types
from oms_aws.api.answers import ANSWERS
from oms_aws.api.examples import REQUESTS
from oms_aws.notices.event_types import MEANING
from oms_aws.platform.clients import SCOPES
from oms_aws.platform.http import Routed
from tests.answers import fits

DOCUMENT = openapi.described()
ROUTES = {key: route for _, routes in openapi.served() for key, route in routes.items()}
FILES = [path.name for path in openapi.files()]
RECEIVE = paths.ROOT / "functions" / "orders" / "receive_order" / "handler.py"


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document."""
    if isinstance(value, dict):
        yield value
        value = [*value.values()]
    if isinstance(value, list):
        for each in value:
            yield from inside(each)


@pytest.mark.parametrize("name", FILES)
def test_committed_description_is_what_the_handlers_say(name: str) -> None:
    path, text = next((p, t) for p, t in openapi.files().items() if p.name == name)
    assert path.read_text(encoding="utf-8") == text, "run `python -m local.openapi`"


def test_every_route_of_the_journey_is_described_and_every_described_one_is_on_it() -> None:
    travelled = [key for step in JOURNEY if isinstance(step.on, Http) for key in step.on.routes]
    assert sorted(key for key, _ in operations()) == sorted(travelled)
    assert sorted(ANSWERS) == sorted(travelled)


def test_public_steps_and_no_others_are_described_without_a_key() -> None:
    public = {
        key
        for step in JOURNEY
        if isinstance(step.on, Http) and step.on.public
        for key in step.on.routes
    }
    assert {key for key, operation in operations() if not operation["security"]} == public


def test_every_scope_is_held_by_a_role_and_asked_for_by_a_route() -> None:
    asked = {route.scope for route in ROUTES.values()} - {""}
    assert asked == {scope for scopes in SCOPES.values() for scope in scopes.split()}


def test_document_has_the_form_of_openapi() -> None:
    """Powertools' models take no wildcard statuses, which OpenAPI has: those are given numbers."""
    text = (
        json.dumps(DOCUMENT).replace('"2XX"', '"200"').replace('"default": {"desc', '"500": {"desc')
    )
    OpenAPI.model_validate_json(text)
    assert DOCUMENT["openapi"].startswith("3.1")


def test_every_reference_leads_somewhere() -> None:
    targets = {
        f"#/components/{kind}/{name}"
        for kind, found in DOCUMENT["components"].items()
        for name in found
    }
    references = {each["$ref"] for each in inside(DOCUMENT) if isinstance(each.get("$ref"), str)}
    assert references <= targets
    assert targets - references <= {"#/components/securitySchemes/key"}


def test_operations_have_names_of_their_own() -> None:
    events = [each["post"] for each in DOCUMENT["webhooks"].values()]
    names = [operation["operationId"] for operation in [*dict(operations()).values(), *events]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("key", "operation"), [*operations()], ids=[key for key, _ in operations()]
)
def test_parts_of_a_path_are_its_parameters(key: str, operation: dict[str, Any]) -> None:
    named = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
    assert named == re.findall(r"{(\w+)}", key)


@pytest.mark.parametrize("route", [r for r in ROUTES.values() if r.takes], ids=lambda r: r.key)
def test_example_of_a_body_is_accepted(route: Routed) -> None:
    assert route.takes is not None
    body = route.takes.model_validate_json(json.dumps(REQUESTS[route.key]))
    assert body.faults() == {}
    if route.rows:
        lists = [value for value in body.model_dump().values() if isinstance(value, list)]
        for row in lists[0]:
            route.rows.model_validate(row)


@pytest.mark.parametrize("route", [*ROUTES.values()], ids=lambda r: r.key)
def test_answer_that_the_page_shows_is_one_that_is_given(route: Routed) -> None:
    told = ANSWERS[route.key]
    schema = {"$ref": f"#/components/schemas/{told.model.__name__}"} if told.model else None
    fits(route.key, route.status, Reader(DOCUMENT).sample(schema) if schema else "")


def test_every_event_is_described_with_its_data() -> None:
    assert set(DOCUMENT["webhooks"]) == set(MEANING) == set(event_types())


def test_example_of_an_event_is_one() -> None:
    data = CloudEvent.model_validate_json(json.dumps(EXAMPLE)).data
    msgspec.convert({**data, "event": EXAMPLE["type"]}, event_types()[str(EXAMPLE["type"])])


def test_every_stage_of_an_operation_is_explained() -> None:
    explained = {tag["name"] for tag in DOCUMENT["tags"]}
    assert {tag for _, operation in operations() for tag in operation["tags"]} <= explained


class Page(HTMLParser):
    """Collects what the page links to, and what it would load or run."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if "id" in values:
            self.ids.append(str(values["id"]))
        target = str(values.get("href") or values.get("src") or "")
        if tag == "a":
            self.links.add(target)
        elif tag in ("script", "img", "iframe") or (target and not target.startswith("data:")):
            self.loaded.append(f"{tag} {target}")
        self.loaded += [f"{tag} {name}" for name in values if name.startswith(("on", "style"))]


def test_page_needs_no_script_and_no_network_and_its_links_lead_somewhere() -> None:
    read = Page()
    read.feed(page(DOCUMENT))
    assert read.loaded == []
    assert len(read.ids) == len(set(read.ids))
    assert {link[1:] for link in read.links if link.startswith("#")} <= set(read.ids)


def test_page_escapes_what_the_document_says() -> None:
    attack = '<script>alert("1")</script>'
    hostile = json.loads(json.dumps(DOCUMENT))
    hostile["info"] |= {"title": attack, "summary": attack, "description": attack}
    operation = hostile["paths"]["/v1/orders"]["post"]
    operation |= {"summary": attack, "description": attack}
    operation["requestBody"]["content"]["application/json"]["example"] = {attack: attack}
    assert "<script" not in page(hostile)
    assert "<script" not in shown({attack: [attack, 1, None]})


def test_receiving_an_order_does_not_wait_for_the_description() -> None:
    """Its models are for the document and the tests; a cold start does not pay for them."""
    code = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('handler', {str(RECEIVE)!r})\n"
        "spec.loader.exec_module(importlib.util.module_from_spec(spec))\n"
        "print(*sorted(name for name in sys.modules if name.startswith('oms_aws.')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.rpartition(".")[2] for name in done.stdout.split()}
    assert "models" in loaded
    assert not loaded & {"answers", "api", "announcements", "openapi"}
