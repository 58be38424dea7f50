"""Pages for people without a login: one look, no script, and nothing told to others."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from oms.invoice import Language
from oms.refusals import NotNow, Refusal, Unknown
from oms_aws.edges.http import Answer, Call
from oms_aws.links import LinkExpired
from oms_aws.rendering import environment, words
from oms_aws.wiring import Ports

MOST_FIELDS = 50
HTML = "text/html; charset=utf-8"
FORM = "application/x-www-form-urlencoded"

Route = Callable[[Call[Any], Ports], Answer]


def page(name: str, language: Language, *, status: int = 200, **facts: Any) -> Answer:
    """The page made from a template; whatever the facts contain arrives as text."""
    context = {"words": words("pages")[language], "language": language, **facts}
    html = environment("pages").get_template(f"{name}.html").render(context)
    headers = {
        "Content-Security-Policy": policy(style_of(html), forms="'self'"),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    return Answer(html, status, headers, HTML)


def message(kind: str, language: Language, *, status: int = 200) -> Answer:
    """A page that says one thing: the words `<kind>_title` and `<kind>_text`."""
    known = words("pages")[language]
    title, text = known[f"{kind}_title"], known[f"{kind}_text"]
    return page("message", language, status=status, title=title, text=text)


def for_people(run: Route) -> Route:
    """Let a route answer whoever holds a link in pages, also when it says no."""

    def answered(call: Call[Any], oms: Ports) -> Answer:
        try:
            return run(call, oms)
        except LinkExpired:
            return message("link_expired", language_of(call), status=410)
        except Unknown:
            return message("link_invalid", language_of(call), status=404)
        except Refusal:
            return message("refused", language_of(call), status=409)
        except NotNow:
            return message("busy", language_of(call), status=503)

    answered.__doc__, answered.__name__ = run.__doc__, run.__name__
    return answered


def form(call: Call[Any]) -> dict[str, str]:
    """The fields of a form that was sent, without blanks around them; other bodies have none."""
    if not call.headers.get("content-type", "").startswith(FORM):
        return {}
    try:
        pairs = parse_qsl(call.raw.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: value.strip() for name, value in pairs}


def language_of(call: Call[Any]) -> Language:
    """The language that the browser asks for: German if it stands before English, or alone."""
    asked = call.headers.get("accept-language", "").lower()
    places = {language: asked.find(language) for language in ("de", "en")}
    return "de" if places["de"] >= 0 and not 0 <= places["en"] < places["de"] else "en"


@cache
def policy(style: str, *, forms: str) -> str:
    """A page may use its one style sheet, known by its hash, and icons in itself; nothing else."""
    known = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{known}'; img-src data:; "
        f"base-uri 'none'; form-action {forms}; frame-ancestors 'none'"
    )


def style_of(html: str) -> str:
    """The style sheet of a page that has one."""
    return html.partition("<style>")[2].partition("</style>")[0]


def invalid(faults: Mapping[str, str], language: Language) -> dict[str, str]:
    """What is wrong with the fields of a form, in words: the words `fault_<code>`."""
    known = words("pages")[language]
    return {field: known[f"fault_{fault}"] for field, fault in faults.items()}
