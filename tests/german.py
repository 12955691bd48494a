"""What people read on a page, and whether it is German."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.test import Client

# Words of every English sentence that no German one has.
ENGLISH = re.compile(r"\b(?:the|this|your|you|and|with|of|for|not|is|are|has|what|which|nobody)\b", re.IGNORECASE)
# Of the time zones, whose places have English names only.
ENGLISH_PLACES = re.compile("Isle of Man|Port of Spain")


def assert_pages(*expected: tuple[Client, str, int, str]) -> None:
    """Each page is German, answers so, and has this text."""
    for client, path, status, german in expected:
        answer = client.get(path, headers={"accept-language": "de"})
        assert answer.status_code == status, path
        assert_german(answer.content.decode(), path)
        assert german in answer.content.decode(), path


def assert_german(page: str, what: str) -> None:
    assert '<html lang="de"' in page, what
    english = [text for text in texts(page) if ENGLISH.search(ENGLISH_PLACES.sub("", text))]
    assert english == [], f"{what}: {english}"


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
