"""A release of tomorrow, which knows one field more of everything, and steps that run under it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from oms.core.events import DomainEvent
from oms.core.formats import Formats
from oms_aws.billing.bills import BILL, DynamoBills
from oms_aws.orders.store import ORDER, DynamoOrders
from oms_aws.platform import log
from oms_aws.platform.aggregates import AggregateKind

FIELD = "of_tomorrow"


def of_tomorrow(value: Any) -> Any:
    """A value as plain JSON values of a release that knows one field more of everything."""
    if isinstance(value, Struct):
        known = {name: of_tomorrow(getattr(value, name)) for name in value.__struct_fields__}
        tag = value.__struct_config__
        told = {tag.tag_field: tag.tag} if tag.tag_field else {}
        return {**told, **known, FIELD: {"unheard": ["of", 1, None]}}
    if isinstance(value, tuple | list):
        return [of_tomorrow(each) for each in value]
    if isinstance(value, dict):
        return {key: of_tomorrow(each) for key, each in value.items()}
    return msgspec.to_builtins(value)


class FormatsOfTomorrow(Formats[Any]):
    """Formats of which a further one has the field, which nobody may lose who writes between."""

    def __init__(self, known: Formats[Any]) -> None:
        super().__init__(known.type, *known.upgrades, lambda plain: plain)

    def read(self, body: bytes, format: int) -> Any:
        if format >= self.newest:
            plain = msgspec.json.decode(body)
            assert all(FIELD in part for part in (plain, *plain.get("lines", ()))), "it is lost"
        return super().read(body, format)


class KindOfTomorrow(AggregateKind[Any, Any], frozen=True, kw_only=True):
    """A kind of which the release of tomorrow writes all that it knows."""

    def _written(self, stored: Any, hidden: Any) -> bytes:
        return msgspec.json.encode(of_tomorrow(hidden))


def _kind(kind: AggregateKind[Any, Any]) -> KindOfTomorrow:
    return KindOfTomorrow(**{**asdict(kind), "formats": FormatsOfTomorrow(kind.formats)})


ORDERS, BILLS = _kind(ORDER), _kind(BILL)


@contextmanager
def release_of_tomorrow() -> Iterator[None]:
    """Code that is under way meanwhile is that of tomorrow, as far as states and events go."""

    def written(news: DomainEvent) -> msgspec.Raw:
        return msgspec.Raw(msgspec.json.encode(of_tomorrow(news)))

    with (
        mock.patch.object(DynamoOrders, "kind", ORDERS),
        mock.patch.object(DynamoBills, "kind", BILLS),
        mock.patch.object(DomainEvent, "newest", return_value=2),
        mock.patch.object(log, "written", written),
    ):
        yield
