"""An update expression in the making, over attributes whose names may hold any character."""

from __future__ import annotations

from typing import Any

from oms_aws.platform.keys import Key
from oms_aws.platform.table import Action, Table


class Edit:
    """Changes of one item's attributes, and the conditions under which they are made."""

    def __init__(self) -> None:
        self._sets: list[str] = []
        self._removes: list[str] = []
        self._conditions: list[str] = []
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def set(self, attribute: str, value: Any) -> None:
        """Set the attribute."""
        self._sets.append(f"{self._name(attribute)} = {self._value(value)}")

    def add(self, attribute: str, difference: int) -> None:
        """Add to the attribute, which counts from 0."""
        name = self._name(attribute)
        current = f"if_not_exists({name}, {self._value(0)})"
        self._sets.append(f"{name} = {current} + {self._value(difference)}")

    def remove(self, attribute: str) -> None:
        """Take the attribute away."""
        self._removes.append(self._name(attribute))

    def at_least(self, attribute: str, value: int) -> None:
        """Demand that the attribute is no less than the value."""
        self._conditions.append(f"{self._name(attribute)} >= {self._value(value)}")

    def see(self, attribute: str, value: Any) -> None:
        """Demand that the attribute still is as seen, None for absent."""
        name = self._name(attribute)
        self._conditions.append(
            f"attribute_not_exists({name})" if value is None else f"{name} = {self._value(value)}"
        )

    def action(self, table: Table, key: Key) -> Action:
        """The action that does it; one that changes nothing only demands its conditions."""
        condition = " AND ".join(self._conditions)
        if not self._sets:
            return table.demand(key, condition, self._values, names=self._names)
        expression = "SET " + ", ".join(self._sets)
        if self._removes:
            expression += " REMOVE " + ", ".join(self._removes)
        return table.update(key, expression, self._values, names=self._names, condition=condition)

    def _name(self, attribute: str) -> str:
        for short, known in self._names.items():
            if known == attribute:
                return short
        short = f"#n{len(self._names)}"
        self._names[short] = attribute
        return short

    def _value(self, value: Any) -> str:
        short = f":v{len(self._values)}"
        self._values[short] = value
        return short
