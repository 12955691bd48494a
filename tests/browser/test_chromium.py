"""A real Chromium opens pages that do what they can to get out: to this machine, to other hosts, to files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import trustme
from PIL import Image

from portal.lib.browser import capture as captures
from portal.lib.browser.capture import Captured, capture
from portal.lib.browser.failures import CaptureFailed, Why
from portal.lib.browser.process import Limits
from portal.lib.fetch.fetcher import Fetcher
from portal.lib.images.seen import HubBar, hub_bar
from tests.browser.canary import Canary
from tests.conftest import CHROMIUM
from tests.environment import emulator
from tests.fetch.servers import HOST, TlsServer, loopback_policy, read_head, server_context, to_loopback
from tests.images.pictures import opened

BLUE = (0, 0, 255)
# A machine under load takes its time; nothing here waits for the end of it but what never ends.
LIMITS = Limits(seconds=60, load_seconds=8.0, settle_seconds=1.5)
PAGE = "<!doctype html><html><body style='margin: 0; background: blue'>{}</body></html>"


@pytest.fixture(scope="module")
def browser() -> str:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have Chromium: apt-get install chromium")
        pytest.skip("Chromium is not installed")
    return CHROMIUM


@dataclass
class Site:
    """An application behind TLS: its paths with answers, which paths were asked for, and the port nobody may reach."""

    canary: Canary
    ca_file: str
    browser: str
    port: int = 0
    answers: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def serve(self, connection: object) -> None:
        head = read_head(connection)  # type: ignore[arg-type]
        if not head:
            return
        path = head.split(b" ")[1].decode()
        self.asked.append(path)
        connection.sendall(self.answers.get(path, answer(b"", "404 Not Found")))  # type: ignore[attr-defined]

    def page(self, body: str, path: str = "/") -> None:
        self.answers[path] = answer(PAGE.format(body).replace("PORT", str(self.canary.port)).encode())

    def redirect(self, where: str, path: str = "/") -> None:
        where = where.replace("PORT", str(self.canary.port))
        self.answers[path] = answer(b"", f"302 Found\r\nLocation: {where}")

    def take(self, limits: Limits = LIMITS, bar_script: str = "") -> Captured:
        fetcher = Fetcher(loopback_policy([self.port], self.ca_file, 8.0), resolve=to_loopback)
        url = f"https://{HOST}:{self.port}/"
        return capture(url, browser=self.browser, fetcher=fetcher, bar_script=bar_script, limits=limits)


def answer(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


@pytest.fixture
def site(browser: str, authority: trustme.CA, ca_file: str) -> Iterator[Site]:
    with Canary() as canary:
        site = Site(canary, ca_file, browser)
        with TlsServer(site.serve, server_context(authority.issue_cert(HOST))) as server:
            site.port = server.port
            yield site


def corner(taken: Captured) -> object:
    image: Image.Image = opened(taken.png).convert("RGB")
    assert image.size == (1440, 900)
    return image.getpixel((1430, 890))


def test_page_as_it_is(site: Site) -> None:
    site.page("<h1>Pumps</h1><script src=/later.js></script>")
    site.answers["/later.js"] = answer(b"setTimeout(() => document.body.style.background = 'lime', 300)")
    taken = site.take()
    assert corner(taken) == (0, 255, 0), "scripts have run"
    assert (taken.status, taken.refused) == (200, ())


def test_page_without_a_sign_in(site: Site) -> None:
    site.answers["/"] = answer(PAGE.format("Sign in").encode(), "401 Unauthorized")
    assert site.take().status == 401


def test_server_of_an_authority_that_nobody_knows(site: Site) -> None:
    site.page("")
    site.ca_file = ""
    with pytest.raises(CaptureFailed) as failed:
        site.take()
    assert failed.value.why == Why.NOT_FETCHED
    assert len(site.asked) == 0


# What a page can load by itself, each with a way of its own through the browser.
LOADED = {
    "pictures": "".join(
        f"<img src='{url}'>"
        for url in (
            "http://127.0.0.1:PORT/",
            "http://localhost:PORT/",
            "http://[::1]:PORT/",
            "http://[::ffff:127.0.0.1]:PORT/",
            "http://2130706433:PORT/",
            "http://0.0.0.0:PORT/",
            "http://app.localhost:PORT/",
            "https://127.0.0.1:PORT/",
            f"http://{HOST}:PORT/",
            f"https://{HOST}:PORT/",
            "http://fence.invalid:PORT/",
            "https://other.example.com:PORT/",
            "http://169.254.169.254/latest/meta-data/",
        )
    ),
    "frames": "<iframe src='http://127.0.0.1:PORT/'></iframe><iframe src='file:///etc/passwd'></iframe>"
    "<iframe src='data:text/html,<img src=http://127.0.0.1:PORT/>'></iframe>"
    "<iframe srcdoc='<img src=http://127.0.0.1:PORT/>'></iframe><iframe src='view-source:http://127.0.0.1:PORT/'></iframe>"
    "<object data='http://127.0.0.1:PORT/'></object><embed src='http://127.0.0.1:PORT/'>",
    "hints": "<link rel=preconnect href='https://127.0.0.1:PORT'><link rel=prefetch href='http://127.0.0.1:PORT/'>"
    "<link rel=dns-prefetch href='//127.0.0.1:PORT'><link rel=prerender href='http://127.0.0.1:PORT/'>"
    "<link rel=modulepreload href='http://127.0.0.1:PORT/'><link rel=manifest href='http://127.0.0.1:PORT/'>"
    "<link rel=icon href='http://127.0.0.1:PORT/'><link rel=stylesheet href='http://127.0.0.1:PORT/'>"
    '<script type=speculationrules>{"prefetch": [{"urls": ["http://127.0.0.1:PORT/"]}]}</script>',
    "scripts": "<script src='http://127.0.0.1:PORT/'></script><script>"
    "fetch('http://127.0.0.1:PORT/', {mode: 'no-cors', keepalive: true}).catch(() => 0);"
    "navigator.sendBeacon('http://127.0.0.1:PORT/', 'x'); new EventSource('http://127.0.0.1:PORT/');"
    "new Worker(URL.createObjectURL(new Blob([`fetch('http://127.0.0.1:PORT/', {mode: 'no-cors'})`])));"
    "window.open('http://127.0.0.1:PORT/'); import('http://127.0.0.1:PORT/').catch(() => 0)</script>"
    "<a ping='http://127.0.0.1:PORT/' href='#x' id=a></a>"
    "<form action='http://127.0.0.1:PORT/' method=post target=_blank id=c></form>"
    "<script>a.click(); c.submit()</script>",
    "sockets": "<script>for (const url of ['ws://127.0.0.1:PORT/', 'ws://localhost:PORT/', 'wss://[::1]:PORT/',"
    f" 'wss://{HOST}:PORT/']) try {{ new WebSocket(url) }} catch {{}}</script>",
    "datagrams": "<script>try { new WebTransport('https://127.0.0.1:PORT/') } catch {}"
    "const peer = new RTCPeerConnection({iceServers: [{urls: ['stun:127.0.0.1:PORT', 'stun:[::1]:PORT']},"
    "{urls: ['turn:127.0.0.1:PORT?transport=tcp', 'turn:127.0.0.1:PORT', 'turns:localhost:PORT'], username: 'a',"
    " credential: 'b'}]}); peer.createDataChannel('x');"
    "peer.createOffer().then(offer => peer.setLocalDescription(offer))</script>",
}


@pytest.mark.parametrize("what", LOADED)
def test_nothing_that_is_loaded_comes_through(what: str, site: Site) -> None:
    site.page(LOADED[what])
    taken = site.take()
    assert corner(taken) == BLUE, "the page itself is shown"
    assert site.canary.wait(0) == 0, site.canary.heard
    if what == "pictures":
        assert {f"127.0.0.1:{site.canary.port}", f"{HOST}:{site.canary.port}", "169.254.169.254"} <= {*taken.refused}
    assert not [host for host in taken.refused if "google" in host or "duckduckgo" in host]


def by_redirect(site: Site) -> None:
    site.redirect("http://127.0.0.1:PORT/")


def by_redirect_of_a_frame(site: Site) -> None:
    site.page("<iframe src=/away></iframe><img src=/away>")
    site.redirect("http://127.0.0.1:PORT/", "/away")


def by_meta(site: Site) -> None:
    site.page("<meta http-equiv=refresh content='0; url=http://127.0.0.1:PORT/'>")


def by_header(site: Site) -> None:
    refresh = f"200 OK\r\nRefresh: 0; url=http://127.0.0.1:{site.canary.port}/"
    site.answers["/"] = answer(PAGE.format("").encode(), refresh)


def by_script(site: Site) -> None:
    site.page("<script>location = 'https://localhost:PORT/'</script>")


def by_form(site: Site) -> None:
    site.page("<form action='http://[::1]:PORT/' method=post id=f></form><script>f.submit()</script>")


def to_a_file(site: Site) -> None:
    site.page("<script>location = 'file:///etc/passwd'; setTimeout(() => open('file:///etc/passwd'), 100)</script>")


@pytest.mark.parametrize(
    ("leads", "away"),
    [
        (by_redirect, True),
        (by_redirect_of_a_frame, False),
        (by_meta, True),
        (by_header, True),
        (by_script, True),
        (by_form, True),
        (to_a_file, False),
    ],
)
def test_nothing_that_the_page_leads_to_comes_through(leads: Callable[[Site], None], away: bool, site: Site) -> None:
    leads(site)
    if away:
        with pytest.raises(CaptureFailed) as failed:
            site.take()
        assert failed.value.why == Why.LED_ELSEWHERE
        assert failed.value.detail.endswith(f":{site.canary.port}")
    else:
        assert corner(site.take()) == BLUE
    assert site.canary.wait(0) == 0, site.canary.heard


@pytest.mark.parametrize(
    ("without", "instead", "holds"),
    [
        (("proxy", "host-resolver"), f"--host-resolver-rules=MAP {HOST} 127.0.0.1", False),
        (("bypass", "host-resolver"), "--host-resolver-rules=MAP fence.invalid 127.0.0.1", False),
        (("host-resolver",), "--host-resolver-rules=MAP fence.invalid 127.0.0.1", True),
    ],
    ids=["no wall", "a proxy that is bypassed", "the proxy alone"],
)
def test_each_wall_alone(
    without: tuple[str, ...], instead: str, holds: bool, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That the tests above can fail: the same page in the same browser, without one wall or both."""
    fenced = captures.flags

    def unfenced(*arguments: Any) -> list[str]:
        return [*(flag for flag in fenced(*arguments) if not any(name in flag for name in without)), instead]

    monkeypatch.setattr(captures, "flags", unfenced)
    site.page(LOADED["pictures"] + LOADED["sockets"] + LOADED["datagrams"])
    site.take()
    assert (site.canary.wait(0 if holds else 1) == 0) == holds


def test_second_wall_alone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the proxy, with the rules: not even the application is reached."""
    fenced = captures.flags
    monkeypatch.setattr(captures, "flags", lambda *told: [flag for flag in fenced(*told) if "proxy" not in flag])
    site.page(LOADED["pictures"])
    with pytest.raises(CaptureFailed) as failed:
        site.take()
    assert failed.value.why == Why.NOT_OPENED
    assert len(site.asked) == 1, "by the fetch before"


def test_page_that_takes_all_memory(site: Site) -> None:
    site.page("<script>const all = []; while (true) all.push(new Array(1e6).fill(Math.random()))</script>")
    with pytest.raises(CaptureFailed) as failed:
        site.take()
    assert failed.value.why in {Why.MEMORY, Why.CRASHED}


def test_page_that_never_rests(site: Site) -> None:
    site.page("<script>while (true);</script>")
    with pytest.raises(CaptureFailed) as failed:
        site.take(replace(LIMITS, seconds=8, load_seconds=2.0))
    assert failed.value.why == Why.TOO_SLOW


def test_dialogs_and_downloads_leave_nothing(site: Site, tmp_path: Path) -> None:
    site.page("<script>alert(1); confirm(2); prompt(3); location = '/file.zip'</script>")
    site.answers["/file.zip"] = answer(b"PK", "200 OK\r\nContent-Disposition: attachment; filename=x.zip")
    assert corner(site.take()) == BLUE


def test_bar_of_the_hub_is_on_it(site: Site) -> None:
    """The emulator's, from where this deployment says it is; the page gets nothing else from there."""
    bar = f"{emulator.url.replace('127.0.0.1', 'localhost')}/static.hub/osbar/v4/js/main.min.js"
    site.page(
        f"<div id=_mdspcontent><h1>Pumps</h1></div><script src='{bar}'></script><script src=/start.js></script>"
        f"<script src='{emulator.url}/_emulator/health'></script>"
    )
    site.answers["/start.js"] = answer(b"_mdsp.init({title: 'Pumps', appId: '_mdspcontent', initialize: true})")
    taken = site.take(bar_script=bar)
    assert hub_bar(opened(taken.png).convert("RGB"))[0] == HubBar.FOUND
    assert [urlsplit(f"//{host}").port for host in taken.refused] == [urlsplit(emulator.url).port]
