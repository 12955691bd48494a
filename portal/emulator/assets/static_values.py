"""The static values of an asset: which variables its type gives it, and what their values look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from portal.emulator.assets.data_types import is_value
from portal.emulator.assets.inventory import Inventory
from portal.emulator.assets.model import Category, Variable
from portal.emulator.assets.properties import Properties, TextRule

VALUE = TextRule(255, 1)
NAME = TextRule(64, 1)

Values = dict[str, str]


def read_variables(parts: Iterable[Properties], type_id: str, inventory: Inventory) -> Values:
    """The values of an asset's own variables: ``[{"name", "value"}]``.

    :raises InvalidBody: the type has no such variable, it is named twice, or the value is not of its data type.
    """
    declared = {entry.variable.name: entry.variable for entry in inventory.variables_of(type_id)}
    return _read_values(parts, declared, type_id)


def read_aspects(parts: Iterable[Properties], type_id: str, inventory: Inventory) -> dict[str, Values]:
    """The values of an asset's static aspects: ``[{"name", "variables": [{"name", "value"}]}]``.

    :raises InvalidBody: the type has no such aspect, it is dynamic or named twice, or a value breaks a rule.
    """
    declared = {entry.aspect.name: entry.aspect_type for entry in inventory.aspects_of(type_id)}
    aspects: dict[str, Values] = {}
    for part in parts:
        name = part.text("name", NAME)
        kind = declared.get(name)
        if kind is None:
            raise part.broken("name", f"has to be an aspect of {type_id}, not {name!r}")
        if name in aspects:
            raise part.broken("name", f"is {name} for the second time")
        values = part.objects("variables") or []
        if kind.category is not Category.STATIC and values:
            raise part.broken("variables", f"belong to {name}, a dynamic aspect; write them as time series")
        aspects[name] = _read_values(values, {variable.name: variable for variable in kind.variables}, kind.id)
    return {name: values for name, values in aspects.items() if values}


def _read_values(parts: Iterable[Properties], declared: Mapping[str, Variable], holder: str) -> Values:
    values: Values = {}
    for part in parts:
        name = part.text("name", NAME)
        if name not in declared:
            raise part.broken("name", f"has to be a variable of {holder}, not {name!r}")
        if name in values:
            raise part.broken("name", f"is {name} for the second time")
        values[name] = _value(part, declared[name])
    return values


def _value(part: Properties, variable: Variable) -> str:
    value = part.text("value", VALUE)
    if not is_value(variable.data_type, value):
        raise part.broken("value", f"has to be a {variable.data_type}, which {value!r} is not")
    if variable.length is not None and len(value) > variable.length:
        raise part.broken("value", f"has {len(value)} characters; {variable.name} has at most {variable.length}")
    return value
