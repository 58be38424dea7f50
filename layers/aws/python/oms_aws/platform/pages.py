"""Pages for people without a login: one look, no script, and nothing told to others."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from oms.core.parties import Language
from oms_aws.platform.http import Answer, Call, Http, Problem
from oms_aws.platform.rendering import environment, words

MOST_FIELDS = 50
HTML = "text/html; charset=utf-8"
FORM = "application/x-www-form-urlencoded"

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
MOST_LANGUAGES = 20
FIRST = 0.0001


def page(name: str, language: Language, *, status: int = 200, **facts: Any) -> Answer:
    """The page made from a template; whatever the facts contain arrives as text."""
    return worded(name, language, words("pages")[language], status=status, **facts)


def worded(
    name: str, language: str, words: Mapping[str, str], *, status: int = 200, **facts: Any
) -> Answer:
    """A page with words of its own, in whatever language they are."""
    context = {"words": words, "language": language, **facts}
    html = environment("pages").get_template(f"{name}.html").render(context)
    headers = {
        "Content-Security-Policy": policy(style_of(html), forms="'self'"),
        **PRIVATE,
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
    return Answer(html, status, headers, HTML)


def message(kind: str, language: Language, *, status: int = 200) -> Answer:
    """A page that says one thing: the words `<kind>_title` and `<kind>_text`."""
    known = words("pages")[language]
    title, text = known[f"{kind}_title"], known[f"{kind}_text"]
    return page("message", language, status=status, title=title, text=text)


class Pages(Http):
    """The routes of a step for whoever holds a link: they answer in pages, also when they say no.

    No answer stays in a cache, or tells the link to whom it leads to.
    """

    def says(self, answer: Answer) -> Answer:
        """An answer that nobody else can find again."""
        return replace(answer, headers={**PRIVATE, **answer.headers})

    def says_no(self, problem: Problem, event: dict[str, Any]) -> Answer:
        """A refusal as a page, in the customer's language as far as it is known."""
        language: Language = "de" if problem.language == "de" else "en"
        kind = _KINDS.get(problem.reason) or _kind(problem.status)
        status = 410 if problem.reason == "link_expired" else problem.status
        answer = message(kind, language if problem.language else language_of(event), status=status)
        later = {"Retry-After": "1"} if status == 503 else {}
        return self.says(replace(answer, headers={**answer.headers, **later}))


_KINDS = {"link_expired": "link_expired", "document_not_ready": "not_ready"}


def _kind(status: int) -> str:
    if status == 503:
        return "busy"
    if status >= 500:
        return "broken"
    return "link_invalid" if status == 404 else "refused" if status == 409 else "not_understood"


def form(call: Call[Any]) -> dict[str, str]:
    """The fields of a form that was sent, without blanks around them; other bodies have none."""
    if not call.headers.get("content-type", "").startswith(FORM):
        return {}
    try:
        pairs = parse_qsl(call.raw.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: value.strip() for name, value in pairs}


def language_of(event: Mapping[str, Any]) -> Language:
    """The language that the browser asks for: German where it likes it better than English.

    The weights of `Accept-Language` count (RFC 9110 § 12.5.4); of equal ones, the first.
    """
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return "de" if liked_best(headers.get("accept-language", ""), ("en", "de")) == "de" else "en"


def liked_best(accepted: str, known: Sequence[str]) -> str:
    """The known language that a header `Accept-Language` likes best; the first for none of them."""
    liked = dict.fromkeys(known, 0.0)
    for part in accepted.lower().split(",")[:MOST_LANGUAGES]:
        range, _, weight = part.partition(";q=")
        name = range.strip().partition("-")[0]
        if name in liked and not liked[name]:
            liked[name] = _weight(weight) if weight else 1.0
            if liked[name] and not any(liked[other] for other in liked if other != name):
                liked[name] += FIRST
    return max(known, key=lambda name: liked[name])


def _weight(text: str) -> float:
    return float(text) if re.fullmatch(r"[01](\.[0-9]{0,3})?", text.strip()) else 0.0


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
    """Faults of the fields of a form, in words: the words `fault_<code>`."""
    known = words("pages")[language]
    return {field: known[f"fault_{fault}"] for field, fault in faults.items()}
