"""docs/readiness.md has a heading for each check, with its severity, in the order of a report."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.utils import translation

from portal.cockpit.checks.catalogue import CHECKS
from tests.german import ENGLISH

TEXT = (Path(settings.BASE_DIR) / "docs" / "readiness.md").read_text()
HEADING = re.compile(r"^### `([a-z0-9-]+)`\n\n\*\*(Blocking|Warning|Hint)(, portal only)?\.\*\* ([^\n]+)", re.MULTILINE)


def test_every_check_has_its_heading_and_every_heading_its_check() -> None:
    written = [(name, severity.lower(), bool(portal)) for name, severity, portal, _title in HEADING.findall(TEXT)]
    assert written == [(check.id, check.severity.value, check.portal_only) for check in CHECKS]


def test_page_has_the_words_of_the_checks() -> None:
    with translation.override("en"):
        for check in CHECKS:
            section = TEXT.partition(f"### `{check.id}`\n")[2].partition("\n### ")[0].partition("\n## ")[0]
            for text in (check.title, check.why, check.fix):
                assert str(text).rstrip(".") in section.replace("`", ""), check.id


def test_link_leads_to_the_heading() -> None:
    assert {check.link for check in CHECKS} == {
        f"/docs/readiness/#{name}" for name, _severity, _portal, _title in HEADING.findall(TEXT)
    }


def test_checks_speak_german() -> None:
    with translation.override("de"):
        told = [str(text) for check in CHECKS for text in (check.title, check.why, check.fix)]
    assert [text for text in told if ENGLISH.search(text)] == []
