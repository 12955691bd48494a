"""Reading pages and scripts: the parts that checks ask for, and no minute lost on a page that is made to be slow."""

from __future__ import annotations

import time

import pytest

from portal.cockpit.checks import csp, pages
from portal.cockpit.checks.pages import Link, Page

SLOW = """
<! <!-- <![CDATA[ <a_ <a_href=' <script </ < & &# <? <a_b= <a_" <script> <!DOCTYPE_ --!> <a_x=" <a/ <a_b_c_
<textarea> _mdsp.init( _mdsp.init({ '/api/ "/api/x `https://a `https://a/api/ method:' method__ ${ .open( title:_"
/api/a/v <!---->
"""


@pytest.mark.parametrize("written", SLOW.split())
def test_reading_takes_no_time(written: str) -> None:
    text = (written.replace("_", " ") * 65_536)[:65_536]
    started = time.monotonic()
    Page.read(text)
    pages.init_options(text)
    pages.writes(text)
    pages.api_urls(text)
    pages.services(text)
    csp.read(text)
    assert time.monotonic() - started < 2


def test_parts_of_a_page() -> None:
    page = Page.read(
        """<!DOCTYPE html><!-- <script src="/commented.js"></script> --><LINK rel=stylesheet HREF=/a.css>
        <script src='/b.js?x=1&amp;y=2' defer></script><script>if (a < b) { "<img src=/no.png>" }</script>
        <script></script><link rel="canonical" href="http://other.example/">
        <div id=one class="x" id="two"><a href="/c">x</a><a>no address</a>
        <form METHOD="Post" action="/d">
        <form action="/e"><img src="data:image/png;base64,x"/><iframe src = "https://other.example/"></iframe>"""
    )
    assert page.links == [
        Link("link", "/a.css", True),
        Link("script", "/b.js?x=1&y=2", True),
        Link("link", "http://other.example/", False),
        Link("a", "/c", False),
        Link("form", "/d", False),
        Link("form", "/e", False),
        Link("img", "data:image/png;base64,x", True),
        Link("iframe", "https://other.example/", True),
    ]
    assert page.ids == {"one"}
    assert page.inline_scripts == ['if (a < b) { "<img src=/no.png>" }']
    assert page.posting_forms == 1


@pytest.mark.parametrize(
    ("script", "title"),
    [
        ('_mdsp.init({title: "Pumps", appId: "x"})', "Pumps"),
        ("_msb.init({ 'title': 'Pumps' })", "Pumps"),
        ("window._mdsp . init(\n {\n title: `Pumps`,\n})", "Pumps"),
        ("_mdsp.init({appId: 'x'})", ""),
    ],
)
def test_start_of_the_bar(script: str, title: str) -> None:
    options = pages.init_options(script)
    assert options is not None
    assert pages.option(options, "title") == title


def test_urls_of_apis() -> None:
    script = """fetch(`/api/assetmanagement/v3/assets/${id}?x=1`); get('/api/iottimeseries-1000001700/v3/timeseries');
    get("https://gateway.eu1.mindsphere.io/api/tenantmanagement/v4/tenantInfo"); get("/apiary"); get("/x/api/y/v1")"""
    assert pages.api_urls(script) == [
        "/api/assetmanagement/v3/assets/0?x=1",
        "/api/iottimeseries-1000001700/v3/timeseries",
        "https://gateway.eu1.mindsphere.io/api/tenantmanagement/v4/tenantInfo",
    ]
    assert pages.services(script) >= {"assetmanagement", "iottimeseries", "tenantmanagement"}


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('fetch("/x", {method: "POST"})', True),
        ('fetch("/x", {"method": "delete"})', True),
        ("axios.put('/x', y)", True),
        ("$.post('/x')", True),
        ('request.open("PATCH", "/x")', True),
        ('fetch("/x")', False),
        ('fetch("/x", {method: "GET"})', False),
        ('request.open("GET", "/x")', False),
    ],
)
def test_writing_calls(script: str, found: bool) -> None:
    assert pages.writes(script) is found
