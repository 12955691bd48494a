"""Headers across the proxy: allow-lists in both directions (RFC 9110 section 7.6.1, RFC 9700 section 4.13)."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug import Response
from werkzeug.datastructures import Headers

from tests.cast import Cast
from tests.faults import AnyServer
from tests.proxy.conftest import Program, move, ok

ASSETS = "/api/assetmanagement/v3/assets"
SERIES = "/api/iottimeseries/v3/timeseries/0123456789abcdef0123456789abcdef/Vibration"
PORTAL = "http://localhost:8000"
SENT = {"host", "accept", "accept-encoding", "user-agent", "authorization"}
MARK = "of-the-caller"


@pytest.fixture
def gateway(cast: Cast, hostile: AnyServer) -> AnyServer:
    move(cast.acme, "hostile")
    hostile.otherwise = ok
    return hostile


# As a WSGI server hands them over.
CALLERS_OWN = [
    *("COOKIE", "COOKIE2", "X_XSRF_TOKEN", "X_CSRFTOKEN", "CSRF", "PROXY_AUTHORIZATION", "X_AUTHORIZATION"),
    *(
        "X_FORWARDED_FOR",
        "X_FORWARDED_HOST",
        "X_FORWARDED_PROTO",
        "X_FORWARDED_PREFIX",
        "X_REAL_IP",
        "FORWARDED",
        "VIA",
    ),
    *("X_ORIGINAL_URL", "X_REWRITE_URL", "X_HTTP_METHOD", "X_HTTP_METHOD_OVERRIDE", "X_METHOD_OVERRIDE", "X_ANYTHING"),
    *("X_SPACE_ID", "X_TENANT", "MDSP_TENANT", "CLIENT_IP", "TRUE_CLIENT_IP", "CF_CONNECTING_IP", "FORWARDED_FOR"),
    *(
        "CONNECTION",
        "KEEP_ALIVE",
        "TE",
        "TRAILER",
        "TRANSFER_ENCODING",
        "UPGRADE",
        "PROXY_CONNECTION",
        "HTTP2_SETTINGS",
    ),
    *("ORIGIN", "REFERER", "RANGE", "IF_RANGE", "IF_MATCH", "EXPECT", "MAX_FORWARDS", "FROM", "DNT", "PRAGMA"),
    *("SEC_FETCH_SITE", "SEC_WEBSOCKET_KEY", "TRACEPARENT", "X_REQUEST_ID", "X_B3_TRACEID", "CACHE_CONTROL", "WARNING"),
]


def test_a_header_of_the_caller_does_not_reach_the_hub(program: Program, gateway: AnyServer) -> None:
    for name in CALLERS_OWN:
        assert program.get(ASSETS, **{f"HTTP_{name}": MARK}).status_code == 200
        assert (name, set(gateway.seen[-1].headers)) == (name, SENT)
        assert MARK not in str(gateway.seen[-1])
    assert len(gateway.seen) == len(CALLERS_OWN)


def test_there_are_enough_of_them() -> None:
    assert len(set(CALLERS_OWN)) == len(CALLERS_OWN) >= 40


def test_the_hub_gets_its_own_token_and_not_the_callers(program: Program, gateway: AnyServer) -> None:
    program.get(ASSETS)
    (seen,) = gateway.seen
    assert seen.headers["authorization"].startswith("Bearer ")
    assert program.token not in str(seen)
    assert (seen.headers["accept"], seen.headers["user-agent"]) == ("*/*", "Bindery")
    assert seen.headers["accept-encoding"] == "identity"
    assert (seen.method, seen.body) == ("GET", b"")


def test_a_body_does_not_reach_the_hub(program: Program, gateway: AnyServer) -> None:
    program.send("GET", ASSETS, body="a body", CONTENT_TYPE="text/plain")
    assert [seen.body for seen in gateway.seen] == [b""]
    assert set(gateway.seen[0].headers) == SENT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept-Language", "de-DE,de;q=0.5"),
        ("If-None-Match", '"0abc"'),
        ("If-Modified-Since", "Fri, 20 Nov 2026 12:00:00 GMT"),
        ("Accept-Encoding", "gzip, br"),
    ],
)
class TestAllowed:
    def environ(self, name: str, value: str) -> dict[str, str]:
        return {"HTTP_" + name.upper().replace("-", "_"): value}

    def test_is_passed_on(self, program: Program, gateway: AnyServer, name: str, value: str) -> None:
        program.get(ASSETS, **self.environ(name, value))
        assert gateway.seen[0].headers[name.lower()] == value

    def test_is_left_out_when_it_is_not_plain(
        self, program: Program, gateway: AnyServer, name: str, value: str
    ) -> None:
        for odd in ("x\r\nX-Evil: 1", "x\ny", "x\x00y", "é", "x" * 1001, "\t", "\x7f"):
            assert program.get(ASSETS, **self.environ(name, odd)).status_code == 200
            assert (odd, set(gateway.seen[-1].headers)) == (odd, SENT)
            assert gateway.seen[-1].headers["accept-encoding"] == "identity"

    def test_is_left_out_when_connection_names_it(
        self, program: Program, gateway: AnyServer, name: str, value: str
    ) -> None:
        """What Connection names is for the next program only, and that is the portal."""
        program.get(ASSETS, HTTP_CONNECTION=f"close, {name}", **self.environ(name, value))
        assert value not in gateway.seen[0].headers.values()


class TestFromTheHub:
    HOSTILE = [
        *("Set-Cookie", "Set-Cookie2", "Location", "Content-Location", "Refresh", "Content-Disposition", "Alt-Svc"),
        *("Access-Control-Allow-Origin", "Access-Control-Allow-Credentials", "Access-Control-Allow-Headers"),
        *("Access-Control-Allow-Methods", "Access-Control-Expose-Headers", "Access-Control-Max-Age", "Vary"),
        *("Content-Security-Policy", "Content-Security-Policy-Report-Only", "X-Content-Security-Policy", "Report-To"),
        *("Strict-Transport-Security", "Public-Key-Pins", "Expect-CT", "NEL", "Reporting-Endpoints", "Clear-Site-Data"),
        *("X-Frame-Options", "X-Content-Type-Options", "X-XSS-Protection", "X-Permitted-Cross-Domain-Policies"),
        *(
            "Referrer-Policy",
            "Permissions-Policy",
            "Feature-Policy",
            "Cross-Origin-Opener-Policy",
            "Origin-Agent-Cluster",
        ),
        *(
            "Cross-Origin-Resource-Policy",
            "Cross-Origin-Embedder-Policy",
            "Timing-Allow-Origin",
            "Service-Worker-Allowed",
        ),
        *("WWW-Authenticate", "Proxy-Authenticate", "Authentication-Info", "Server", "X-Powered-By", "Via", "Date"),
        *("X-Request-Id", "X-Application-Context", "X-Accel-Redirect", "X-Sendfile", "X-Accel-Buffering", "SourceMap"),
        *(
            "Cache-Control",
            "Pragma",
            "Expires",
            "Age",
            "Trailer",
            "Upgrade",
            "Keep-Alive",
            "Proxy-Connection",
            "HX-Redirect",
        ),
        *(
            "HX-Trigger",
            "X-Robots-Tag",
            "Allow",
            "Accept-Ranges",
            "Content-Range",
            "Warning",
            "P3P",
            "Sec-WebSocket-Accept",
        ),
    ]
    KEPT = {
        *("Content-Type", "Content-Security-Policy", "Permissions-Policy", "Cross-Origin-Resource-Policy"),
        *("Cache-Control", "X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy"),
        *("X-Frame-Options", "X-Request-Id", "Content-Length", "Content-Disposition"),
        # What the portal says of itself.
        *("Vary", "Content-Language"),
    }

    @pytest.mark.parametrize("status", [200, 404, 500])
    def test_hostile_headers_do_not_reach_the_caller(self, program: Program, gateway: AnyServer, status: int) -> None:
        headers = Headers([(name, "of-the-hub") for name in self.HOSTILE])
        gateway.otherwise = lambda request: Response("{}", status, headers, content_type="application/json")
        answer = program.get(ASSETS)
        assert answer.status_code == status
        assert "of-the-hub" not in str(answer.headers)
        assert set(answer.headers) <= self.KEPT - {"Content-Disposition"}, set(answer.headers) - self.KEPT
        assert not answer.cookies
        assert len(set(self.HOSTILE)) >= 50

    def test_what_describes_the_body_is_kept(self, program: Program, gateway: AnyServer) -> None:
        described = {
            "Content-Language": "de",
            "ETag": '"0abc"',
            "Last-Modified": "Fri, 20 Nov 2026 12:00:00 GMT",
            "Retry-After": "30",
        }
        gateway.otherwise = lambda request: Response("{}", headers=described, content_type="application/hal+json")
        answer = program.get(ASSETS)
        assert {name: answer.get(name) for name in described} == described
        assert answer["Content-Type"] == "application/hal+json"

    @pytest.mark.parametrize("value", ["x" * 1001, "\xe9", "a\tb", "\x01"])
    def test_what_is_not_plain_is_left_out(self, program: Program, gateway: AnyServer, value: str) -> None:
        raw = f"HTTP/1.1 200 OK\r\nETag: {value}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
        gateway.otherwise = lambda request: raw.encode("latin-1")
        answer = program.get(ASSETS)
        assert (answer.status_code, answer.content) == (200, b"{}")
        assert "ETag" not in answer

    def test_every_answer_is_sandboxed_and_not_sniffed(self, program: Program, gateway: AnyServer) -> None:
        answer = program.get(ASSETS)
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "no-store"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"

    @pytest.mark.parametrize(
        "kind",
        [
            "text/html",
            "text/html; charset=utf-8",
            "TEXT/HTML",
            "Text/Html;charset=x",
            "text/html ; x",
            "application/xhtml+xml",
            "image/svg+xml",
            "image/svg+xml; charset=utf-8",
            "text/xml",
            "application/xml",
            # Two headers, or two types in one: browsers take the last that they understand.
            "application/json, text/html",
            # Without a type, or with one that is dropped, Django would write text/html.
            "",
            "x" * 1001,
            "text/html\xe9",
        ],
    )
    @pytest.mark.parametrize("size", [10, 200_000])
    def test_what_a_browser_would_run_is_an_attachment(
        self, program: Program, gateway: AnyServer, kind: str, size: int
    ) -> None:
        head = f"Content-Type: {kind}\r\n" if kind else ""
        page = b"<script>alert(1)</script>".ljust(size)
        raw = f"HTTP/1.1 200 OK\r\n{head}Content-Length: {len(page)}\r\n\r\n".encode("latin-1") + page
        gateway.otherwise = lambda request: raw
        answer = program.get(ASSETS)
        assert answer.getvalue() == page
        runs = "html" in answer["Content-Type"].lower() or "xml" in answer["Content-Type"].lower()
        assert not runs or answer.get("Content-Disposition") == "attachment"
        assert "sandbox" in answer["Content-Security-Policy"]

    def test_data_is_no_attachment(self, program: Program, gateway: AnyServer) -> None:
        assert "Content-Disposition" not in program.get(ASSETS)


class TestLink:
    def link(self, program: Program, gateway: AnyServer, written: str) -> str | None:
        text = written.replace("{hub}", f"{gateway.url}/gateway")
        gateway.otherwise = lambda request: Response("[]", headers={"Link": text}, content_type="application/json")
        answer: Any = program.get(SERIES)
        assert answer.status_code == 200
        link: str | None = answer.get("Link")
        return link

    def test_of_the_hub_becomes_one_of_the_portal(self, program: Program, gateway: AnyServer) -> None:
        written = f'<{{hub}}{SERIES}?from=1>; rel="next"'
        assert self.link(program, gateway, written) == f'<{PORTAL}{SERIES}?from=1>; rel="next"'

    @pytest.mark.parametrize(
        "written",
        [
            '<https://evil.example/api/x>; rel="next"',
            '<//evil.example/x>; rel="next"',
            '</x>; rel="next"',
            '<{hub}.evil.example/api/x>; rel="next"',
            '<{hub}@evil.example/api/x>; rel="next"',
            "<javascript:alert(1)>; rel=next",
            '<{hub}/api/identitymanagement/v3/Users>; rel="next"',
            f'<{{hub}}{SERIES}>; rel="next", <https://evil.example/x.css>; rel="stylesheet"',
            f'<https://evil.example/>; rel="preload", <{{hub}}{SERIES}>; rel="next"',
            "x",
            "",
        ],
    )
    def test_of_anybody_else_is_left_out(self, program: Program, gateway: AnyServer, written: str) -> None:
        link = self.link(program, gateway, written) or ""
        assert "evil.example" not in link
        assert "javascript" not in link
        assert gateway.url not in link
        assert "identitymanagement" not in link

    def test_of_two_pages_are_both_on_the_portal(self, program: Program, gateway: AnyServer) -> None:
        written = f'<{{hub}}{SERIES}?a>; rel="next", <{{hub}}{SERIES}?b>; rel="prev"'
        link = self.link(program, gateway, written)
        assert link is None or gateway.url not in link

    def test_as_long_as_a_query_may_be_is_kept(self, program: Program, gateway: AnyServer) -> None:
        """A next page that is lost looks like the end of the data."""
        names = ",".join(f"Variable{number}" for number in range(200))
        written = f'<{{hub}}{SERIES}?select={names}>; rel="next"'
        assert self.link(program, gateway, written) == f'<{PORTAL}{SERIES}?select={names}>; rel="next"'

    def test_of_an_environment_with_a_suffix_can_be_followed(
        self, cast: Cast, program: Program, gateway: AnyServer
    ) -> None:
        move(cast.acme, "suffixed")
        at_the_hub = SERIES.replace("iottimeseries", "iottimeseries-1000001700")
        assert (
            self.link(program, gateway, f'<{{hub}}{at_the_hub}?a>; rel="next"') == f'<{PORTAL}{SERIES}?a>; rel="next"'
        )
