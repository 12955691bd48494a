"""The German texts: complete, compiled, with the same placeholders and tags, and seen on the pages."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser

import polib
import pytest
from django.test import Client

from tests.cast import Cast, get_token, make_key, make_upstream_key, signed_in
from tests.messages import MO, PO, collected

PLACEHOLDERS_AND_TAGS = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|</?\w[^>]*>")
# Words of every English sentence that no German one has.
ENGLISH = re.compile(r"\b(?:the|this|your|you|and|with|of|for|not|is|are|has|what|which|nobody)\b", re.IGNORECASE)


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


def test_pages_are_german(cast: Cast) -> None:
    make_upstream_key(cast.acme)
    key, secret = make_key(cast.acme)
    get_token(Client(), key, secret)
    alice, olga, nobody = signed_in(cast.alice), signed_in(cast.olga), Client()
    for client, path, status, german in (
        (alice, "/t/acme/", 200, f"Willkommen, {cast.alice.name}"),
        (alice, "/t/acme/keys/", 200, "Zuletzt verwendet"),
        (alice, "/t/acme/keys/create/", 200, "Geben Sie einen Namen für Ihre App-Verbindung an"),
        (alice, "/t/acme/keys/import/", 200, "Importierter technischer Benutzer"),
        (alice, f"/t/acme/keys/{key.pk}/", 200, "Letzte Verwendungen"),
        (alice, f"/t/acme/keys/{key.pk}/revoke/", 200, f"Geben Sie zur Bestätigung „{key.name}“ ein"),
        (alice, "/t/acme/activity/", 200, f"hat den Binding Key {key.name} erstellt und sein Secret gesehen"),
        (alice, "/t/acme/assets/", 200, "Standort"),
        (alice, "/t/globex/", 404, "Nicht gefunden"),
        (olga, "/t/acme/keys/", 403, "Ihre Rolle in diesem Tenant erlaubt das nicht."),
        (olga, "/operator/", 200, "Datenbank antwortet"),
        (nobody, "/sign-in/", 200, "Mit Insights Hub anmelden"),
        (nobody, "/patterns/", 200, "Jede Komponente in jedem Zustand."),
    ):
        answer = client.get(path, headers={"accept-language": "de"})
        assert answer.status_code == status, path
        assert_german(answer.content.decode(), path)
        assert german in answer.content.decode(), path


def test_answers_to_forms_are_german(cast: Cast) -> None:
    alice = signed_in(cast.alice)
    refused = alice.post("/t/acme/keys/create/", {"name": "x"}, headers={"accept-language": "de-AT"})
    assert refused.status_code == 422
    assert_german(refused.content.decode(), "a name that is too short")
    revealed = alice.post(
        "/t/acme/keys/create/", {"name": "Line 4", "expires": "30"}, headers={"accept-language": "de"}
    )
    assert_german(revealed.content.decode(), "the page that shows a secret")
    assert "Speichern Sie das clientSecret jetzt." in revealed.content.decode()


def test_other_languages_get_english(cast: Cast) -> None:
    page = signed_in(cast.alice).get("/t/acme/", headers={"accept-language": "fr"}).content.decode()
    assert '<html lang="en"' in page
    assert f"Welcome, {cast.alice.name}" in page


def assert_german(page: str, what: str) -> None:
    assert '<html lang="de"' in page, what
    english = [text for text in texts(page) if ENGLISH.search(text)]
    assert english == [], what


def texts(page: str) -> list[str]:
    """What people read on a page or hear from it, without code and without what says to be English."""
    reader = _Reader()
    reader.feed(page)
    return list(reader.found())


class _Reader(HTMLParser):
    VOID = ("br", "col", "hr", "img", "input", "link", "meta", "wbr")
    SPOKEN = ("alt", "aria-label", "data-copied", "data-failed", "data-label", "data-secret", "placeholder", "title")
    UNREAD = ("code", "pre", "script", "style", "svg")

    def __init__(self) -> None:
        super().__init__()
        self._texts: list[str] = []
        self._inside: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        unread = tag in self.UNREAD or given.get("lang") == "en"
        if tag not in self.VOID:
            self._inside.append(unread)
        if not any(self._inside):
            self._texts += [given[name] or "" for name in self.SPOKEN if name in given]

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID and self._inside:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._inside):
            self._texts.append(data)

    def found(self) -> Iterator[str]:
        return (" ".join(text.split()) for text in self._texts if text.strip())
