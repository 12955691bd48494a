"""Reading pages and scripts: the parts that checks ask for, and no minute lost on a page that is made to be slow."""

from __future__ import annotations

import time

import pytest

from portal import constants
from portal.cockpit.checks import bar, csp, pages, platform
from portal.cockpit.checks.pages import Link, Page

SLOW = """
<! <!-- <![CDATA[ <a_ <a_href=' <script </ < & &# <? <a_b= <a_" <script> <!DOCTYPE_ --!> <a_x=" <a/ <a_b_c_
<a_x='" <a_b="&#1 <my-a_b <a_'" <a_= <!--> "/api/a' '/api/${ "/api/${${ import_ from_ createElement(_ \xff\U0001f600
<textarea> _mdsp.init( _mdsp.init({ '/api/ "/api/x `https://a `https://a/api/ method:' method__ ${ .open( title:_"
/api/a/v <!---->
"""


SCRIPT_READERS = [
    pages.init_options,
    pages.writes,
    pages.sends_xsrf,
    pages.loads_more,
    pages.api_urls,
    pages.services,
]
# Of the processor, so that a busy machine changes nothing.
MOST_SECONDS = 1.0


@pytest.mark.parametrize("written", SLOW.split())
def test_reading_takes_no_time(written: str) -> None:
    """A page of 64 KB and scripts of 2 MB."""
    for size, readers in ((65_536, [Page.read, csp.read]), (constants.READINESS_SCRIPTS, SCRIPT_READERS)):
        text = (written.replace("_", " ") * size)[:size]
        for read in readers:
            started = time.process_time()
            read(text)  # type: ignore[operator]
            assert time.process_time() - started < MOST_SECONDS, (written, read)


@pytest.mark.parametrize("written", ["a@" + "." * 60_000 + " ", "a@" + "a." * 30_000, "@" * 60_000, "a" * 60_000 + "@"])
def test_mail_address_takes_no_time(written: str) -> None:
    started = time.process_time()
    assert not bar._is_link({"type": "mail", "name": "x", "value": written})
    assert bar._ADDRESS.fullmatch(written) is None or len(written) > 254
    assert time.process_time() - started < MOST_SECONDS


@pytest.mark.parametrize(
    ("url", "version"),
    [
        ("https://static.eu1.mindsphere.io/osbar/v4/js/main.min.js", "v4"),
        ("https://static.eu1.mindsphere.io/osbar/v4/js/main.min.js?v=4", "v4"),
        ("https://static.cn1.mindsphere-in.cn/osbar/v3/js/main.min.js", "v3"),
        ("https://static.eu1.siemens.app/osbar/v4/js/main.min.js", "v4"),
        ("http://localhost:8100/static.hub/osbar/v4/js/main.min.js?x", "v4"),
        ("http://localhost:8101/static.hub/osbar/v4/js/main.min.js", None),
        ("https://static.evil.example/osbar/v4/js/main.min.js", None),
        ("https://static.mindsphere.io.evil.example/osbar/v4/js/main.min.js", None),
        ("https://static.evilmindsphere.io/osbar/v4/js/main.min.js", None),
        ("http://static.eu1.mindsphere.io/osbar/v4/js/main.min.js", None),
        ("https://static.eu1.mindsphere.io/osbar/v4/js/main.min.jsx", None),
        ("https://[/osbar/v4/js/main.min.js", None),
    ],
)
def test_script_of_the_bar(url: str, version: str | None) -> None:
    own = "http://localhost:8100/static.hub/osbar/v4/js/main.min.js"
    assert platform.bar_version(url, own) == version


def test_quoted_signs_end_no_tag() -> None:
    page = Page.read(
        """<!--><div data-x="a>b" id="one"><button @click="x => y" id=two><v-app :on='a<b' ID='three'/><p id=four"x>
        <a href="/a?b>c"><br/><i id="&#x31;"><!-- a > b --><my-thing-with-a-very-long-name-of-its-own id="five">
        <script type="application/json">{"id": "<p id=no>"}</script><b data-y="not closed id="six"><p id="seven">"""
    )
    assert page.ids >= {"one", "two", "three", 'four"x', "1", "five"}
    assert "no" not in page.ids
    assert page.links == [Link("a", "/a?b>c", False)]
    assert page.inline_scripts == []
    assert Page.read('<p id="&#' + "1" * 5000 + ';"><p id=x>').ids >= {"x"}


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
