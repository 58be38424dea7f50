"""Letterheads on their way in: a logo is set once for proof, and kept by its hash."""

from __future__ import annotations

import hashlib
from typing import Any

from botocore.exceptions import ClientError
from msgspec import to_builtins

from oms.billing.retention import kept_until
from oms.core.calendar import book_day
from oms.master.letterhead import Logo
from oms.master.logo import type_of
from oms_aws.billing.wiring import BillingWiring
from oms_aws.master.shop_models import LetterheadIn, LogoIn
from oms_aws.papers.press import proof_fault
from oms_aws.platform.http import Problem
from oms_aws.platform.objects import is_missing

TYPES = {"png": "image/png", "svg": "image/svg+xml"}


def kept_letterhead(given: LetterheadIn | None, oms: BillingWiring) -> dict[str, Any] | None:
    """The values of a letterhead whose logo is in the archive; raises Problem for a broken one."""
    if given is None:
        return None
    logo = _kept(given.logo, oms) if given.logo else None
    return {**given.model_dump(exclude={"logo"}), "logo": to_builtins(logo) if logo else None}


def _kept(given: LogoIn, oms: BillingWiring) -> Logo:
    if given.data is None:
        return _known(Logo(str(given.sha256), given.type or "png"), oms)
    content = given.content
    logo = Logo(hashlib.sha256(content).hexdigest(), type_of(content) or "png")
    if fault := proof_fault(content, logo):
        raise _refused(f"cannot be printed: {fault}")
    until = kept_until("book", book_day(oms.now()))
    oms.documents.keep_once(logo.key, content, TYPES[logo.type], until=until)
    return logo


def _known(logo: Logo, oms: BillingWiring) -> Logo:
    try:
        oms.documents.read(logo.key)
    except ClientError as error:
        if not is_missing(error):
            raise
        raise _refused("is not known: send its data") from None
    return logo


def _refused(why: str) -> Problem:
    fields = {"letterhead.logo": why}
    return Problem(422, "request_invalid", "The request has wrong fields.", fields)
