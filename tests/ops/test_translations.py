"""The German texts: complete, compiled, with the same placeholders and tags; mails, refusals and events in German."""

from __future__ import annotations

import re
import shutil

import polib
import pytest
from django.utils import translation

from portal.audit.events import REGISTRY
from portal.errors import Refusal
from portal.notify.events import KINDS
from portal.notify.models import OutgoingMail
from tests.german import ENGLISH, assert_german
from tests.messages import MO, PO, collected
from tests.notify.conftest import each_mail

PLACEHOLDERS_AND_TAGS = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?\w[^>]*>")


def known() -> polib.POFile:
    return polib.pofile(str(PO), wrapwidth=0)


def translations(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Each English text of an entry with the German one: one, or singular and plural."""
    if entry.msgid_plural:
        return [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]
    return [(entry.msgid, entry.msgstr)]


def test_every_text_is_translated() -> None:
    unfinished = [entry.msgid for entry in known() if not entry.translated() or entry.fuzzy or entry.obsolete]
    assert unfinished == []


def test_placeholders_and_tags_are_the_same() -> None:
    pairs = [pair for entry in known() for pair in translations(entry)]
    wrong = [
        (english, german)
        for english, german in pairs
        if sorted(PLACEHOLDERS_AND_TAGS.findall(english)) != sorted(PLACEHOLDERS_AND_TAGS.findall(german))
    ]
    assert wrong == []


def test_compiled_catalogue_is_up_to_date() -> None:
    def content(catalogue: polib.POFile | polib.MOFile) -> dict[tuple[str | None, str], object]:
        return {(entry.msgctxt, entry.msgid): entry.msgstr_plural or entry.msgstr for entry in catalogue}

    compiled = polib.mofile(str(MO))
    assert content(compiled) == content(known()), "Run `make messages`."
    assert compiled.metadata == known().metadata


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU xgettext is not installed (Debian package gettext)")
def test_every_marked_text_is_in_the_catalogue() -> None:
    listed = {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in known()}
    missing = [entry.msgid for entry in collected() if (entry.msgctxt, entry.msgid, entry.msgid_plural) not in listed]
    assert missing == [], "Run `make messages` and translate them."


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_mails_are_german(kind: str) -> None:
    subject = each_mail("en")[kind]().subject
    OutgoingMail.objects.all().delete()
    german = each_mail("de")[kind]()
    assert german.subject != subject
    assert_german(german.html, kind)
    for part in (german.subject, german.text):
        assert ENGLISH.findall(part) == [], kind
    # Words of ours alone: every mail has some of them with an umlaut, in both parts and as one sign each.
    assert re.search(r"[äöüÄÖÜß]", german.text), kind
    assert re.search(r"[äöüÄÖÜß]", german.html), kind


def test_refusals_and_what_happened_are_told_in_german() -> None:
    with translation.override("de"):
        told = [str(text) for kind in refusals(Refusal) for text in (kind.message, kind.advice)]
        told += [str(declared.template) for declared in REGISTRY.values()]
    assert len(told) > 100
    assert [text for text in told if ENGLISH.search(text)] == []


def refusals(kind: type[Refusal]) -> list[type[Refusal]]:
    return [kind, *(found for below in kind.__subclasses__() for found in refusals(below))]
