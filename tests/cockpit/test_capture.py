"""The portal's own picture beside the screenshot: taken in the background, shown to everybody who decides, kept.

The browser is one that says what a test wants; tests/browser has what a real one must not do.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import trustme
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal import constants
from portal.actor import SYSTEM
from portal.cockpit import tasks
from portal.cockpit.checks.check import found
from portal.cockpit.models import AppVersion, Capture, Component, RunState
from portal.cockpit.release import captures
from portal.lib.fetch import resolving
from portal.scoping import tenant_scope
from tests.browser.fake import fake_browser
from tests.cast import Cast, make_app, make_member, signed_in
from tests.cockpit.checks.application import World
from tests.cockpit.reading import recorded
from tests.cockpit.running import checked
from tests.cockpit.test_dossier import read
from tests.cockpit.writing import RELEASE, SCREENSHOT, approve, give_capture, give_screenshot, picture
from tests.fetch.conftest import authority, ca_file
from tests.fetch.servers import HOST, DnsServer, TlsServer, server_context
from tests.images.pictures import opened, saved
from tests.images.test_seen import drawn_page

__all__ = ["authority", "ca_file"]
NO_BROWSER = "This portal has no browser"
NOT_YET = "has taken no picture of its own yet"
TAKEN = "Taken by this portal, as it looks without a sign-in"
OPENS = "The browser opens the application."


def url(app: AppVersion, page: str = "") -> str:
    return f"/t/acme/apps/{app.pk}/{page}"


def rows(app: AppVersion) -> list[Capture]:
    return list(Capture.all_tenants.filter(version=app.pk).order_by("pk"))


@pytest.fixture
def browser(tmp_path: Path, settings: Any) -> Path:
    """Where the browser of this deployment is, which does everything right."""
    settings.BROWSER = fake_browser(tmp_path / "browser")
    return tmp_path / "browser"


@pytest.fixture
def served(
    authority: trustme.CA, ca_file: str, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[World, int]]:
    """An application on loopback, where this deployment may look; the DNS knows its name."""
    context = server_context(authority.issue_cert(HOST))
    world = World(context, str(shutil.copy(ca_file, tmp_path / "ca.pem")))
    dns = DnsServer(lambda _number, kind: [("A", "127.0.0.1")] if kind == "A" else [])
    with TlsServer(world._answer, context) as server, dns:
        settings.READINESS_PORTS = frozenset({server.port})
        settings.READINESS_NETWORKS = [ip_network("127.0.0.0/8")]
        settings.READINESS_CA_FILE = world.ca_file
        monkeypatch.setattr(resolving, "system_resolver", lambda: dns.resolver)
        yield world, server.port


@pytest.fixture
def reachable(cast: Cast, served: tuple[World, int], dev: Client, browser: Path) -> AppVersion:
    """Its release was begun by Dev, so a picture is to be taken of it."""
    app = make_app(cast.acme, component=Component("web", f"https://{HOST}:{served[1]}/", ["/**"]))
    dev.post(url(app, "register/"))
    assert dev.post(url(app, "prepare/"), RELEASE).status_code == 302
    return app


def take(app: AppVersion) -> Capture:
    tasks.take_capture.call(app.tenant_id, app.pk)
    return rows(app)[-1]


class TestTaken:
    def test_when_the_preparation_begins(self, reachable: AppVersion, dev: Client, cast: Cast) -> None:
        assert [(row.state, row.asked_by) for row in rows(reachable)] == [(RunState.WAITING, cast.dev.name)]
        assert OPENS in dev.get(url(reachable)).content.decode()
        done = take(reachable)
        assert (done.state, done.status, done.refused, done.attempts) == (RunState.DONE, 401, [], 1)
        assert done.url.startswith(f"https://{HOST}:")
        assert opened(bytes(done.picture or b"")).size == (1280, 800)
        assert bytes(done.picture or b"") != saved(drawn_page()), "made anew, as every picture"
        assert done.facts == {"width": 1280, "height": 800, "blank": False, "hub_bar": "found"}
        (told,) = recorded("release.captured")
        assert (told["by"], told["subject"], told["url"]) == (SYSTEM.name, reachable.subject, done.url)

    def test_with_each_new_screenshot_and_no_other_change(self, reachable: AppVersion, dev: Client) -> None:
        take(reachable)
        dev.post(url(reachable, "prepare/"), RELEASE | {"release_description": "Other."})
        assert len(rows(reachable)) == 1
        dev.post(url(reachable, "prepare/"), RELEASE | {"screenshot": picture(SCREENSHOT.png)})
        assert [row.state for row in rows(reachable)] == [RunState.DONE, RunState.WAITING]

    def test_picture_stays_until_there_is_a_newer_one(self, reachable: AppVersion, dev: Client) -> None:
        take(reachable)
        dev.post(url(reachable, "capture/ask/"))
        assert dev.get(url(reachable, "capture.png")).status_code == 200
        take(reachable)
        assert [row.picture is not None for row in rows(reachable)] == [False, True]

    def test_old_ones_go_once_they_count_no_more(self, reachable: AppVersion, dev: Client) -> None:
        first = take(reachable)
        Capture.all_tenants.update(asked_at=timezone.now() - timedelta(hours=2))
        dev.post(url(reachable, "capture/ask/"))
        assert take(reachable).pk != first.pk
        assert len(rows(reachable)) == 1


class TestNotTaken:
    @pytest.mark.parametrize(
        ("mode", "told"),
        [
            ("dies", "The browser ended while it showed https://"),
            ("dies at once", "The browser of this portal does not start."),
            ("no picture", "The browser sent no picture that can be read."),
            ("hangs", "could not be shown within 5 seconds."),
        ],
    )
    def test_reason_is_told(
        self, mode: str, told: str, reachable: AppVersion, dev: Client, browser: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(constants, "CAPTURE_SECONDS", 5)
        fake_browser(browser, mode)
        assert take(reachable).state == RunState.FAILED
        shown = dev.get(url(reachable)).content.decode()
        assert "The last try gave no picture:" in shown
        assert told in shown
        (event,) = recorded("release.capture_failed")
        assert told in event["why"]

    def test_application_does_not_answer(
        self, reachable: AppVersion, dev: Client, browser: Path, served: tuple[World, int], settings: Any
    ) -> None:
        settings.READINESS_NETWORKS = []
        take(reachable)
        assert "one of its addresses is not public" in dev.get(url(reachable)).content.decode()
        assert not (browser / "started").exists()

    def test_the_picture_before_stays(self, reachable: AppVersion, dev: Client, browser: Path) -> None:
        take(reachable)
        fake_browser(browser, "dies")
        dev.post(url(reachable, "capture/ask/"))
        take(reachable)
        shown = dev.get(url(reachable)).content.decode()
        assert TAKEN in shown
        assert "The last try gave no picture:" in shown

    def test_mistake_of_ours_is_an_end(
        self, reachable: AppVersion, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(*_arguments: object, **_named: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(captures, "capture", broken)
        assert take(reachable).state == RunState.FAILED
        assert "Taking a picture of an application failed" in caplog.text

    def test_nothing_arrives_after_the_decision(self, prepared: AppVersion, dev: Client, dana: Client) -> None:
        """What was approved is what is decided about, and what stands in the dossier."""
        give_capture(prepared, state=RunState.WAITING, picture=None, facts=None, ended_at=None)
        dev.post(url(prepared, "submit/"))
        with tenant_scope(prepared.tenant_id):
            claimed = captures._claim(prepared.pk, SYSTEM)
            assert claimed is not None
            assert approve(dana, prepared).status_code == 302
            captures._end(claimed, found(captures.WORDS["crashed"], url="x"), SYSTEM)  # type: ignore[index]
        (row,) = rows(prepared)
        assert row.failure is not None
        assert row.failure["what"] == captures.DECIDED


class TestKilledWorker:
    def test_begins_again_once_and_then_fails(self, reachable: AppVersion) -> None:
        for attempt in (1, 2):
            with tenant_scope(reachable.tenant_id):
                claimed = captures._claim(reachable.pk, SYSTEM)
                assert claimed is not None
                assert claimed.attempts == attempt
                assert captures._claim(reachable.pk, SYSTEM) is None, "one at a time"
            assert captures.abandoned() == []
            Capture.all_tenants.update(lease_until=timezone.now() - timedelta(seconds=1))
            assert captures.abandoned() == [(reachable.tenant_id, reachable.pk)]
        before = DBTaskResult.objects.count()
        tasks.sweep()
        assert DBTaskResult.objects.count() > before
        assert take(reachable).state == RunState.FAILED
        assert captures.abandoned() == []

    def test_lost_claim_changes_nothing(self, reachable: AppVersion) -> None:
        with tenant_scope(reachable.tenant_id):
            first = captures._claim(reachable.pk, SYSTEM)
            Capture.all_tenants.update(lease_until=timezone.now() - timedelta(seconds=1))
            assert first is not None
            assert captures._claim(reachable.pk, SYSTEM) is not None
            captures._end(first, found(captures.INTERRUPTED), SYSTEM)
        assert [row.state for row in rows(reachable)] == [RunState.RUNNING]

    def test_lost_task_is_found(self, reachable: AppVersion) -> None:
        Capture.all_tenants.update(asked_at=timezone.now() - timedelta(minutes=3))
        assert captures.abandoned() == [(reachable.tenant_id, reachable.pk)]

    def test_database_keeps_it_to_one(self, reachable: AppVersion) -> None:
        with tenant_scope(reachable.tenant_id), pytest.raises(IntegrityError), transaction.atomic():
            Capture.objects.create(version=reachable, state=RunState.RUNNING, asked_by="x")


class TestAsk:
    def test_again(
        self,
        prepared: AppVersion,
        dev: Client,
        browser: Path,
        cast: Cast,
        django_capture_on_commit_callbacks: Callable[..., Any],
    ) -> None:
        assert "Capture again" in dev.get(url(prepared)).content.decode()
        for number in (1, 2):
            with django_capture_on_commit_callbacks(execute=True):
                answer = dev.post(url(prepared, "capture/ask/"), follow=True)
            assert DBTaskResult.objects.filter(task_path="portal.cockpit.tasks.take_capture").count() == number
            assert OPENS in answer.content.decode()
        assert len(rows(prepared)) == 1, "one that waits is enough"
        assert recorded("release.capture_asked")[0]["by"] == cast.dev.name

    def test_without_a_browser(self, prepared: AppVersion, dev: Client) -> None:
        shown = dev.get(url(prepared)).content.decode()
        assert NO_BROWSER in shown
        assert "Capture again" not in shown
        answer = dev.post(url(prepared, "capture/ask/"))
        assert answer.status_code == 409
        assert NO_BROWSER in answer.content.decode()

    def test_not_once_it_is_submitted(self, prepared: AppVersion, dev: Client, browser: Path) -> None:
        dev.post(url(prepared, "submit/"))
        assert "Capture again" not in dev.get(url(prepared)).content.decode()
        assert dev.post(url(prepared, "capture/ask/")).status_code == 409
        assert rows(prepared) == []

    def test_limit(self, prepared: AppVersion, dev: Client, browser: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "CAPTURES_PER_HOUR", 1)
        give_capture(prepared)
        answer = dev.post(url(prepared, "capture/ask/"))
        assert answer.status_code == 429
        assert "Pictures of this tenant were taken 1 times within the last hour" in answer.content.decode()
        sent = RELEASE | {"screenshot": picture(SCREENSHOT.png)}
        assert dev.post(url(prepared, "prepare/"), sent).status_code == 302, "a screenshot is not refused for it"
        assert len(rows(prepared)) == 1
        Capture.all_tenants.update(asked_at=timezone.now() - timedelta(hours=2))
        assert dev.post(url(prepared, "capture/ask/")).status_code == 302


class TestShown:
    def test_beside_the_screenshot_to_everybody_who_decides(
        self, prepared: AppVersion, dev: Client, dana: Client, cast: Cast
    ) -> None:
        give_capture(prepared, refused=["cdn.example.com"])
        own = f'src="{url(prepared, "capture.png")}?'
        for page in ("", "prepare/", "submit/"):
            shown = dev.get(url(prepared, page)).content.decode()
            assert own in shown, page
            assert TAKEN in shown
            assert "cdn.example.com" in shown
        dev.post(url(prepared, "submit/"))
        assert own in dana.get(url(prepared, "approve/")).content.decode()
        approve(dana, prepared)
        operator = signed_in(cast.olga)
        page = f"/operator/releases/acme/{prepared.pk}/"
        assert f'src="{page}capture.png?' in operator.get(page).content.decode()
        answer = operator.get(f"{page}capture.png")
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")

    def test_page_of_the_operator_before_any_approval(self, prepared: AppVersion, cast: Cast) -> None:
        give_capture(prepared)
        assert signed_in(cast.olga).get(f"/operator/releases/acme/{prepared.pk}/capture.png").status_code == 409

    def test_picture_is_sent_as_the_screenshot_is(self, prepared: AppVersion, dev: Client, cast: Cast) -> None:
        assert dev.get(url(prepared, "capture.png")).status_code == 404
        give_capture(prepared)
        answer = dev.get(url(prepared, "capture.png"))
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer["Content-Disposition"] == 'inline; filename="capture.png"'
        assert signed_in(cast.charlie).get(url(prepared, "capture.png")).status_code == 404
        assert signed_in(make_member(cast.acme, "x@acme.example")).get(url(prepared, "capture.png")).status_code == 403

    def test_sign_in_is_told(self, prepared: AppVersion, dev: Client) -> None:
        give_capture(prepared, status=401)
        assert "It answers 401 without a sign-in" in dev.get(url(prepared)).content.decode()

    def test_progress(self, prepared: AppVersion, dev: Client, browser: Path) -> None:
        dev.post(url(prepared, "capture/ask/"))
        assert dev.get(url(prepared, "capture/"))["Location"] == url(prepared), "without script"
        answer = dev.get(url(prepared, "capture/"), headers={"HX-Request": "true"})
        assert OPENS in answer.content.decode()
        assert f'hx-get="{url(prepared, "capture/")}"' in answer.content.decode()
        Capture.all_tenants.update(state=RunState.FAILED, failure={"what": captures.INTERRUPTED, "evidence": {}})
        answer = dev.get(url(prepared, "capture/"), headers={"HX-Request": "true"})
        shown = answer.content.decode()
        assert "The task worker was ended" in shown
        assert "hx-get" not in shown, "it is over"
        assert "HX-Refresh" not in answer, "somebody may be writing around it"

    def test_not_yet(self, prepared: AppVersion, dev: Client, browser: Path) -> None:
        assert NOT_YET in dev.get(url(prepared)).content.decode()

    def test_in_the_dossier(self, prepared: AppVersion, dev: Client) -> None:
        give_screenshot(prepared)
        checked(prepared)
        give_capture(prepared, refused=["cdn.example.com"])
        dev.post(url(prepared, "submit/"))
        files = read(dev.get(url(prepared, "dossier.zip")).content)
        assert files["capture.png"] == SCREENSHOT.png
        told = json.loads(files["capture.json"])
        assert (told["status"], told["refused"]) == (200, ["cdn.example.com"])
