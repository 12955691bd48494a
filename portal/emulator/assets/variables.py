"""The variables of types: how they are written, and what of them may change later.

Source: the published definitions of Asset Management v3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portal.emulator.assets.data_types import is_value
from portal.emulator.assets.model import Category, DataType, Variable
from portal.emulator.assets.properties import Properties, TextRule
from portal.emulator.gateway.bodies import InvalidBody

RESERVED = frozenset(
    (
        "id",
        "name",
        "description",
        "tenant",
        "etag",
        "scope",
        "properties",
        "propertySets",
        "extends",
        "variables",
        "aspects",
        "parentTypeId",
    )
)
"""Words that are neither names of variables nor of aspects."""
VARIABLE_NAME = TextRule(64, 1, "[a-zA-Z_][a-zA-Z0-9_]*", "letters a-z and A-Z, digits and _, and no digit first")
UNIT = TextRule(32, pattern="[^']*", characters="other characters than '")
DEFAULT_VALUE = TextRule(255, 1)
MAX_LENGTH = {DataType.STRING: 255, DataType.BIG_STRING: 100_000}
"""Characters of a value; other data types have no length."""


def read_variable(properties: Properties, category: Category, present: Variable | None = None) -> Variable:
    """A variable of an aspect type of this category; the variables of an asset type are static.

    :param present: the variable as it is, whose length stays if none is sent.
    :raises MissingProperty: name or data type is missing.
    :raises InvalidBody: a property breaks a rule.
    """
    data_type = _data_type(properties, category)
    variable = Variable(
        name=read_name(properties, VARIABLE_NAME),
        data_type=data_type,
        unit=properties.optional_text("unit", UNIT),
        length=_length(properties, data_type, present),
        quality_code=properties.flag("qualityCode", default=False),
        searchable=properties.flag("searchable", default=False),
        default_value=properties.scalar_text("defaultValue", DEFAULT_VALUE),
    )
    if category is Category.DYNAMIC:
        _require_dynamic(properties, variable)
    _require_fitting_default(properties, variable)
    return variable


def read_variables(
    parts: Iterable[Properties], category: Category, present: Sequence[Variable] = ()
) -> tuple[Variable, ...]:
    """All variables of a type; their names differ, and each present one is kept.

    :raises InvalidBody: one breaks a rule, or changes what cannot change.
    """
    by_name = {variable.name: variable for variable in present}
    variables = []
    for part in parts:
        name = part.text("name", VARIABLE_NAME)
        variables.append(read_variable(part, category, by_name.get(name)))
    require_unique("variable", [variable.name for variable in variables])
    _require_all_kept(present, variables)
    for variable in variables:
        if variable.name in by_name:
            require_change_allowed(by_name[variable.name], variable, category)
    return tuple(variables)


def read_name(properties: Properties, rule: TextRule) -> str:
    """The name of a variable or of an aspect.

    :raises InvalidBody: it breaks the rule or is a reserved word.
    """
    name = properties.text("name", rule)
    if name in RESERVED:
        raise properties.broken("name", f"cannot be {name}, which is a reserved word")
    return name


def require_change_allowed(present: Variable, wanted: Variable, category: Category) -> None:
    """Refuse a change of what a variable is; unit and default value may change, a static text may get longer.

    :raises InvalidBody: data type, searchable or qualityCode change, the length shrinks, or that of a dynamic text
        changes.
    """
    for name, is_same in (
        ("dataType", present.data_type is wanted.data_type),
        ("searchable", present.searchable is wanted.searchable),
        ("qualityCode", present.quality_code is wanted.quality_code),
    ):
        if not is_same:
            raise InvalidBody(f"{name} of the variable {present.name} cannot be changed.")
    before, after = present.length or 0, wanted.length or 0
    if after < before:
        raise InvalidBody(f"The length of the variable {present.name} cannot shrink from {before} to {after}.")
    if after > before and category is Category.DYNAMIC:
        raise InvalidBody(f"The length of the dynamic variable {present.name} cannot be changed.")


def require_unique(what: str, names: Sequence[str]) -> None:
    """Refuse a name that stands in a list twice.

    :raises InvalidBody: one does.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise InvalidBody(f"There are two {what}s with the name {name}. Names have to differ.")
        seen.add(name)


def _data_type(properties: Properties, category: Category) -> DataType:
    allowed = [kind for kind in DataType if category is Category.DYNAMIC or kind is not DataType.BIG_STRING]
    return DataType(properties.required("dataType", properties.choice("dataType", *allowed)))


def _length(properties: Properties, data_type: DataType, present: Variable | None) -> int | None:
    """The length of a text: as sent, else as it is, else the longest. Of other data types it is ignored."""
    maximum = MAX_LENGTH.get(data_type)
    sent = properties.whole_number("length", 1, maximum or max(MAX_LENGTH.values()))
    if maximum is None:
        return None
    return sent or (present and present.length) or maximum


def _require_dynamic(properties: Properties, variable: Variable) -> None:
    # `searchable` may be true here as well: the vendor's own templates have it; it only has no use.
    if variable.default_value is not None:
        raise properties.broken("defaultValue", "can be set in static aspect types only")


def _require_fitting_default(properties: Properties, variable: Variable) -> None:
    value = variable.default_value
    if value is None:
        return
    if not is_value(variable.data_type, value):
        raise properties.broken("defaultValue", f"is no {variable.data_type}")
    if variable.length is not None and len(value) > variable.length:
        raise properties.broken("defaultValue", f"is longer than the length {variable.length}")


def _require_all_kept(present: Iterable[Variable], wanted: Iterable[Variable]) -> None:
    names = {variable.name for variable in wanted}
    missing = [variable.name for variable in present if variable.name not in names]
    if missing:
        raise InvalidBody(f"Variables cannot be removed. Send {', '.join(missing)} as well.")
