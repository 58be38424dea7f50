"""What callers send of a shop: with its letterhead, its words and its rules for papers."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from oms.core.documents import Kind
from oms.master.letterhead import COLOUR, EVERY, PAYMENT_PLACES, PLACES, PaperKind, place_fault
from oms.master.logo import MOST_BYTES, fault_of, type_of
from oms_aws.edges.models import Email, Id, Model, Name, _printable
from oms_aws.edges.models import ShopIn as PlainShopIn

LEAST_CONTRAST = 2.5
LONGEST = 1_000
KINDS = frozenset((EVERY, *get_args(Kind), *get_args(PaperKind)))


def _readable(colour: str) -> str:
    if _contrast(colour) < LEAST_CONTRAST:
        raise ValueError("is too light to be read on white paper")
    return colour


def _contrast(colour: str) -> float:
    """How well `#rrggbb` can be read on white: 1 (not at all) to 21 (WCAG 2.2, § 1.4.3)."""
    shares = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def _ascii(mail: str) -> str:
    if not mail.isascii() or not mail.isprintable():
        raise ValueError("has letters that not every mail server takes: write the domain as xn--…")
    return mail


def _said(text: str) -> str:
    if fault := place_fault(text, PLACES):
        raise ValueError(fault)
    return _printable(text)


def _said_of_payment(text: str) -> str:
    if fault := place_fault(text, PAYMENT_PLACES):
        raise ValueError(fault)
    return _printable(text)


Said = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST),
    AfterValidator(_said),
]
SaidOfPayment = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST),
    AfterValidator(_said_of_payment),
]
FooterLine = Annotated[Name, StringConstraints(max_length=60)]


class LogoIn(Model):
    """A logo: its bytes in base64 as `data`, or the `sha256` of one that is kept already."""

    data: Annotated[str, StringConstraints(max_length=MOST_BYTES * 4 // 3 + 4)] | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    type: Literal["png", "svg"] | None = None

    @model_validator(mode="after")
    def check_logo(self) -> LogoIn:
        if self.data is None:
            if self.sha256 is None or self.type is None:
                raise ValueError("needs data, or sha256 and type")
            return self
        content = self.content
        if fault := fault_of(content):
            raise ValueError(fault)
        if self.type not in (None, type_of(content)):
            raise ValueError(f"is no {self.type}")
        return self

    @property
    def content(self) -> bytes:
        """Its bytes; raises ValueError for what is no base64."""
        try:
            return base64.b64decode(self.data or "", validate=True)
        except binascii.Error:
            raise ValueError("data is no base64") from None


class LetterheadIn(Model):
    """How head and foot of the papers look; without it they follow from the seller."""

    colour: Annotated[
        str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$"), AfterValidator(_readable)
    ] = COLOUR
    logo: LogoIn | None = None
    tagline: Annotated[Name, StringConstraints(max_length=100)] | None = None
    footer: Annotated[
        tuple[Annotated[tuple[FooterLine, ...], Field(min_length=1, max_length=6)], ...],
        Field(max_length=4),
    ] = ()


class WordingIn(Model):
    """The words of one kind of paper in one language; `payment` by method, `*` for the others."""

    intro: Said | None = None
    closing: Said | None = None
    payment: Annotated[
        dict[Id | Literal["*"], SaidOfPayment], Field(max_length=20, default_factory=dict)
    ]


class PaperRulesIn(Model):
    """Whether delivery notes show prices (null: to private customers alone), and more."""

    delivery_note_prices: bool | None = None
    confirmation_link: bool = False


Mailbox = Annotated[Email, AfterValidator(_ascii)]
MailboxName = Annotated[Name, StringConstraints(max_length=100)]


class MailRulesIn(Model):
    """Whom mails come from, and who gets the answers; what is missing is the deployment's sender,
    the shop's name and its `support_email`."""

    sender: Mailbox | Literal[""] = ""
    sender_name: MailboxName | Literal[""] = ""
    reply_to: Mailbox | Literal[""] = ""
    reply_to_name: MailboxName | Literal[""] = ""


class ShopIn(PlainShopIn):
    """A sales channel and who sells there; without `countries` it delivers everywhere."""

    letterhead: LetterheadIn | None = None
    texts: Annotated[dict[str, dict[Literal["de", "en"], WordingIn]], Field(default_factory=dict)]
    papers: PaperRulesIn = PaperRulesIn()
    mail: MailRulesIn = MailRulesIn()

    def faults(self) -> dict[str, str]:
        """What is wrong across fields: field -> reason."""
        known = ", ".join(sorted(KINDS))
        unknown = {f"texts.{name}": f"no such paper: {known}" for name in self.texts.keys() - KINDS}
        return super().faults() | unknown
