"""Asset Management v3: the variables of aspect types."""

from __future__ import annotations

from dirty_equals import Contains, IsPartialDict

from .aspect_types import AREA, FLOW, RATE, put, refused, with_static_variable, with_variable
from .rows import Row

ROWS = (
    refused(
        "variable-name-pattern",
        "The name of a variable does not start with a digit.",
        with_variable(name="1st"),
        r"variables\[0\].name may have",
    ),
    refused(
        "variable-name-length",
        "The name of a variable has at most 64 characters.",
        with_variable(name="v" * 65),
        "1 to 64 characters",
    ),
    refused(
        "variable-twice",
        "The names of the variables of an aspect type differ.",
        {**FLOW, "variables": [RATE, RATE]},
        "two variables with the name rate",
    ),
    refused(
        "variable-data-type",
        "`dataType` is one of BOOLEAN, INT, LONG, DOUBLE, STRING, TIMESTAMP, BIG_STRING.",
        with_variable(dataType="FLOAT"),
        r"variables\[0\].dataType has to be BOOLEAN or INT",
    ),
    refused("variable-unit-length", "A unit has at most 32 characters.", with_variable(unit="u" * 33), "0 to 32"),
    refused("variable-unit-quote", "A unit has no single quote.", with_variable(unit="5'"), "unit may have only"),
    refused(
        "variable-big-string-static",
        "BIG_STRING is for dynamic aspect types only.",
        with_static_variable(dataType="BIG_STRING"),
        "dataType has to be",
    ),
    refused(
        "variable-string-length",
        "A STRING has at most 255 characters.",
        with_static_variable(length=256),
        "whole number from 1 to 255",
    ),
    refused(
        "variable-length-number",
        "A length is a whole number.",
        with_static_variable(length=True),
        r"variables\[0\].length has to be a whole number",
    ),
    refused(
        "variable-big-string-length",
        "A BIG_STRING has at most 100000 characters.",
        with_variable(dataType="BIG_STRING", length=100_001),
        "whole number from 1 to 100000",
    ),
    Row(
        "aspect-types-variable-searchable-dynamic",
        AREA,
        "`searchable` is accepted for dynamic aspect types too, where it has no use.",
        "sdk",
        put(with_variable(searchable=True)),
        201,
        body=IsPartialDict({"variables": Contains(IsPartialDict({"searchable": True}))}),
    ),
    refused(
        "variable-default-dynamic",
        "Only variables of static aspect types have default values.",
        with_variable(defaultValue="1"),
        "defaultValue can be set in static aspect types only",
    ),
    refused(
        "variable-default-type",
        "A default value is a value of the data type.",
        with_static_variable(dataType="INT", length=None, defaultValue="1.5"),
        "defaultValue is no INT",
    ),
    refused(
        "variable-default-too-long",
        "A default value is not longer than the length of its variable.",
        with_static_variable(length=3, defaultValue="four"),
        "longer than the length 3",
    ),
    Row(
        "aspect-types-default-number",
        AREA,
        "A default value may be written as a number; it is kept as text.",
        "official",
        put(with_static_variable(dataType="INT", length=None, defaultValue=20)),
        201,
        body=IsPartialDict({"variables": [IsPartialDict({"defaultValue": "20", "length": None})]}),
    ),
    Row(
        "aspect-types-default-length",
        AREA,
        "A STRING that is written without a length has the longest one, 255.",
        "assumed",
        put(with_static_variable(length=None)),
        201,
        body=IsPartialDict({"variables": [IsPartialDict({"name": "serial", "length": 255})]}),
    ),
    Row(
        "aspect-types-length-ignored",
        AREA,
        "The length of a variable that is no text is ignored.",
        "official",
        put(with_variable(length=5)),
        201,
        body=IsPartialDict({"variables": [IsPartialDict({"name": "rate", "length": None})]}),
    ),
)
