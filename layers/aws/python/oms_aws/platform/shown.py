"""Values as answers show them: every field, those at their default as well."""

from __future__ import annotations

from typing import Any

import msgspec


def whole(value: msgspec.Struct) -> dict[str, Any]:
    """Every field, those at their default as well, also of what is inside."""
    return {name: _shown(getattr(value, name)) for name in value.__struct_fields__}


def _shown(value: Any) -> Any:
    match value:
        case msgspec.Struct():
            return whole(value)
        case tuple():
            return [_shown(each) for each in value]
    return msgspec.to_builtins(value)
