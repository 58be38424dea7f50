"""The pages of a withdrawal: the form in two steps, what came of it, and the proof of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from oms.core.pseudonyms import is_pseudonym
from oms.core.refusals import Unknown
from oms.core.values import BUSINESS_ZONE
from oms.master.shop import Shop
from oms.returns.withdrawal import Statement, Withdrawal
from oms_aws.platform.http import Answer, Call, Problem
from oms_aws.platform.pages import Pages, form, liked_best, worded
from oms_aws.platform.query import LONGEST_MAIL, MAIL
from oms_aws.platform.rendering import read
from oms_aws.returns.wiring import ReturnsWiring

FIELDS = ("name", "contract", "part", "email")
DEMANDED = ("name", "contract", "email")
LONGEST = 2_000
LANGUAGES = (("de", "Deutsch"), ("en", "English"), ("fr", "Français"), ("it", "Italiano"))
CODES = ("en", "de", "fr", "it")
"""Languages of the pages; the first is that of who asks for none of them."""


def wording(language: str) -> Mapping[str, str]:
    """Words of the pages in a language."""
    known: Mapping[str, Mapping[str, str]] = read("pages/withdrawal.json")
    return known[language]


def language_asked(query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The language that the address names, or that the browser likes best."""
    named = query.get("lang", "").lower()
    return named if named in CODES else liked_best(headers.get("accept-language", ""), CODES)


class WithdrawalPages(Pages):
    """Pages that never say that nothing is lost when a statement could not be stored."""

    def says_no(self, problem: Problem, event: dict[str, Any]) -> Answer:
        """A refusal as a page: which shop is not known, or that the form is to be sent again."""
        headers = {k.lower(): v for k, v in (event.get("headers") or {}).items()}
        language = language_asked(event.get("queryStringParameters") or {}, headers)
        kind = "shop" if problem.reason == "shop_unknown" else "lost"
        words = wording(language)
        title, text = words[f"{kind}_title"], words[f"{kind}_text"]
        status = problem.status
        answer = worded("message", language, words, status=status, title=title, text=text)
        later = {"Retry-After": "1"} if status == 503 else {}
        return self.says(replace(answer, headers={**answer.headers, **later}))


def shop_of(call: Call[Any], oms: ReturnsWiring) -> Shop:
    """The shop that the address names, or the only one that there is; raises Unknown."""
    named = call.query.get("shop", "")
    if not named and len(shops := oms.catalogue.shops()) == 1:
        named = shops[0]
    if not named:
        raise Unknown("shop_unknown", "The address names no shop.")
    return oms.catalogue.cached_shop(named)


def said_in(call: Call[Any]) -> dict[str, str]:
    """Words of a form, field by field, as text that can be kept."""
    given = form(call)
    return {name: _kept(given.get(name, "")) for name in FIELDS}


def _kept(text: str) -> str:
    """The text without characters that show nothing, no longer than anybody writes."""
    plain = re.sub(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]", "", text.replace("\r\n", "\n"))
    cut = plain.strip()[:LONGEST]
    return f"'{cut}'" if is_pseudonym(cut) else cut


def asking(call: Call[Any], shop: Shop, values: Mapping[str, str], *, checked: bool) -> Answer:
    """The form of the first step, with what is missing once it was sent."""
    language = language_asked(call.query, call.headers)
    words = wording(language)
    missing = {name: words["missing"] for name in DEMANDED if checked and not values[name]}
    return worded(
        "withdraw",
        language,
        words,
        status=422 if missing else 200,
        shop=shop.name,
        values=values,
        faults=missing,
        languages=LANGUAGES,
        here=f"?shop={quote(shop.id)}&lang=",
    )


def checking(call: Call[Any], shop: Shop, values: Mapping[str, str], once: str) -> Answer:
    """The second step: what was said, and the button that declares it."""
    language = language_asked(call.query, call.headers)
    unusual = not re.fullmatch(rf"(?=.{{1,{LONGEST_MAIL}}}\Z){MAIL}", values["email"])
    return worded(
        "withdraw_check",
        language,
        wording(language),
        shop=shop.name,
        values=values,
        once=once,
        unusual=unusual,
    )


def declared(call: Call[Any], shop: Shop, values: Mapping[str, str], *, at: datetime) -> Withdrawal:
    """The statement of a form that was confirmed; the same form again is the same statement."""
    parts = (shop.id, form(call).get("once", ""), *values.values())
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
    return Withdrawal(
        id=f"wdr_{digest}",
        shop=shop.id,
        channel="page",
        statement=Statement(values["name"], values["contract"], values["email"], values["part"]),
        language=language_asked(call.query, call.headers),
        declared_at=at,
        received_at=at,
    )


def done(withdrawal: Withdrawal, shop: Shop, language: str) -> Answer:
    """The page that says that a statement has come, with its content, date and time."""
    words = wording(language)
    return worded(
        "withdraw_done",
        language,
        words,
        shop=shop.name,
        title=words["done_title"],
        lead=words["done_lead"],
        values=said_by(withdrawal),
        received=moment_text(withdrawal.received_at, language),
        reference=withdrawal.id,
        hash="",
    )


def proof(withdrawal: Withdrawal, hash: str, shop: Shop, language: str) -> Answer:
    """The page that proves what was received when; of who was erased without the content."""
    words = wording(language)
    return worded(
        "withdraw_done",
        language,
        words,
        shop=shop.name,
        title=words["proof_title"],
        lead=words["proof_lead"].format(shop.seller.name),
        values=None if withdrawal.erased else said_by(withdrawal),
        received=moment_text(withdrawal.received_at, language),
        reference=withdrawal.id,
        hash=hash,
    )


def said_by(withdrawal: Withdrawal) -> dict[str, str]:
    """Words of a statement, as pages and mails show it."""
    said = withdrawal.statement
    lines = ", ".join(f"{n} × {number}" for number, n in said.lines.items())
    part = ", ".join(filter(None, (said.part, lines)))
    return {"name": said.name, "contract": said.contract, "part": part, "email": said.email}


def moment_text(at: datetime, language: str) -> str:
    """Date and time where the merchant is, with the zone: 30.11.2026, 20:15:07 (UTC+01:00)."""
    here = at.astimezone(BUSINESS_ZONE)
    zone = f"{here:%z}"
    day = f"{here:%Y-%m-%d}" if language == "en" else f"{here:%d.%m.%Y}"
    return f"{day}, {here:%H:%M:%S} (UTC{zone[:3]}:{zone[3:]})"
