"""A self-hosted application on loopback that does everything right, so that a test can break one thing."""

from __future__ import annotations

import base64
import json
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from portal.cockpit.checks.report import Report
from portal.cockpit.checks.runner import OnProgress, Runner
from portal.cockpit.checks.subject import Component, Picture, Registration, Subject
from portal.lib.fetch.fetcher import Fetcher
from portal.lib.fetch.resolving import Resolve
from tests.fetch.servers import HOST, Handler, TlsServer, loopback_policy, read_head, to_loopback

BAR = "https://static.eu1.mindsphere.io/osbar/v4/js/main.min.js"
PAGE = f"""<!doctype html>
<html lang="en"><head><title>Pumps</title>
<script src="{BAR}" defer></script>
<script src="/bar.js" defer></script>
<script src="/app.js" defer></script>
</head><body><div id="_mdspcontent"><h1>Pumps</h1>
<a href="/pumps?status=%5Brunning%5D">Running</a></div></body></html>
"""
BAR_JS = '_mdsp.init({title: "Pumps", appId: "_mdspcontent", appInfoPath: "/app-info.json", initialize: true});'
APP_JS = """
const read = () => fetch(`/api/assetmanagement/v3/assets/${id}?size=10`);
const write = (body) => fetch("/pumps", {method: "POST", headers: {"x-xsrf-token": token()}, body});
"""
APP_INFO = {
    "displayName": "Pumps",
    "appVersion": "1.0.0",
    "appCopyright": "Acme Pumps GmbH",
    "links": {
        "default": [
            {"type": "WWW", "name": "Help", "value": "https://acme.example/help"},
            {"type": "mail", "name": "Support", "value": "support@acme.example"},
        ],
        "de": [{"type": "phone", "name": "Telefon", "value": "+49 30 123456"}],
    },
}
CSP = (
    "default-src 'self' static.eu1.mindsphere.io; style-src * 'unsafe-inline'; "
    "script-src 'self' static.eu1.mindsphere.io; img-src * data:"
)


def jwt(**claims: object) -> str:
    """A token of the Hub for acme, as far as anybody can see who does not verify it."""
    own = {"iss": "https://acme.piam.eu1.mindsphere.io/oauth/token", "ten": "acme", "exp": int(time.time()) + 1800}
    parts = ({"alg": "RS256"}, own | claims)
    written = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*written, "c2lnbmF0dXJl"])


def hub_time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def health(status: str = "green", late: float = 0.0) -> bytes:
    return json.dumps({"healthStatus": status, "time": hub_time(datetime.now(UTC) + timedelta(seconds=late))}).encode()


@dataclass
class Answer:
    """What a path answers; a body that is a function is made when it is asked for."""

    body: bytes | Callable[[], bytes] = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    needs_token: bool = False


def registration() -> Registration:
    return Registration(
        name="Pumps of Acme",
        internal_name="pumps",
        version="v1.0.0",
        description="Operators see which pumps run too hot.",
        content_security_policy=CSP,
        cache_control="no-store",
        roles=("user", "admin"),
        scopes=("pumps.read", "pumps.write"),
        core_roles=("mdsp:core:assetmanagement.standarduser", "mdsp:core:tm.tenantUser"),
        links=("https://acme.example/pumps?x=%5B1%5D",),
        icon=Picture("image/png", 256, 256, 9000),
        screenshot=Picture("image/png", 1920, 1080, 200_000),
    )


@dataclass
class World:
    """The application and all around it. A test changes what it wants to be wrong, then runs the checks."""

    context: ssl.SSLContext | None
    ca_file: str
    answers: dict[str, Answer] = field(default_factory=dict)
    every: list[tuple[str, str]] = field(default_factory=lambda: [("Strict-Transport-Security", "max-age=31536000")])
    registration: Registration | None = field(default_factory=registration)
    handler: Handler | None = None
    host: str = HOST
    resolve: Resolve = to_loopback
    changes: dict[str, object] = field(default_factory=dict)
    token: str = field(default_factory=jwt)
    accepted: str = ""
    accepts_all: bool = False
    # Servers are as slow as the machine is; only who tests slowness shortens this (seconds).
    deadline: float = 8.0
    hub_addresses: tuple[str, ...] = ("192.0.2.10",)
    requests: list[tuple[str, str]] = field(default_factory=list)
    stopped: bool = False

    def __post_init__(self) -> None:
        self.accepted = self.accepted or self.token
        page_headers = [
            ("Content-Security-Policy", CSP),
            ("Cache-Control", "no-store"),
            ("Set-Cookie", "pumps=1; Path=/; Secure; HttpOnly; SameSite=Lax"),
        ]
        self.answers = {
            "/": Answer(PAGE.encode(), headers=page_headers, needs_token=True),
            "/health/": Answer(health, "application/json"),
            "/bar.js": Answer(BAR_JS.encode(), "text/javascript"),
            "/app.js": Answer(APP_JS.encode(), "text/javascript"),
            "/app-info.json": Answer(json.dumps(APP_INFO).encode(), "application/json"),
        }

    def page(self, old: str, new: str) -> None:
        """Write the page differently."""
        body = self.answers["/"].body
        assert isinstance(body, bytes)
        assert old.encode() in body
        self.answers["/"].body = body.replace(old.encode(), new.encode())

    def registered(self, **changed: object) -> None:
        """Register the application differently."""
        assert self.registration
        self.registration = replace(self.registration, **changed)  # type: ignore[arg-type]

    def run(self, progress: OnProgress = lambda _progress: None, **how: object) -> Report:
        """Start the server and run all checks."""
        with TlsServer(self.handler or self._answer, self.context) as server:
            fetcher = Fetcher(loopback_policy([server.port], self.ca_file, self.deadline), resolve=self.resolve)
            base = f"https://{self.host}:{server.port}"
            if self.stopped:
                server.stop()
            return Runner(self.subject(base), fetcher, self.token, self.hub_addresses, progress, **how).run()  # type: ignore[arg-type]

    def subject(self, base: str) -> Subject:
        component = Component(base, name="web", endpoints=("/**",))
        subject = Subject((component,), tenant="acme", registration=self.registration)
        changes = {
            name: value.replace("BASE", base) if isinstance(value, str) else value
            for name, value in self.changes.items()
        }
        if "endpoints" in changes:
            changes = {"components": (replace(component, endpoints=changes["endpoints"]),)}  # type: ignore[arg-type]
        return replace(subject, **changes)  # type: ignore[arg-type]

    def _answer(self, connection: ssl.SSLSocket) -> None:
        head = read_head(connection).decode()
        if not head:  # the certificate was refused
            return
        path = head.split(" ")[1]
        authorization = next(
            (line.partition(": ")[2] for line in head.split("\r\n") if line.lower().startswith("authorization:")), ""
        )
        self.requests.append((path, authorization))
        answer = self.answers.get(path, Answer(b"nothing here", "text/plain", 404))
        let_in = bool(authorization) if self.accepts_all else authorization == f"Bearer {self.accepted}"
        if answer.needs_token and not let_in:
            answer = Answer(b"Retrieved no authorization header", "text/plain", 401)
        body = answer.body() if callable(answer.body) else answer.body
        own = [("Content-Type", answer.media_type), ("Content-Length", str(len(body)))]
        connection.sendall(head_of(answer.status, [*own, *self.every, *answer.headers]) + body)


def head_of(status: int, headers: Sequence[tuple[str, str]]) -> bytes:
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode()
