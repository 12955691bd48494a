"""What is missing is only said to be missing where everything was read: single-page applications are long."""

from __future__ import annotations

import shutil
import ssl
import threading
from pathlib import Path

import pytest
import trustme

from portal import constants
from portal.cockpit.checks.report import Outcome
from tests.cockpit.checks.application import APP_JS, BAR_JS, Answer, World
from tests.fetch.servers import HOST, server_context

WRITES = b'fetch("/pumps", {method: "POST"});'
ABSENT = ("bar-init", "xsrf-header")


@pytest.fixture(scope="module")
def context(authority: trustme.CA) -> ssl.SSLContext:
    return server_context(authority.issue_cert(HOST))


@pytest.fixture
def world(context: ssl.SSLContext, ca_file: str, tmp_path: Path) -> World:
    world = World(context, str(shutil.copy(ca_file, tmp_path / "ca.pem")))
    world.answers["/bar.js"].body, world.answers["/app.js"].body = b"// nothing", WRITES
    return world


def outcomes(world: World) -> list[Outcome]:
    report = world.run()
    return [report.of(check_id).outcome for check_id in ABSENT]


def test_absence_is_told_where_all_was_read(world: World) -> None:
    assert outcomes(world) == [Outcome.FOUND, Outcome.FOUND]


def test_long_bundle_is_read(world: World) -> None:
    """Vite and Angular put everything into one file of some hundred kilobytes."""
    world.answers["/app.js"].body = WRITES + b"/*x*/" * 100_000 + BAR_JS.encode() + APP_JS.encode()
    assert outcomes(world) == [Outcome.PASSED, Outcome.PASSED]


def test_scripts_have_one_limit_together(world: World) -> None:
    world.answers["/bar.js"].body = b"x" * (constants.READINESS_SCRIPTS - 100_000)
    world.answers["/app.js"].body = WRITES + b"x" * 200_000
    report = world.run()
    for check_id in ABSENT:
        told = report.of(check_id).why_not
        assert told
        assert "/app.js is too long" in told.text


def long_page(world: World) -> None:
    world.page("</body>", "<p>x</p>" * 10_000 + "</body>")


def many_scripts(world: World) -> None:
    world.page("</head>", "".join(f'<script src="/{number}.js"></script>' for number in range(10)) + "</head>")
    for number in range(10):
        world.answers[f"/{number}.js"] = Answer(b"//", "text/javascript")


def test_page_that_was_cut_has_not_passed(world: World) -> None:
    long_page(world)
    report = world.run()
    unseen = [report.of(check_id).outcome for check_id in ("mixed-content", "rfc3986-links", "app-info")]
    assert unseen == [Outcome.NOT_CHECKED] * 3


@pytest.mark.parametrize(
    "made",
    [
        'h("div", {id: "_mdspcontent"})',
        "['id','_mdspcontent']",
        "x.id = `_mdspcontent`",
        'a="<p id=\\"_mdspcontent\\">"',
    ],
)
def test_element_that_a_script_makes(made: str, world: World) -> None:
    """React and Vue fill an empty page."""
    world.page('id="_mdspcontent"', 'id="root"')
    world.answers["/bar.js"].body = BAR_JS.encode()
    assert world.run().of("bar-content").outcome is Outcome.FOUND
    world.answers["/app.js"].body = made.encode()
    assert world.run().of("bar-content").outcome is Outcome.NOT_CHECKED


def script(element: str) -> object:
    return lambda world: world.page("</head>", f"{element}</head>")


def missing(world: World) -> None:
    del world.answers["/bar.js"]


def chunks(world: World) -> None:
    world.answers["/bar.js"].body = b'const page = () => import("./page-x1.js");'


@pytest.mark.parametrize(
    "broken",
    [
        long_page,
        many_scripts,
        script('<script src="https://cdn.example.com/bundle.js"></script>'),
        script('<script src="https://[bad]/x.js"></script>'),
        missing,
        chunks,
    ],
)
def test_absence_is_not_told_where_something_was_not_read(broken: object, world: World) -> None:
    broken(world)  # type: ignore[operator]
    assert outcomes(world) == [Outcome.NOT_CHECKED, Outcome.NOT_CHECKED]


def test_script_that_cannot_be_read_hides_no_other(world: World) -> None:
    world.answers["/bar.js"].body, world.answers["/app.js"].body = BAR_JS.encode(), APP_JS.encode()
    world.page("<head>", '<head><script src="https://[bad]/x.js"></script>')
    assert outcomes(world) == [Outcome.PASSED, Outcome.PASSED]


def test_script_is_one_whatever_its_type(world: World) -> None:
    world.answers["/bar.js"] = Answer(BAR_JS.encode(), "text/plain")
    assert outcomes(world) == [Outcome.PASSED, Outcome.FOUND]


@pytest.mark.parametrize("path", ["https://[/x", "//[x]/y", "https://[v1.x]/"])
def test_app_info_path_that_is_no_address(path: str, world: World) -> None:
    world.answers["/bar.js"].body = BAR_JS.replace("/app-info.json", path).encode()
    told = world.run().of("app-info").why_not
    assert told
    assert "no address" in told.text or "was not asked for" in told.text


def test_json_that_was_cut_is_not_called_wrong(world: World) -> None:
    world.answers["/health/"].body = b'{"healthStatus": "green", "pad": "' + b"x" * 70_000 + b'"}'
    assert world.run().of("health-body").outcome is Outcome.NOT_CHECKED


@pytest.mark.parametrize("path", ["https://dead.example.com/app-info.json", "http://app.example.com/app-info.json"])
def test_other_hosts_do_not_block(path: str, world: World) -> None:
    """What a page asks of a CDN is not the application's address, certificate or answer."""
    world.token = ""
    world.answers["/"].needs_token = False
    world.answers["/secret"] = Answer(b"", needs_token=True)
    world.changes = {"protected_url": "BASE/secret"}
    world.answers["/bar.js"].body = BAR_JS.replace("/app-info.json", path).encode()
    report = world.run()
    assert path in {sight.url for sight in report.sights}
    blocking = {result.check.id for result in report.with_findings() if result.check.severity == "blocking"}
    assert blocking == {"xsrf-header"}


def test_slow_script_does_not_block(world: World) -> None:
    def slow() -> bytes:
        threading.Event().wait(2.9)
        return b""

    world.deadline = 2.5
    world.answers["/bar.js"].body = slow
    report = world.run()
    assert report.of("answers").outcome is Outcome.PASSED
    assert report.of("bar-init").outcome is Outcome.NOT_CHECKED
