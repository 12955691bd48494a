"""What a page and its scripts say, read without running them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

_LINKS = {
    "a": "href",
    "link": "href",
    "script": "src",
    "img": "src",
    "form": "action",
    "iframe": "src",
    "source": "src",
}
# What a browser fetches by itself; the others wait for a click.
_FETCHED_LINKS = {"stylesheet", "icon", "manifest", "preload", "modulepreload"}
_FETCHED = {"link", "script", "img", "iframe", "source"}
_TAG_OR_COMMENT = re.compile(r"<!--|<(?P<name>[a-zA-Z][a-zA-Z0-9]{0,20})(?P<attributes>[\s/][^<>]{0,4000})?>")
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
_ATTRIBUTE = re.compile(
    r"""(?P<name>[a-zA-Z][\w:.-]{0,60})(?:\s{0,20}=\s{0,20}(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'=]+)))?"""
)
INIT = re.compile(r"\b_(?:mdsp|msb)\s*\.\s*init\s*\(\s*\{(?P<options>[^}]{0,2000})")
_OPTION = r"""\b{name}["']?\s*:\s*(["'`])(?P<value>[^"'`\n]{{0,200}})\1"""
_WRITES = re.compile(
    r"""\bmethod["']?\s*:\s*["'`](?:POST|PUT|PATCH|DELETE)["'`]|\.open\(\s*["'`](?:POST|PUT|PATCH|DELETE)["'`]"""
    r"""|\baxios\.(?:post|put|patch|delete)\(|\$\.post\(""",
    re.IGNORECASE,
)
# A URL of the gateway's APIs inside quotes, as a whole.
_API_URL = re.compile(r"""(["'`])(?P<url>(?:https://[^"'`\s/]{1,253})?/api/(?:(?!\1)[^\n]){0,500})\1""")
_SERVICE = re.compile(r"/api/([a-z0-9]{1,40})(?:-[0-9]{10})?/v[0-9]")
_PLACEHOLDER = re.compile(r"\$\{[^}]{0,200}\}")


class Link(NamedTuple):
    """An address in a page: the element, the address as it is written, and whether a browser fetches it by itself."""

    tag: str
    url: str
    fetched: bool


@dataclass
class Page:
    """The parts of an HTML page that checks ask for."""

    links: list[Link] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    inline_scripts: list[str] = field(default_factory=list)
    posting_forms: int = 0

    @classmethod
    def read(cls, text: str) -> Page:
        """From HTML, however broken.

        Not by `html.parser`: unclosed tags keep it busy for a minute in 64 KB. Each sign is looked at a few times here,
        and a tag with a bare `<` or `>` in an attribute is read up to there.
        """
        page, at = cls(), 0
        while match := _TAG_OR_COMMENT.search(text, at):
            at = match.end()
            name = (match["name"] or "").lower()
            if not name:
                ends_at = text.find("-->", at)
                at = ends_at if ends_at >= 0 else len(text)
                continue
            given = _attributes(match["attributes"] or "")
            page._tag(name, given)
            if name == "script":
                ends = _SCRIPT_END.search(text, at)
                inside = text[at : ends.start() if ends else len(text)]
                at += len(inside)
                if "src" not in given and inside.strip():
                    page.inline_scripts.append(inside)
        return page

    @property
    def scripts(self) -> list[str]:
        """Addresses of the scripts, as they are written."""
        return [link.url for link in self.links if link.tag == "script"]

    def _tag(self, name: str, given: dict[str, str]) -> None:
        if "id" in given:
            self.ids.add(given["id"])
        url = given.get(_LINKS.get(name, ""), "").strip()
        if url:
            fetched = name in _FETCHED and (name != "link" or bool(_FETCHED_LINKS & set(given.get("rel", "").split())))
            self.links.append(Link(name, url, fetched))
        if name == "form" and given.get("method", "").lower() == "post":
            self.posting_forms += 1


def _attributes(written: str) -> dict[str, str]:
    """Names in lower case and values; the first of a name holds."""
    given: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(written):
        value = next(filter(None, match.group("double", "single", "bare")), "")
        given.setdefault(match["name"].lower(), unescape(value))
    return given


def init_options(script: str) -> str | None:
    """What stands in the call that starts the bar; None if there is no such call."""
    match = INIT.search(script)
    return match["options"] if match else None


def option(options: str, name: str) -> str:
    """The text of one option; empty where there is none."""
    match = re.search(_OPTION.format(name=name), options)
    return match["value"] if match else ""


def writes(script: str) -> bool:
    """Whether the script sends anything but GET, as far as its text shows."""
    return _WRITES.search(script) is not None


def sends_xsrf(script: str) -> bool:
    """Whether the script knows the header that the gateway wants (Axios and Angular have it in their own code)."""
    return "x-xsrf-token" in script.lower()


def api_urls(script: str) -> list[str]:
    """URLs of the gateway's APIs in the script, with `0` where a value is put in."""
    return [_PLACEHOLDER.sub("0", match["url"]) for match in _API_URL.finditer(script)]


def services(text: str) -> set[str]:
    """Services of the Hub that the text has addresses of."""
    return set(_SERVICE.findall(text))
