"""The documentation in docs/, served by the portal itself: what an error links to must be there without a network."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from portal.access import public_page
from portal.errors import NotFound

DOCS = Path(settings.BASE_DIR) / "docs"
LINK_TO_FILE = re.compile(r"([a-z0-9-]+)\.md(#[a-z0-9_-]+)?")


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """All pages with their titles."""
    pages = [{"slug": path.stem, "title": _title(path)} for path in sorted(DOCS.glob("*.md"))]
    return render(request, "ops/docs_index.html", {"pages": pages})


@require_safe
@public_page
def page(request: HttpRequest, page: str) -> HttpResponse:
    """One page. The slug is compared with the files that are there, never put into a path."""
    path = next((path for path in DOCS.glob("*.md") if path.stem == page), None)
    if path is None:
        raise NotFound
    return render(request, "ops/docs_page.html", {"title": _title(path), "text": rendered(path)})


@cache
def rendered(path: Path) -> SafeString:
    """The page as HTML: raw HTML in the text is escaped, headings can be linked to, links between files work."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(path.read_text(encoding="utf-8"))
    for token, following in zip(tokens, tokens[1:] + tokens[-1:], strict=True):
        if token.type == "heading_open":
            token.attrSet("id", heading_id(following.content))
        for child in token.children or []:
            linked = LINK_TO_FILE.fullmatch(str(child.attrGet("href") or ""))
            if linked:
                child.attrSet("href", f"/docs/{linked[1]}/{linked[2] or ''}")
    html: str = markdown.renderer.render(tokens, markdown.options, {})
    return mark_safe(html)  # noqa: S308 - our own files, html off


def heading_id(text: str) -> str:
    """`## audit_unavailable` is linked to as `#audit_unavailable`."""
    return slugify(text.replace("`", ""))


def _title(path: Path) -> str:
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return escape(first.lstrip("# ").strip())
