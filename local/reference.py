"""The docs page: the OpenAPI document set as one static page without scripts or network."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

Json = Mapping[str, Any]

HEADING = re.compile(r"<h3>(.*?)</h3>")
TOKEN = re.compile(
    r'(?P<key>"(?:\\.|[^"\\])*"(?=\s*:))|(?P<text>"(?:\\.|[^"\\])*")'
    r"|(?P<number>-?\d+(?:\.\d+)?)|(?P<word>true|false|null)"
)
REPRESENTED = {"date-time": "2026-11-23T09:15:02Z", None: "text"}
LIMITS = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {}",
    "maxItems": "at most {}",
    "minimum": "from {}",
    "maximum": "to {}",
    "pattern": "fits {}",
    "default": "default {}",
}


class Field(NamedTuple):
    """A field of an object, or a parameter."""

    name: str
    type: Markup
    required: bool
    text: Markup
    limits: str


def page(document: Json) -> str:
    """The HTML of the whole page."""
    reader = Reader(document)
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    guide, headings = _guide(document["info"]["description"])
    return (
        templates.get_template("reference.html").render(
            info=document["info"],
            guide=guide,
            headings=headings,
            groups=[*reader.groups()],
            events=[*reader.events()],
            schemas=[*reader.schemas()],
        )
        + "\n"
    )


class Reader:
    """Reads the document for the page."""

    def __init__(self, document: Json) -> None:
        self._document = document
        self._schemas: Json = document["components"]["schemas"]

    def groups(self) -> Iterator[dict[str, Any]]:
        """The operations, tag by tag."""
        for tag in self._document["tags"]:
            operations = [
                self._operation(method, path, operation)
                for path, methods in self._document["paths"].items()
                for method, operation in methods.items()
                if tag["name"] in operation["tags"]
            ]
            if operations:
                yield {**tag, "operations": operations}

    def events(self) -> Iterator[dict[str, Any]]:
        """The webhooks, with the schema of their data and an example where there is one."""
        for type, methods in self._document["webhooks"].items():
            content = methods["post"]["requestBody"]["content"]["application/json"]
            data = content["schema"]["allOf"][1]["properties"]["data"]
            yield {
                "type": type,
                "summary": methods["post"]["summary"],
                "data": self._type(data),
                "example": shown(content["example"]) if "example" in content else "",
            }

    def schemas(self) -> Iterator[dict[str, Any]]:
        """Every named schema."""
        for name, schema in self._schemas.items():
            yield {
                "name": name,
                "text": _inline(schema.get("description", "")),
                "fields": [*self._fields(schema)],
                "words": schema.get("enum", []),
            }

    def _operation(self, method: str, path: str, operation: Json) -> dict[str, Any]:
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        return {
            "id": operation["operationId"],
            "method": method,
            "path": path,
            "summary": operation["summary"].removesuffix("."),
            "short": re.split("[;:,.]", operation["summary"])[0],
            "text": _block(operation["description"]),
            "parameters": [self._parameter(each) for each in operation["parameters"]],
            "body": self._type(body["schema"]) if body else "",
            "fields": [*self._fields(self._found(body["schema"]))] if body else [],
            "responses": [*self._responses(operation["responses"])],
            "call": _call(method, path, operation, bool(body)),
            "sent": shown(body["example"]) if body else "",
            "answer": self._answer(operation["responses"]),
        }

    def _parameter(self, parameter: Json) -> tuple[str, Field]:
        return parameter["in"], self._field(
            parameter["name"],
            parameter["schema"],
            required=parameter["required"],
            text=parameter["description"],
        )

    def _responses(self, responses: Json) -> Iterator[dict[str, Any]]:
        for status, response in responses.items():
            told = self._found(response)
            content = told.get("content", {})
            schemas = [each["schema"] for each in content.values() if "$ref" in each["schema"]]
            yield {
                "status": status,
                "text": _inline(told["description"]),
                "type": self._type(schemas[0]) if schemas else "",
                "headers": [*told.get("headers", ())],
            }

    def _answer(self, responses: Json) -> Markup | str:
        for response in responses.values():
            for media in response.get("content", {}).values():
                if "$ref" in media["schema"]:
                    return shown(self.sample(media["schema"]))
            break
        return ""

    def _fields(self, schema: Json) -> Iterator[Field]:
        required = schema.get("required", ())
        for name, each in schema.get("properties", {}).items():
            text = each.get("description", "")
            yield self._field(name, each, required=name in required, text=text)

    def _field(self, name: str, schema: Json, *, required: bool, text: str) -> Field:
        limits = [
            words.format(json.dumps(schema[key], ensure_ascii=False))
            for key, words in LIMITS.items()
            if schema.get(key) is not None and schema[key] not in ({}, "")
        ]
        return Field(name, self._type(schema), required, _inline(text), ", ".join(limits))

    def _type(self, schema: Json) -> Markup:
        """The type in a few words, with links to named schemas."""
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[-1]
            return Markup('<a href="#{0}">{0}</a>').format(name)
        if "anyOf" in schema:
            return Markup(" or ").join(self._type(each) for each in schema["anyOf"])
        if "const" in schema or "enum" in schema:
            words = schema.get("enum") or [schema["const"]]
            return Markup(" ").join(Markup("<code>{}</code>").format(word) for word in words)
        if schema.get("type") == "array":
            return Markup("list of {}").format(self._type(schema["items"]))
        values = schema.get("additionalProperties") or next(
            iter(schema.get("patternProperties", {}).values()), None
        )
        if isinstance(values, Mapping):
            return Markup("map to {}").format(self._type(values))
        return escape(schema.get("format") or schema.get("type", "any"))

    def _found(self, schema: Json) -> Json:
        if "$ref" not in schema:
            return schema
        *_, kind, name = schema["$ref"].split("/")
        found: Json = self._document["components"][kind][name]
        return found

    def sample(self, schema: Json) -> Any:
        """A value as it could be."""
        for key in ("examples", "enum"):
            if schema.get(key):
                return schema[key][0]
        if "$ref" in schema:
            return self.sample(self._found(schema))
        if "const" in schema or "default" in schema:
            return schema.get("const", schema.get("default"))
        if "anyOf" in schema:
            return self.sample(schema["anyOf"][0])
        match schema.get("type"):
            case "object":
                properties = schema.get("properties", {})
                return {name: self.sample(each) for name, each in properties.items()}
            case "array":
                return [self.sample(schema["items"])]
            case "integer":
                return schema.get("minimum", 1)
            case "boolean":
                return True
        return REPRESENTED.get(schema.get("format"), "text")


def shown(value: Any) -> Markup:
    """A value as JSON, its parts marked for the style sheet."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    parts, end = [], 0
    for token in TOKEN.finditer(text):
        parts.append(escape(text[end : token.start()]))
        parts.append(
            Markup('<span class="{}">{}</span>').format(token.lastgroup or "", token.group())
        )
        end = token.end()
    return Markup("").join([*parts, escape(text[end:])])


def _call(method: str, path: str, operation: Json, body: bool) -> str:
    """The operation as a call of curl."""
    demanded = [p for p in operation["parameters"] if p["required"] and p["in"] != "path"]
    query = "&".join(f"{p['name']}=A" for p in demanded if p["in"] == "query")
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
    lines = [f'curl "$AUFTAKT{path}{"?" + query if query else ""}"']
    if method != ("post" if body else "get"):
        lines[0] += f" -X {method.upper()}"
    if operation["security"]:
        lines.append('-H "Authorization: Bearer $KEY"')
    for parameter in demanded:
        if parameter["in"] == "header":
            value = parameter["schema"].get("examples", ["sha256=…"])[0]
            lines.append(f'-H "{parameter["name"]}: {value}"')
    if body:
        lines += ['-H "Content-Type: application/json"', "-d @body.json"]
    return " \\\n  ".join(lines)


def _guide(text: str) -> tuple[Markup, list[tuple[str, str]]]:
    """The guide as HTML, and the ids and texts of its headings."""
    headings: list[tuple[str, str]] = []

    def anchored(heading: re.Match[str]) -> str:
        id = re.sub(r"[^a-z]+", "-", heading[1].lower()).strip("-")
        headings.append((id, heading[1]))
        return f'<h3 id="{id}">{heading[1]}</h3>'

    return Markup(HEADING.sub(anchored, _markdown.render(text))), headings


def _block(text: str) -> Markup:
    return Markup(_markdown.render(text))


def _inline(text: str) -> Markup:
    return Markup(_markdown.renderInline(text))


_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
