"""What people see of the embedded cloud: the mails sent and the documents made."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from local import emulator

Page = tuple[int, str, str]
HTML, JSON = "text/html; charset=utf-8", "application/json"
STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { width: 100%; border-collapse: collapse; } td { padding: .35rem .6rem; }
tr:nth-child(even) { background: color-mix(in srgb, currentColor 6%, transparent); }
time, .faint { opacity: .7; white-space: nowrap; } nav a { margin-right: 1rem; }
iframe { width: 100%; height: 60vh; border: 1px solid #8886; background: #fff; }
pre { white-space: pre-wrap; border: 1px solid #8886; padding: 1rem; }
"""


MORE = "<!-- more -->"
HERE = """
<h2>In the embedded cloud on this machine</h2>
<ul class="doors">
<li><a href="/mailbox"><strong>Mailbox</strong><span>Every mail that was sent; none leaves this
machine.</span></a></li>
<li><a href="/documents"><strong>Documents</strong><span>Invoices and all other papers in the
archive.</span></a></li>
</ul>
"""


def index() -> str:
    """The API's own page, with what only this machine has."""
    page = (files("oms_aws") / "landing.html").read_text(encoding="utf-8")
    return page.replace(MORE, HERE)


def mailbox(number: str, query: dict[str, str], people: bool) -> Page:
    """All mails, newest first, or one; `?to=` narrows them to one recipient."""
    mails = [_mail(mail) for mail in reversed(emulator.mails())]
    if wanted := query.get("to"):
        mails = [mail for mail in mails if wanted in mail["to"]]
    if number:
        mails = [mail for mail in mails if mail["id"] == number]
        if not mails:
            return 404, JSON, '{"message": "no such mail"}'
        return (200, HTML, _one_mail(mails[0])) if people else (200, JSON, json.dumps(mails[0]))
    if not people:
        return 200, JSON, json.dumps({"items": mails})
    rows = "".join(
        f"<tr><td><time>{escape(mail['at'][:19])}</time></td>"
        f"<td>{escape(', '.join(mail['to']))}</td>"
        f'<td><a href="/mailbox/{escape(mail["id"])}">{escape(mail["subject"])}</a></td></tr>'
        for mail in mails
    )
    return 200, HTML, _html(f"Mailbox ({len(mails)})", f"<table>{rows}</table>")


def _mail(mail: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": mail["MessageId"],
        "at": datetime.fromtimestamp(mail["Timestamp"], UTC).isoformat(),
        "from": mail["Source"],
        "to": mail["To"],
        "subject": mail.get("RenderedSubject") or mail.get("Subject") or "",
        "text": mail.get("RenderedBodyText") or mail.get("BodyText") or "",
        "html": mail.get("RenderedBodyHtml") or mail.get("BodyHtml") or "",
    }


def _one_mail(mail: dict[str, Any]) -> str:
    head = (
        f"<p class=faint>{escape(mail['from'])} → {escape(', '.join(mail['to']))}, {mail['at']}</p>"
    )
    page = f'<iframe sandbox="allow-popups" srcdoc="{escape(mail["html"])}"></iframe>'
    text = f"<h2>As text</h2><pre>{escape(mail['text'])}</pre>"
    return _html(mail["subject"], head + (page if mail["html"] else "") + text)


def documents(people: bool) -> Page:
    """All documents, newest first; each link opens the document itself."""
    found = sorted(_objects(), key=lambda item: str(item["at"]), reverse=True)
    if not people:
        return 200, JSON, json.dumps({"items": found})
    rows = "".join(
        f"<tr><td><time>{escape(item['at'][:19])}</time></td>"
        f'<td><a href="{escape(item["url"])}">{escape(item["key"])}</a></td>'
        f"<td class=faint>{item['size']:,} bytes</td></tr>"
        for item in found
    )
    return 200, HTML, _html(f"Documents ({len(found)})", f"<table>{rows}</table>")


def _objects() -> list[dict[str, Any]]:
    import boto3

    s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    names = [n for n in emulator.buckets() if not n.startswith("cdk-") and "uploads" not in n]
    return [
        {
            "key": item["Key"],
            "size": item["Size"],
            "at": item["LastModified"].isoformat(),
            "url": f"/{name}/{quote(item['Key'])}",
        }
        for name in names
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name)
        for item in page.get("Contents", [])
    ]


def _html(title: str, body: str) -> str:
    links = {"/docs": "API", "/mailbox": "Mailbox", "/documents": "Documents"}
    nav = "".join(f'<a href="{path}">{name}</a>' for path, name in links.items())
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title>"
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<nav>{nav}</nav><h1>{escape(title)}</h1>{body}</html>"
    )
