"""Filling the templates of the emulator's page; every value is escaped unless it came out of a template itself."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from markupsafe import Markup

NOTHING = Markup("")
_TEMPLATES = {
    path.stem: Markup(path.read_text("utf-8"))  # noqa: S704
    for path in (Path(__file__).parent / "templates").glob("*.html")
}


def render(template: str, **values: object) -> Markup:
    """The template with its ``{names}`` replaced."""
    return _TEMPLATES[template].format(**values)


def joined(parts: Iterable[Markup], otherwise: Markup = NOTHING) -> Markup:
    """The parts one after the other; something else where there are none."""
    return Markup("").join(parts) or otherwise


def flag(name: str, holds: bool) -> Markup:
    """An attribute without value, or nothing."""
    return Markup(" ") + Markup(name) if holds else NOTHING  # noqa: S704
