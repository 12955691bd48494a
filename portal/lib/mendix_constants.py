"""Recognises a Mendix constant `ClientSecret` that holds a value, in the forms in which constants are written.

`MX_Module_ClientSecret=…` (environment, Docker, Cloud Foundry), `Module.ClientSecret: …` (m2ee.yaml, `CONSTANTS` as
JSON, Kubernetes), `mx-const-Module.ClientSecret`, name and value in two fields (`metadata.json` of an `.mda`, `env` of
Kubernetes), and the BSON of a unit in an `.mpr`.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

NEEDLE = b"ClientSecret"
SHORTEST, LONGEST = 8, 1000
AROUND = 3000

_VALUE = (
    rb"""(?:"(?P<double>[^"\r\n\x00]{8,1000})"|'(?P<single>[^'\r\n\x00]{8,1000})'"""
    rb"""|(?P<bare>[^\s\x00"'<>,;{}\[\]]{8,1000}))"""
)
# The module before the name; none of the forms has the name alone.
_BEFORE = re.compile(rb"(?:MX_|mx-const-)?[A-Za-z][A-Za-z0-9_]{0,100}[._]$")
_ONE_FIELD = re.compile(rb"""["']?(?:=|[ \t]{0,20}:[ \t]{0,20})""" + _VALUE)
_TWO_FIELDS = re.compile(
    rb"""["']?[ \t]{0,20}(?:,|\r?\n)[^{}]{0,1000}?["']?(?:DefaultValue|value|Value)["']?[ \t]{0,20}:[ \t]{0,20}"""
    + _VALUE
)
# String element of BSON: 0x02, name, 0, length with the closing 0 (4 bytes, little-endian), text, 0.
_BSON_NAME = b"\x02Name\x00" + struct.pack("<i", len(NEEDLE) + 1)
_BSON_VALUE = b"\x02DefaultValue\x00"
# Stands for a value that comes from elsewhere, or is blotted out.
_PLACEHOLDER = re.compile(
    r"[$%{<]|[*xX.•-]+$|\(\(|(?:secret|vault|ref\+\w+):|change.?me|your.?|placeholder", re.IGNORECASE
)


@dataclass(frozen=True)
class Filled:
    """A constant with its value; the offset is that of the value."""

    offset: int
    name: str
    value: str = field(repr=False)


def filled(window: bytearray, at: int) -> Filled | None:
    """The constant whose name ends in the `ClientSecret` at this place, if it holds a value."""
    found = _in_text(window, at) or _in_bson(window, at)
    if found is None or not SHORTEST <= len(found.value) <= LONGEST or _PLACEHOLDER.match(found.value):
        return None
    return found


def _in_text(window: bytearray, at: int) -> Filled | None:
    before = _BEFORE.search(bytes(window[max(at - 120, 0) : at]))
    after = at + len(NEEDLE)
    if before is None:
        return None
    name = (before[0] + NEEDLE).decode("ascii")
    rest = bytes(window[after : after + AROUND])
    matched = _ONE_FIELD.match(rest) or _TWO_FIELDS.match(rest)
    if matched is None or matched.lastgroup is None:
        return None
    return Filled(after + matched.start(matched.lastgroup), name, matched[matched.lastgroup].decode("utf-8", "replace"))


def _in_bson(window: bytearray, at: int) -> Filled | None:
    """The unit of a constant has its value before its name; both are far less than AROUND apart."""
    if not window[max(at - len(_BSON_NAME), 0) : at].endswith(_BSON_NAME):
        return None
    start = max(at - AROUND, 0)
    before = bytes(window[start:at])
    place = before.rfind(_BSON_VALUE)
    value_at = place + len(_BSON_VALUE) + 4
    if place < 0 or value_at > len(before):
        return None
    (length,) = struct.unpack("<i", before[value_at - 4 : value_at])
    value = before[value_at : value_at + length - 1] if 0 < length <= LONGEST else b""
    return Filled(start + value_at, NEEDLE.decode(), value.decode("utf-8", "replace"))
