"""`next=`: whatever stands there, the person stays on this site (RFC 9700 section 4.11)."""

from __future__ import annotations

import html
import re
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.test import Client

from portal.emulator.testing import RunningEmulator
from tests.cast import Cast
from tests.identity import flow

HERE = "http://localhost:8000"
EVIL = "evil.example"

ELSEWHERE = [
    # Another host, in the ways in which browsers read one.
    f"//{EVIL}",
    f"//{EVIL}/",
    f"///{EVIL}",
    f"////{EVIL}",
    f"/////{EVIL}/..",
    f"/\\{EVIL}",
    f"\\\\{EVIL}",
    f"\\/{EVIL}",
    f"/\\/{EVIL}",
    f"//\\{EVIL}",
    f"\\{EVIL}",
    f"/\\\\{EVIL}",
    f"//{EVIL}%2f..",
    f"//{EVIL}\\@localhost:8000",
    f"//localhost:8000@{EVIL}",
    f"//localhost:8000%40{EVIL}",
    f"//{EVIL}#localhost:8000",
    f"//{EVIL}?localhost:8000",
    f"//user:password@{EVIL}",
    "//[::1]",
    "//[::ffff:1.2.3.4]/",
    "//[",
    "//]",
    "//2130706433",
    "//0x7f.1",
    "//①②⑦.⓪.⓪.①",
    "//evil。example",
    "//evil%E3%80%82example",
    "/\\[::1]",
    f"http://{EVIL}",
    f"https://{EVIL}",
    f"HTTP://{EVIL}",
    f"hTtPs://{EVIL}/",
    f"http:{EVIL}",
    f"https:{EVIL}",
    f"https:/{EVIL}",
    f"https:\\{EVIL}",
    f"https:\\\\{EVIL}",
    f"https:///{EVIL}",
    f"https:////{EVIL}",
    f"http:\\\\{EVIL}",
    f"http://localhost:8000@{EVIL}",
    f"http://localhost:8000.{EVIL}/",
    f"http://localhost:8000\\.{EVIL}",
    f"http://{EVIL}\\@localhost:8000/",
    f"http://{EVIL}#@localhost:8000/",
    f"http://{EVIL}?@localhost:8000/",
    "http://localhost:8000/",
    "http://localhost:8001/",
    f"ftp://{EVIL}",
    f"ws://{EVIL}",
    f"view-source:http://{EVIL}",
    f"blob:http://{EVIL}/1",
    f"mailto:a@{EVIL}",
    "file:///etc/passwd",
    # Script and data.
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript://localhost:8000/%0aalert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    " javascript:alert(1)",
    "javascript&colon;alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    # Signs that browsers drop before they read: tab, line feed, carriage return, and spaces at the ends.
    f"/\t/{EVIL}",
    f"/\n/{EVIL}",
    f"/\r/{EVIL}",
    f"/\r\n/{EVIL}",
    f"\t//{EVIL}",
    f"\n//{EVIL}",
    f" //{EVIL}",
    f"//{EVIL} ",
    f"/\t\\{EVIL}",
    f"\t/\t/{EVIL}",
    f"/\x00/{EVIL}",
    f"\x00//{EVIL}",
    f"/\x0b/{EVIL}",
    f"/\x0c/{EVIL}",
    f"/\x1f/{EVIL}",
    f"/\x7f/{EVIL}",
    f"/\x85/{EVIL}",
    f"/\xa0/{EVIL}",
    f"\xa0//{EVIL}",
    f"/\u2028/{EVIL}",
    f"/\u200b/{EVIL}",
    f"\ufeff//{EVIL}",
    f"\u3000//{EVIL}",
    # Another header of the answer.
    "/\r\nSet-Cookie: session=evil",
    "/\nSet-Cookie: session=evil",
    f"/\r\nLocation: //{EVIL}",
    "/x\r\n\r\n<script>alert(1)</script>",
    "/嘊嘍Set-Cookie:session=evil",
    # Letters that look like a slash or become one.
    f"／／{EVIL}",
    f"/／{EVIL}",
    f"/⁄{EVIL}",
    f"/∕{EVIL}",
    f"/＼{EVIL}",
    f"⁄⁄{EVIL}",
    f"/\u2215/{EVIL}",
    "/é",
    "/ä/b",
    # Relative to the callback, empty, or too long.
    "",
    " ",
    ".",
    "..",
    EVIL,
    f"@{EVIL}",
    f":@{EVIL}",
    f"?//{EVIL}",
    f"#//{EVIL}",
    f";//{EVIL}",
    f"t//{EVIL}",
    "/" + "a" * 2001,
]
# A path of this site, however odd: kept as it is or not, but never leading away.
HERE_BUT_ODD = [
    f"/%09/{EVIL}",
    f"/%0a/{EVIL}",
    "/%0d%0aSet-Cookie:%20session=evil",
    f"/%2f{EVIL}",
    f"/%2f%2f{EVIL}",
    f"/%5c{EVIL}",
    f"/%5c%5c{EVIL}",
    f"/%252f{EVIL}",
    f"/.//{EVIL}",
    f"/..//{EVIL}",
    f"/x/..//{EVIL}",
    f"/;//{EVIL}",
    f"/@{EVIL}",
    f"/:@{EVIL}",
    f"/?//{EVIL}",
    f"/#//{EVIL}",
    f"/{EVIL}",
    f"/https://{EVIL}",
    "/javascript:alert(1)",
    f"/%E2%80%8B/{EVIL}",
    "/[",
    "/]",
    '/"><script>alert(1)</script>',
    "/'-alert(1)-'",
    "/%",
    "/%zz",
    "/%00",
    "/" + "a" * 1999,
]
OURS = ["/", "/t/acme/", "/t/acme/keys/?page=2", "/t/acme/assets/?words=pump%20%C3%A9&kind=a,b#top", "/~a/b-c_d.e/"]


def leads_to(location: str) -> set[str]:
    """The origins to which this Location may lead: as RFC 3986 reads it, and as browsers do (WHATWG URL)."""
    stripped = re.sub(r"[\t\n\r]", "", location.strip("".join(map(chr, range(33)))))
    as_browser = stripped.replace("\\", "/") if not re.match(r"(?i)javascript:|data:", stripped) else stripped
    base = f"{HERE}/sign-in/callback/"
    found = set()
    for written in (location, as_browser):
        parts = urlsplit(urljoin(base, written))
        found.add(f"{parts.scheme}://{parts.netloc}")
    # Browsers take any number of slashes before a host for two.
    if re.match(r"[/\\]{2,}", stripped):
        found.add("elsewhere")
    return found


def assert_stays(location: str) -> None:
    assert leads_to(location) == {HERE}, location
    assert not re.search(r"[\x00-\x20\x7f-\uffff]", location), location
    assert not location.startswith(("//", "/\\")), location


# Several in one test: what takes the time is the person and her session.
@pytest.mark.parametrize("first", range(0, len(ELSEWHERE), 20))
def test_an_address_elsewhere_becomes_the_home_page(alice: Client, first: int) -> None:
    for vector in ELSEWHERE[first : first + 20]:
        answer = alice.get(f"/sign-in/?next={quote(vector, safe='')}")
        assert (vector, answer.status_code, answer["Location"]) == (vector, 302, "/")


def test_an_odd_path_stays_on_this_site(alice: Client) -> None:
    for vector in HERE_BUT_ODD:
        answer = alice.get(f"/sign-in/?next={quote(vector, safe='')}")
        assert (vector, answer.status_code) == (vector, 302)
        assert_stays(answer["Location"])
        assert "Set-Cookie" not in answer.headers


def test_there_are_enough_vectors() -> None:
    assert len({*ELSEWHERE, *HERE_BUT_ODD}) >= 100


@pytest.mark.parametrize("path", OURS)
def test_a_path_of_this_site_is_kept(alice: Client, path: str) -> None:
    assert alice.get("/sign-in/", {"next": path})["Location"] == path


@pytest.mark.parametrize("vector", [*ELSEWHERE[::6], *HERE_BUT_ODD[::6], *OURS])
def test_the_end_of_a_true_sign_in_stays_on_this_site(
    cast: Cast, browser: Client, hub: RunningEmulator, vector: str
) -> None:
    answer = flow.sign_in(browser, hub, "alice@acme.example", vector)
    assert answer.status_code == 302
    assert_stays(answer["Location"])
    assert answer["Location"] == ("/" if vector in ELSEWHERE else vector) or vector in HERE_BUT_ODD


@pytest.mark.parametrize("vector", [*ELSEWHERE[::5], *HERE_BUT_ODD])
def test_the_sign_in_page_quotes_it(browser: Client, vector: str) -> None:
    page = browser.get(f"/sign-in/?next={quote(vector, safe='')}")
    assert page.status_code == 200
    links = re.findall(r'href="(/sign-in/start/[^"]*)"', page.content.decode())
    assert len(links) == 2  # one for each identity provider
    for link in links:
        assert_stays(flow.asked(html.unescape(link))["next"])
    assert "<script>alert" not in page.content.decode()


def test_two_values_of_next_are_one_that_stays_here(alice: Client) -> None:
    assert_stays(alice.get(f"/sign-in/?next=/t/acme/&next=//{EVIL}")["Location"])
    assert_stays(alice.get(f"/sign-in/?next=//{EVIL}&next=/t/acme/")["Location"])


@pytest.mark.parametrize("broken", ["%ff", "%c3%28", "%ed%a0%80", "%", "%zz", "%00", "/%ff"])
def test_bytes_that_are_no_text_are_no_path(alice: Client, broken: str) -> None:
    answer = alice.get("/sign-in/", QUERY_STRING=f"next={broken}")
    assert answer.status_code == 302
    assert_stays(answer["Location"])
