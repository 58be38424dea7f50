"""The press: sets a sheet of texts as a PDF/A-3b that has the same bytes whenever it is set."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from oms.master.letterhead import Logo
from oms_aws.platform.rendering import TEMPLATES
from oms_aws.platform.wording import JOINERS

Sheet = dict[str, Any]
"""Every text of a paper, formatted for its language, as the template reads it."""

_TEMPLATE = TEMPLATES / "papers" / "paper.typ"
FONTS = ("Libertinus Serif", "DejaVu Sans Mono", "New Computer Modern")
"""Families that are part of the compiler."""

MORE_FONTS = (
    "Noto Naskh Arabic",
    "Noto Serif Hebrew",
    "Noto Serif Thai",
    "Noto Serif Devanagari",
    "Noto Serif Georgian",
    "Noto Serif Armenian",
    "Droid Sans Fallback",
    "NanumMyeongjo",
)
"""Families of the layer, for the scripts that the compiler's own do not have."""

# Letters that the compiler's own fonts are known to have: Latin, Greek, Cyrillic.
_COVERED = re.compile(
    "[\x20-\x7e\xa0-\u024f\u0384-\u0386\u0388-\u038a\u038e-\u03a1\u03a3-\u0482"
    "\u048a-\u04ff\u200b\u2010-\u2026€]*"
)
_WEIGHTS = ("regular", "semibold")
_UNCOVERED_CODE = re.compile("[^\x20-\x7e]")


class Attachment(dict[str, str]):
    """A file inside of a paper: its name and its text."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(name=name, attached=text)


def pressed(
    sheet: Sheet, made_on: date, attached: Attachment | None = None, logo: bytes | None = None
) -> bytes:
    """The sheet as PDF/A-3b; the bytes depend on what is given alone."""
    pdf: bytes = compiled(
        sheet, made_on, attached or {}, logo=logo, format="pdf", pdf_standards="a-3b"
    )
    return pdf


def compiled(
    sheet: Sheet,
    made_on: date,
    inputs: Mapping[str, str] | None = None,
    logo: bytes | None = None,
    **options: Any,
) -> Any:
    """The sheet in any format; the options are those of `typst.Compiler.compile`.

    Time stamps come from the day. A character that no font has is printed as its code, `[U+1F600]`.
    """
    stamp = datetime.combine(made_on, time(), UTC)
    options = {**options, "timestamp": stamp}
    given = dict(inputs or {})
    if logo is not None:
        given["logo"] = json.dumps([*logo])
    odd = sorted({cluster for text in _texts(sheet) for cluster in _clusters(text)})
    try:
        return _compile(_mapped(sheet, _missing(odd)), given, options, odd=bool(odd))
    except BaseException as failure:
        # Rare combinations of marks make the compiler refuse, or panic: then none of them is set.
        if not odd or not _is_of_the_compiler(failure):
            raise
        return _compile(_mapped(sheet, odd), given, options, odd=False)


def proof_fault(content: bytes, logo: Logo) -> str | None:
    """Reason that a logo cannot be printed, or None: it is set once, alone."""
    import typst

    source = f'#image(bytes(json(bytes(sys.inputs.logo))), format: "{logo.type}", width: 60mm)'
    try:
        typst.Compiler(ignore_system_fonts=True).compile(
            source.encode(),
            format="pdf",
            pdf_standards="a-3b",
            timestamp=0,
            sys_inputs={"logo": json.dumps([*content])},
        )
    except BaseException as failure:
        if not _is_of_the_compiler(failure):
            raise
        return str(getattr(failure, "message", "the typesetter gives up on it"))
    return None


def _compile(sheet: Sheet, inputs: Mapping[str, str], options: dict[str, Any], *, odd: bool) -> Any:
    import typst

    families = (*FONTS, *MORE_FONTS) if odd else FONTS
    data = json.dumps({**sheet, "fonts": families})
    return typst.Compiler(font_paths=_fonts(more=odd)).compile(
        _TEMPLATE.read_bytes(), **{**options, "sys_inputs": {**inputs, "sheet": data}}
    )


@cache
def _fonts(*, more: bool) -> Any:
    """The compiler's own fonts, and those of the layer where somebody needs them."""
    import typst

    folders = []
    if more:
        import paper_fonts

        folders = [str(Path(paper_fonts.__file__).parent)]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)


def _is_of_the_compiler(failure: BaseException) -> bool:
    """True if typst refused or panicked; its panics are BaseExceptions that it does not export."""
    import typst

    return isinstance(failure, typst.TypstError) or type(failure).__name__ == "PanicException"


def _missing(odd: list[str]) -> list[str]:
    """Those of the clusters that no font has; asks the compiler itself."""
    if not odd:
        return []
    import typst

    families = ", ".join(f'"{name}"' for name in (*FONTS, *MORE_FONTS))
    head = f"#set text(font: ({families}))"
    source = "\n".join([head, *(_probe(c, w) for c in odd for w in _WEIGHTS)])
    compiler = typst.Compiler(font_paths=_fonts(more=True))
    try:
        compiler.compile(source.encode(), format="pdf", pdf_standards="a-3b", timestamp=0)
    except typst.TypstError as error:
        lines = re.findall(r"┌─ [^\n]*:(\d+):\d+\n", error.diagnostic)
        return sorted({odd[(int(line) - 2) // len(_WEIGHTS)] for line in lines})
    return []


def _probe(cluster: str, weight: str) -> str:
    """A line of markup that sets the cluster, written as codes so that nothing of it is markup."""
    codes = "".join(f"\\u{{{ord(character):x}}}" for character in cluster)
    return f'#box(text(weight: "{weight}")[{codes}])'


def _code(match: re.Match[str]) -> str:
    return f"[U+{ord(match.group()):04X}]"


def _clusters(text: str) -> Iterable[str]:
    """The characters, with the marks that sit on them, that may lack a glyph."""
    if _COVERED.fullmatch(text):
        return
    cluster = ""
    for character in text:
        on_top = unicodedata.category(character).startswith("M") or character in JOINERS
        if cluster and not on_top:
            if not _COVERED.fullmatch(cluster):
                yield cluster
            cluster = ""
        cluster += character
    if not _COVERED.fullmatch(cluster):
        yield cluster


def _texts(content: Any) -> Iterable[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for value in content.values():
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)


def _mapped(content: Any, clusters: list[str]) -> Any:
    """The content with the codes of the clusters in their place."""
    if not clusters:
        return content
    pattern = re.compile("|".join(map(re.escape, sorted(clusters, key=len, reverse=True))))

    def mapped(value: Any) -> Any:
        if isinstance(value, str):
            return pattern.sub(lambda match: _UNCOVERED_CODE.sub(_code, match.group()), value)
        if isinstance(value, dict):
            return {key: mapped(item) for key, item in value.items()}
        return [mapped(item) for item in value] if isinstance(value, list) else value

    return mapped(content)
