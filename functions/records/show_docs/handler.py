"""The API says what it is, describes itself, and answers whoever asks for what there is not."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Raw

from oms_aws.platform.http import Answer, Call
from oms_aws.platform.pages import policy, style_of
from oms_aws.platform.unrouted import Catching
from oms_aws.records.wiring import RecordsWiring

step = Catching()
handler = step.handler

SHARED = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}


@step.route("GET /")
def get_start(call: Call[Any], oms: RecordsWiring) -> Answer:
    """Read what this is, and where to go from here."""
    return _page("landing.html")


@step.route("GET /docs")
def get_docs(call: Call[Any], oms: RecordsWiring) -> Answer:
    """Read how to use the API."""
    return _page("docs.html")


def _page(name: str) -> Answer:
    page = _text(name)
    headers = {
        **SHARED,
        "Content-Security-Policy": policy(style_of(page), forms="'none'"),
        "Referrer-Policy": "no-referrer",
    }
    return Answer(page, headers=headers, content_type="text/html; charset=utf-8")


@step.route("GET /openapi.json")
def get_openapi(call: Call[Any], oms: RecordsWiring) -> Answer:
    """Get the OpenAPI 3.1 document."""
    headers = {**SHARED, "Access-Control-Allow-Origin": "*"}
    return Answer(Raw(_text("openapi.json").encode()), headers=headers)


@cache
def _text(name: str) -> str:
    return (files("oms_aws") / name).read_text(encoding="utf-8")
