"""The API serves its own description, to programs and to people, under a strict policy."""

from __future__ import annotations

import base64
import hashlib

from tests.world.world import World


def test_program_gets_the_openapi_document(world: World) -> None:
    answer = world.call("GET /openapi.json", "")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.body["openapi"].startswith("3.1")


def test_person_gets_a_page_of_which_only_the_style_is_allowed(world: World) -> None:
    answer = world.call("GET /docs", "")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    style = answer.body.split("<style>")[1].split("</style>")[0]
    known = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{known}'; ")
    assert "unsafe" not in policy
