"""What a page and its scripts say, read without running them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from itertools import islice
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
_TAG_OR_COMMENT = re.compile(r"<!--|<(?P<name>[a-zA-Z][^\s/>]*+)")
_SCRIPT_END = re.compile(r"</script", re.IGNORECASE)
# The next attribute of a tag or the tag's end, as a browser reads them (HTML, "tokenization"): quotes may have < and >
# inside, and a name any sign but these four. Nothing is read twice.
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?:(?P<end>>)|(?P<name>[^\s/>][^\s/>=]*+)"""
    r"""(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s>"'][^\s>]*+)|(?=>)))?+)"""
)
# No longer value is needed, and a reference to a sign with more digits is an error in Python.
_VALUE_LENGTH = 4000
# `<script>` with another type is data, which neither a browser runs nor a policy forbids (HTML, "script").
_RUN_TYPES = {"", "module", "importmap", "speculationrules", "text/jscript", "text/livescript"}
_RUN_TYPES |= {f"{kind}/{name}" for kind in ("text", "application") for name in ("javascript", "ecmascript")}
_RUN_TYPES |= {f"{kind}/x-{name}" for kind in ("text", "application") for name in ("javascript", "ecmascript")}
_RUN_TYPES |= {f"text/javascript1.{number}" for number in range(6)}
INIT = re.compile(r"\b_(?:mdsp|msb)\s*\.\s*init\s*\(\s*\{(?P<options>[^}]{0,2000})")
_OPTION = r"""\b{name}["']?\s*:\s*(["'`])(?P<value>[^"'`\n]{{0,200}})\1"""
# What stands in scripts. Each pattern begins with fixed signs: searching for those is far faster, and scripts have
# megabytes.
_WRITES = (
    re.compile(r"""method(?<=\bmethod)["']?\s{0,20}:\s{0,20}["'`](?:post|put|patch|delete)["'`]"""),
    re.compile(r"""\.open\(\s{0,20}["'`](?:post|put|patch|delete)["'`]"""),
    re.compile(r"""axios\.(?<=\baxios\.)(?:post|put|patch|delete)\("""),
    re.compile(r"""\$\.post\("""),
)
# Modules, and scripts that a script adds to the page.
_LOADS = (
    re.compile(r"""import(?<=\bimport)\s{0,20}[("'{*]"""),
    re.compile(r"""from(?<=\bfrom)\s{0,20}["'][./]"""),
    re.compile(r"""createElement\(\s{0,20}["'`]script["'`]"""),
)
# A URL of the gateway's APIs inside quotes, as a whole.
_API_URL = re.compile(r"""(["'`])(?P<url>(?:https://[^"'`\s/]{1,253})?/api/(?:(?!\1)[^\n]){0,500})\1""")
_SERVICE = re.compile(r"/api/([a-z0-9]{1,40}+)(?:-[0-9]{10})?/v[0-9]")
_PLACEHOLDER = re.compile(r"\$\{[^}$]{0,200}\}")
# No more addresses of one script are looked at.
MOST_URLS = 2000


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
    # Of scripts with an address: the address as it is written, and its nonce.
    nonces: dict[str, str] = field(default_factory=dict)
    posting_forms: int = 0

    @classmethod
    def read(cls, text: str) -> Page:
        """From HTML, however broken.

        Not by `html.parser`: unclosed tags keep it busy for a minute in 64 KB. Each sign is looked at a few times here.
        A tag that is not closed ends the page, as in a browser.
        """
        page, at = cls(), 0
        while match := _TAG_OR_COMMENT.search(text, at):
            name = (match["name"] or "").lower()
            if not name:
                # `<!-->` is a whole comment.
                ends_at = text.find("-->", match.end() - 2)
                at = ends_at if ends_at >= 0 else len(text)
                continue
            given, at = _attributes(text, match.end())
            if given is None:
                break
            page._tag(name, given)
            if name == "script":
                ends = _SCRIPT_END.search(text, at)
                inside = text[at : ends.start() if ends else len(text)]
                at += len(inside)
                if "src" not in given and inside.strip() and _runs(given):
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
        if name == "script" and not _runs(given):
            return
        if url:
            if name == "script" and "nonce" in given:
                self.nonces.setdefault(url, given["nonce"])
            fetched = name in _FETCHED and (name != "link" or bool(_FETCHED_LINKS & set(given.get("rel", "").split())))
            self.links.append(Link(name, url, fetched))
        if name == "form" and given.get("method", "").lower() == "post":
            self.posting_forms += 1


def _attributes(text: str, at: int) -> tuple[dict[str, str] | None, int]:
    """Names in lower case and values, the first of a name holds, and where the tag ends; None if it does not."""
    given: dict[str, str] = {}
    while match := _ATTRIBUTE.match(text, at):
        at = match.end()
        if match["end"]:
            return given, at
        value = next(filter(None, match.group("double", "single", "bare")), "")
        given.setdefault(match["name"].lower(), unescape(value[:_VALUE_LENGTH]))
    return None, len(text)


def _runs(given: dict[str, str]) -> bool:
    """Whether a browser runs what is in this `<script>`."""
    return given.get("type", "").partition(";")[0].strip().lower() in _RUN_TYPES


def init_options(script: str) -> str | None:
    """What stands in the call that starts the bar; None if there is no such call."""
    match = INIT.search(script)
    return match["options"] if match else None


def option(options: str, name: str) -> str:
    """The text of one option; empty where there is none."""
    match = re.search(_OPTION.format(name=name), options)
    return match["value"] if match else ""


def makes_element(script: str, wanted: str) -> bool:
    """Whether the script may put an element with this id into the page, as frameworks do."""
    quoted = rf"""\\?["'`]{re.escape(wanted)}\\?["'`]"""
    return re.search(rf"""id(?<=\bid)["'`]?\s{{0,20}}[:=,]\s{{0,20}}{quoted}""", script) is not None


def writes(script: str) -> bool:
    """Whether the script sends anything but GET, as far as its text shows."""
    lowered = script.lower()
    return any(pattern.search(lowered) for pattern in _WRITES)


def sends_xsrf(script: str) -> bool:
    """Whether the script knows the header that the gateway wants (Axios and Angular have it in their own code)."""
    return "x-xsrf-token" in script.lower()


def loads_more(script: str) -> bool:
    """Whether the script brings further ones, as far as its text shows."""
    return any(pattern.search(script) for pattern in _LOADS)


def api_urls(script: str) -> list[str]:
    """URLs of the gateway's APIs in the script, with `0` where a value is put in."""
    return [_PLACEHOLDER.sub("0", match["url"]) for match in islice(_API_URL.finditer(script), MOST_URLS)]


def services(text: str) -> set[str]:
    """Services of the Hub that the text has addresses of."""
    return set(_SERVICE.findall(text))
