"""Writes what the code knows into docs/emulator.md: the switches, and the support matrix from the contract table.

`python -m tests.emulator.contract.documentation` replaces the two sections; `test_documentation.py` compares them.
"""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import groupby
from pathlib import Path

from portal.emulator.control.switches import LOOSE, Switches

from .rows import SOURCES
from .test_contract import all_rows

PAGE = Path(__file__).parents[3] / "docs" / "emulator.md"


def switches() -> str:
    """The table of all switches."""
    lines = ["| switch | default | loose | meaning |", "|---|---|---|---|"]
    for switch in fields(Switches):
        loose = getattr(LOOSE, switch.name)
        shown = f"`{_value(loose)}`" if loose != switch.default else ""
        lines.append(f"| `{switch.name}` | `{_value(switch.default)}` | {shown} | {switch.metadata['meaning']} |")
    return "\n".join(lines)


def matrix() -> str:
    """One table for each area: its rules, and where each comes from."""
    rows = sorted(all_rows(), key=lambda row: row.area)
    parts = [
        f"{len(rows)} rules, each tested by a request and its exact answer. Where a rule comes from: "
        + "; ".join(f"*{name}*: {meaning}" for name, meaning in SOURCES.items())
        + "."
    ]
    for area, group in groupby(rows, key=lambda row: row.area):
        lines = [f"### Rules: {area}", "", "| rule | source |", "|---|---|"]
        lines += [f"| {_cell(row.rule)} | {row.source} |" for row in group]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def written(page: str) -> str:
    """The page with both sections as they should be."""
    return _replaced(_replaced(page, "Switches", switches()), "Support matrix", matrix())


def _replaced(page: str, heading: str, text: str) -> str:
    """The page with the text of a section replaced, up to the next heading of its level."""
    pattern = re.compile(rf"(?<=^## {heading}\n).*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    if pattern.search(page) is None:
        raise ValueError(f"docs/emulator.md has no section {heading}.")
    following = "\n" if page.rstrip().endswith(pattern.search(page)[0].rstrip()) else "\n\n"  # type: ignore[index]
    return pattern.sub(lambda _: f"\n{text}{following}", page)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
