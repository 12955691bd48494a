"""A run: each URL once, tokens to the application alone, what is not seen is said, and no server makes it raise."""

from __future__ import annotations

import json
import random
import shutil
import ssl
from collections import Counter
from pathlib import Path

import pytest
import trustme

from portal.cockpit.checks import formats
from portal.cockpit.checks.catalogue import CHECKS
from portal.cockpit.checks.check import NotSeen, Severity, check, found
from portal.cockpit.checks.report import Outcome
from portal.cockpit.checks.runner import Progress
from portal.cockpit.checks.subject import Component
from tests.cockpit.checks.application import Answer, World, jwt
from tests.fetch import hostile
from tests.fetch.servers import HOST, server_context


@pytest.fixture(scope="module")
def context(authority: trustme.CA) -> ssl.SSLContext:
    return server_context(authority.issue_cert(HOST, "other.example.com"))


@pytest.fixture
def world(context: ssl.SSLContext, ca_file: str, tmp_path: Path) -> World:
    return World(context, str(shutil.copy(ca_file, tmp_path / "ca.pem")))


def test_each_url_is_asked_once_by_each_visitor(world: World) -> None:
    world.run()
    assert max(Counter(world.requests).values()) == 1
    visitors = Counter(path for path, _authorization in world.requests)
    assert visitors == {"/": 3, "/health/": 1, "/bar.js": 1, "/app.js": 1, "/app-info.json": 1}


def test_progress_names_each_step(world: World) -> None:
    told: list[Progress] = []
    report = world.run(told.append)
    assert [step.done for step in told] == list(range(len(told)))
    assert all(step.done < step.of for step in told)
    assert told[-1].of == len(told) == len(report.sights) + len(CHECKS)
    assert [step.what for step in told[-len(CHECKS) :]] == [each.id for each in CHECKS]


def test_what_is_not_seen_has_not_passed(world: World) -> None:
    world.token, world.registration = "", None
    report = world.run()
    assert list(report.with_findings()) == []
    unseen = {result.check.id for result in report.results if result.outcome is Outcome.NOT_CHECKED}
    assert unseen > {each.id for each in CHECKS if each.portal_only}
    assert unseen >= {"accepts-hub-token", "hub-token", "bar-script", "csp-allows-bar", "xsrf-header", "app-info"}
    assert not unseen & {"hsts", "certificate-trusted", "health-body", "refuses-without-token", "refuses-forged-token"}


def test_portal_only_checks_are_those_that_need_a_registration(world: World) -> None:
    with_registration = {result.check.id for result in world.run().results if result.outcome is Outcome.PASSED}
    world.registration = None
    without = {result.check.id for result in world.run().results if result.outcome is Outcome.PASSED}
    assert with_registration - without == {each.id for each in CHECKS if each.portal_only}


def test_silent_server_is_asked_once(world: World) -> None:
    world.handler, world.deadline = hostile.silent, 0.3
    report = world.run()
    assert len(report.sights) == 1
    assert report.blocks
    assert report.of("health-answers").outcome is Outcome.NOT_CHECKED


def test_run_ends_when_its_time_is_over(world: World) -> None:
    report = world.run(seconds=0.0)
    assert report.sights == ()
    passed = {result.check.id for result in report.results if result.outcome is Outcome.PASSED}
    assert passed <= {each.id for each in CHECKS if each.portal_only} | STATIC


def test_token_goes_to_the_application_alone(world: World) -> None:
    """Not to the host of a protected page that is none of its components, nor to the page's foreign scripts."""
    world.page("</head>", '<script src="https://other.example.com/x.js"></script></head>')
    world.changes = {"protected_url": "https://other.example.com/secret"}
    report = world.run()
    sent = {(sight.url, sight.who) for sight in report.sights}
    assert ("https://other.example.com/secret", "nobody") in sent
    assert not {url for url, who in sent if "other.example.com" in url and who != "nobody"}


@pytest.mark.parametrize("written", ["x\r\nHost: evil", "a.b.c", "a.b", "ü.ü.ü", jwt(pad="x" * 9000), jwt() + "\nA: b"])
def test_what_is_no_token_is_not_sent(written: str, world: World) -> None:
    world.token = written
    report = world.run()
    assert report.of("hub-token").outcome is Outcome.FOUND
    assert report.of("accepts-hub-token").outcome is Outcome.NOT_CHECKED
    assert not [sight for sight in report.sights if sight.who == "person"]


def test_report_has_no_token_and_no_body(world: World) -> None:
    world.answers["/"].body = b"<html>BODY-CANARY</html>"
    world.answers["/health/"].body = b'{"healthStatus": "BODY-CANARY", "time": "BODY-CANARY"}'
    report = world.run()
    for written in (formats.as_json(report), formats.as_junit(report, "x", set()), *formats.text(report)):
        assert world.token not in written
        assert "CANARY" not in written


def echoing(token: str) -> dict[str, Answer]:
    """Answers that have the token in every place that a report could show."""
    hidden = "".join(f"&#{ord(sign)};" for sign in token)
    page = f"""<html><script src="/main.js?token={token}"></script><script src="/{hidden}.js"></script>
    <script src="{token}"></script><a href="/x?t={token}[">x</a><a href="/{hidden} [">x</a>
    <img src="http://x.example/{hidden}"><img src="http://x.example/{token}"><form method="post"></form>
    <script>_mdsp.init({{appId: "{token}", appInfoPath: "/app-info.json?{token}"}})</script></html>"""
    escaped = "".join(f"\\u{ord(sign):04x}" for sign in token)
    info = f'{{"displayName": 1, "links": {{"default": [], "{token}": [1], "{escaped}": [1]}}}}'
    every = [
        ("Set-Cookie", f"{token}={token}"),
        ("Strict-Transport-Security", f"max-age=1; {token}"),
        ("Cache-Control", f"max-age=1, {token}"),
        ("Content-Security-Policy", f"script-src {token}; default-src {token}"),
        ("Location", f"https://other.example/{token}"),
        ("X-Signature", token.rpartition(".")[2]),
    ]
    script = Answer(f'fetch("/api/x/v1/{token}[", {{method: "POST"}}); //'.encode(), "text/javascript", 200, every)
    shown = Answer(page.encode(), "text/html", 200, every)
    redirect = Answer(b"", token, 302, every)
    json_answer = Answer(info.encode(), "application/json", 200, every)
    masked = {f"/main.js?token={mark}": script for mark in ("***", token)}
    infos = {f"/app-info.json?{mark}": json_answer for mark in ("***", token)}
    return {"/": shown, "/secret": redirect, "/health/": redirect, **masked, **infos}


def test_report_has_no_piece_of_the_token(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Wherever an application repeats it, whole, in part, encoded or cut: 20 signs in a row are nowhere."""
    caplog.set_level("INFO")
    token = jwt(pad="p" * 300) + "S" * 300
    world.token = world.accepted = token
    told: list[Progress] = []
    world.changes = {"protected_url": "BASE/secret"}
    world.answers = echoing(token)
    report = world.run(told.append)
    written = [formats.as_json(report), formats.as_junit(report, "x", set()), *formats.text(report), caplog.text]
    written += [repr(report), *(step.what for step in told)]
    pieces = {token[at : at + 21] for at in range(len(token) - 20)}
    assert "***" in written[0]
    for text in written:
        assert [piece for piece in pieces if piece in text] == []
    found_by = {result.check.id for result in report.with_findings()}
    assert found_by >= {"cookies", "rfc3986-links", "cache-control", "app-info"}
    assert all(len(sight.url) <= 210 for sight in report.sights)


def test_findings_have_an_end(world: World) -> None:
    """300 cookies in each answer, 5,000 languages: some are listed, the others counted."""
    world.every = [("Set-Cookie", f"{number:x}=") for number in range(300)]
    links = {"default": []} | {str(number): [0] for number in range(5000)}
    world.answers["/app-info.json"].body = json.dumps({"links": links}).encode()
    report = world.run()
    cookies, languages = report.of("cookies").findings, report.of("app-info").findings
    assert len(cookies) == len(languages) == 21
    assert cookies[-1].text == "880 more of this kind are not listed."
    assert languages[-1].text.startswith("980+ more")
    assert report.seconds < 8
    assert len(formats.as_json(report)) < 100_000


def test_components_are_all_looked_at(world: World) -> None:
    world.changes = {
        "components": (Component(f"https://{HOST}:1", "first"), Component("https://10.0.0.1", "second")),
    }
    report = world.run()
    assert {sight.url for sight in report.sights} >= {f"https://{HOST}:1/", "https://10.0.0.1/"}
    assert {finding.evidence["url"] for finding in report.of("url-form").findings} == {
        f"https://{HOST}:1/",
        "https://10.0.0.1/",
    }


def test_mistake_of_a_check_does_not_take_the_others_along(world: World, caplog: pytest.LogCaptureFixture) -> None:
    words = {"title": "t", "why": "w", "fix": "f"}

    @check("broken", Severity.HINT, **words)
    def broken(subject: object, seen: object) -> list[object]:
        raise ZeroDivisionError

    @check("half", Severity.HINT, **words)
    def half(subject: object, seen: object) -> object:
        yield found("first")
        raise NotSeen("second")

    report = world.run(checks=[broken, half, *CHECKS])
    assert report.of("broken").outcome is Outcome.NOT_CHECKED
    assert [finding.text for finding in report.of("half").findings] == ["first"]
    assert report.of("hsts").outcome is Outcome.PASSED
    assert "Check broken failed" in caplog.text


# What is written down already says something about these.
STATIC = {"platform-domain", "health-url", "components", "reserved-paths", "hub-token", "csp-allows-bar", "csp-strict"}
STATIC |= {"rfc3986-links"}


def test_cookie_against_forged_requests_is_for_scripts(world: World) -> None:
    world.answers["/"].headers.append(("Set-Cookie", "csrftoken=1; Secure; SameSite=Lax"))
    assert world.run().of("cookies").outcome is Outcome.PASSED


NASTY = [
    b"\x00\xff\xfe",
    b"{" * 5000,
    b"[" * 20_000,
    b'{"healthStatus": 1e999, "time": {}}',
    b'{"links": {"default": [[[]]], "de": 1, "fr": [null, 1, {}]}, "displayName": []}',
    b"<!" * 20_000,
    b"<!--" * 9_000,
    b"<![CDATA[" * 5_000,
    b"<a href='" * 5_000,
    b"<script" * 5_000,
    b'<script src="http://[">',
    b'<script src="//[x]/"></script><script src="https://:99999/"></script><img src="\\\\x">',
    b"_mdsp.init({" * 5_000,
    b"'/api/" * 10_000,
    b"method: 'POST'" * 3_000,
    "ſ\u2028\ud7ff%\x1b[31m".encode() * 1000,
]
HEADERS = [
    ("Set-Cookie", "=;;;===;"),
    ("Set-Cookie", "\x80" * 100),
    ("Strict-Transport-Security", "max-age=99999999999999999999"),
    ("Content-Security-Policy", "; ;;script-src;SCRIPT-SRC *;" + "x " * 500),
    ("Cache-Control", ",,=,"),
    ("Content-Type", ";;;"),
    ("Location", "https://["),
    ("Content-Encoding", "gzip"),
]


def test_nothing_that_a_server_sends_is_raised(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Any body under any path, any header, in 40 mixtures that are the same each time."""
    dice = random.Random(7)
    for _ in range(40):
        for path in ("/", "/health/", "/bar.js", "/app.js", "/app-info.json"):
            media_type = dice.choice(["text/html", "application/json", "text/javascript", "", "x" * 200])
            status = dice.choice([200, 200, 200, 302, 404, 500])
            headers = dice.sample(HEADERS, 3)
            world.answers[path] = Answer(dice.choice(NASTY), media_type, status, headers, dice.random() < 0.3)
        report = world.run()
        assert report.seconds < 8
        json.loads(formats.as_json(report))
    assert "failed" not in caplog.text
