"""Taking the picture: what the browser is told, in which order, and what came of it."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from portal.lib.browser.devtools import DevTools, Event, Refused
from portal.lib.browser.failures import CaptureFailed, Why
from portal.lib.browser.fence import Allowed, Fence
from portal.lib.browser.process import Limits, Running, running
from portal.lib.fetch import target
from portal.lib.fetch.failures import FetchFailed
from portal.lib.fetch.fetcher import Fetched, Fetcher

WIDTH, HEIGHT = 1440, 900
# What the browser calls its proxy: a name that no page can mean (RFC 6761 section 6.4).
FENCE = "fence.invalid"
# No more hosts that a page asks for are remembered.
MOST_HOSTS = 200


@dataclass(frozen=True)
class Captured:
    """The picture as the browser made it, which nobody has looked at yet.

    `status` is that of the page for a visitor without a sign-in; `refused` are other hosts that it wanted, in vain.
    """

    png: bytes
    status: int
    refused: tuple[str, ...]


def capture(
    url: str, *, browser: str, fetcher: Fetcher, bar_hosts: tuple[str, ...] = (), bar_script: str = "", limits: Limits
) -> Captured:
    """Open the page in a browser of its own and take a picture. Raises `CaptureFailed`.

    Blocks for `limits.seconds` at most, and one fetch before. `browser` is the path of a Chromium.
    """
    fetched = fetcher.get(url)
    if fetched.response is None:
        raise CaptureFailed(Why.NOT_FETCHED, fetched.reason or "")
    try:
        application = target.parse(url, fetcher.policy.ports)
    except FetchFailed as failed:
        raise CaptureFailed(Why.NOT_FETCHED, failed.reason) from failed
    allowed = Allowed(application, bar_hosts, bar_script)
    with (
        Fence(fetcher, allowed) as fence,
        running([browser, *flags(fence.port, fetched)], limits) as process,
    ):
        page = _Page(process, limits)
        png = page.picture(application.url)
    # The browser itself asks for its maker's hosts: those are not the page's.
    refused = tuple(host for host in fence.refused if host in page.hosts)
    return Captured(png, page.status or fetched.response.status, refused)


def flags(port: int, fetched: Fetched) -> list[str]:
    """What Chromium is started with: no way but the fence, nothing of its own accord."""
    told = [
        "--headless",
        "--remote-debugging-pipe",
        f"--window-size={WIDTH},{HEIGHT}",
        "--hide-scrollbars",
        "--mute-audio",
        # The fence, for this machine's own names as well.
        f"--proxy-server=http://{FENCE}:{port}",
        "--proxy-bypass-list=<-loopback>",
        # A second wall, which holds for addresses in numbers as well.
        f"--host-resolver-rules=MAP {FENCE} 127.0.0.1, MAP * ~NOTFOUND",
        "--dns-prefetch-disable",
        # What would go past a proxy.
        "--disable-quic",
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--webrtc-ip-handling-policy=disable_non_proxied_udp",
        "--disable-features=MediaRouter,DialMediaRouteProvider,WebRtcHideLocalIpsWithMdns,OptimizationHints,Translate,"
        "NetworkTimeServiceQuerying,CertificateTransparencyComponentUpdater,AutofillServerCommunication",
        # What the browser would do by itself.
        "--disable-background-networking",
        "--disable-breakpad",
        "--disable-client-side-phishing-detection",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-domain-reliability",
        "--disable-extensions",
        "--disable-sync",
        "--no-default-browser-check",
        "--no-first-run",
        "--no-pings",
        "--password-store=basic",
        # Containers have little shared memory; there is no graphics card.
        "--disable-dev-shm-usage",
        "--disable-gpu",
    ]
    if os.geteuid() == 0:
        # Chromium refuses to run as root with its sandbox.
        told.append("--no-sandbox")
    if fetched.certificate:
        # What the fetch has verified is believed: an authority that the deployment names, too, and this key alone.
        told.append(f"--ignore-certificate-errors-spki-list={fetched.certificate.key}")
    return told


class _Page:
    """One page: what became of it, as the browser tells."""

    def __init__(self, process: Running, limits: Limits) -> None:
        # A picture is sent in base64.
        self._devtools = DevTools(process, 2 * limits.picture, self._heard)
        self._limits = limits
        self._session = self._frame = ""
        self._loaded = self._crashed = False
        self._unreachable = ""
        self.status = 0
        self.hosts: set[str] = set()

    def picture(self, url: str) -> bytes:
        try:
            self._open()
        except Refused as error:
            raise CaptureFailed(Why.NOT_STARTED, str(error)) from error
        except CaptureFailed as failed:
            # Before there is a page, it cannot be to blame.
            raise CaptureFailed(Why.NOT_STARTED, str(failed)) from failed
        try:
            self._go(url)
            answer = self._devtools.ask("Page.captureScreenshot", self._session, format="png")
            png = base64.b64decode(answer["data"], validate=True)
        except (Refused, KeyError, TypeError, binascii.Error) as error:
            raise CaptureFailed(Why.UNREADABLE, str(error)[:60]) from error
        if len(png) > self._limits.picture:
            raise CaptureFailed(Why.UNREADABLE, "too large")
        return png

    def _open(self) -> None:
        """A page in a context that keeps nothing, downloads nothing, and is as large as the picture."""
        ask = self._devtools.ask
        context = ask("Target.createBrowserContext", disposeOnDetach=True).get("browserContextId", "")
        ask("Browser.setDownloadBehavior", behavior="deny", browserContextId=context)
        self._frame = ask("Target.createTarget", url="about:blank", browserContextId=context).get("targetId", "")
        self._session = ask("Target.attachToTarget", targetId=self._frame, flatten=True).get("sessionId", "")
        ask("Page.enable", self._session)
        ask("Network.enable", self._session, maxTotalBufferSize=0, maxResourceBufferSize=0, maxPostDataSize=0)
        ask("Inspector.enable", self._session)
        size = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        ask("Emulation.setDeviceMetricsOverride", self._session, **size)

    def _go(self, url: str) -> None:
        # A page that never answers: the order is sent, and heard of by its events.
        self._devtools.tell("Page.navigate", self._session, url=url)
        self._devtools.listen(self._limits.load_seconds, lambda: self._loaded or self._crashed)
        self._devtools.listen(self._limits.settle_seconds, lambda: self._crashed)
        if self._crashed:
            raise CaptureFailed(Why.CRASHED)
        if self._unreachable:
            here, there = urlsplit(url), _split(self._unreachable)
            if there and there.netloc != here.netloc:
                raise CaptureFailed(Why.LED_ELSEWHERE, shown_host(there))
            raise CaptureFailed(Why.NOT_OPENED)

    def _heard(self, event: Event) -> None:
        told = event.get("params")
        if event.get("sessionId") != self._session or not isinstance(told, dict):
            return
        match event.get("method"), told:
            case "Page.loadEventFired", _:
                self._loaded = True
            case "Page.frameNavigated", {"frame": {"id": self._frame, **frame}}:
                self._unreachable = str(frame.get("unreachableUrl", ""))
            case "Page.javascriptDialogOpening", _:
                self._devtools.tell("Page.handleJavaScriptDialog", self._session, accept=False)
            case "Inspector.targetCrashed", _:
                self._crashed = True
            case "Network.requestWillBeSent", {"request": {"url": str(url)}}:
                self._asked_for(url)
            case "Network.webSocketCreated", {"url": str(url)}:
                self._asked_for(url)
            case "Network.responseReceived", {
                "type": "Document",
                "frameId": self._frame,
                "response": {"status": int(status)},
            }:
                self.status = status

    def _asked_for(self, url: str) -> None:
        if len(self.hosts) < MOST_HOSTS and (parts := _split(url)):
            self.hosts.add(shown_host(parts))


def shown_host(parts: SplitResult) -> str:
    """As the fence notes it: with its port where that is not the usual one."""
    host, usual = parts.hostname or "", {"https": 443, "wss": 443, "http": 80, "ws": 80}.get(parts.scheme)
    host = f"[{host}]" if ":" in host else host
    return f"{host}:{parts.port}" if parts.port not in {None, usual} else host


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
