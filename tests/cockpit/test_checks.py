"""The page of a version's checks: what was found, since when, how far a run is; and the same for programs."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from portal.cockpit.models import AppVersion, CheckRun, RunState
from portal.permissions import Role
from portal.scoping import tenant_scope
from tests.cast import Cast, make_app, make_member, signed_in
from tests.cockpit.running import checked
from tests.cockpit.writing import end_check

HTMX = {"HX-Request": "true"}


def url(app: AppVersion, page: str = "") -> str:
    return f"/t/acme/apps/{app.pk}/checks/{page}"


class TestPage:
    def test_findings_stand_in_groups_with_all_that_helps(self, app: AppVersion, dev: Client) -> None:
        checked(app, "url-form", "hsts", "icon")
        answer = dev.get(url(app))
        groups = [(name, [row.check.id for row, *_urls in rows]) for name, _title, rows in answer.context["groups"]]
        assert groups == [("blocking", ["url-form"]), ("warnings", ["hsts"]), ("hints", ["icon"])]
        page = answer.content.decode()
        for told in (
            "hsts.example belongs to the Hub.",
            'href="/docs/readiness/#url-form"',
            "Write https://, a host name with a dot",
            "The Hub&#x27;s gateway calls the application by this address",
            "blocking",
            "Found since:",
            "43 checks passed",
            "Run the checks",
        ):
            assert told in page, told

    def test_nothing_was_run(self, app: AppVersion, dev: Client) -> None:
        with tenant_scope(app.tenant_id):
            CheckRun.objects.all().delete()
        assert "The checks have not run yet." in dev.get(url(app)).content.decode()

    def test_later_change_is_told(self, app: AppVersion, dev: Client) -> None:
        checked(app)
        assert "Something was changed since then" not in dev.get(url(app)).content.decode()
        dev.post(f"/t/acme/apps/{app.pk}/edit/", {"display_name": "Other"})
        assert "Something was changed since then" in dev.get(url(app)).content.decode()

    def test_failed_run_is_told_beside_what_was_found_before(self, app: AppVersion, dev: Client) -> None:
        checked(app, "hsts")
        run = checked(app)
        CheckRun.all_tenants.filter(pk=run.pk).update(state=RunState.FAILED, results={})
        page = dev.get(url(app)).content.decode()
        assert "could not be brought to its end" in page
        assert "hsts.example belongs to the Hub." in page

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.VIEWER])
    def test_who_may_only_read_reads(self, app: AppVersion, cast: Cast, role: Role) -> None:
        run = checked(app, "hsts")
        reader = signed_in(make_member(cast.acme, "reader@acme.example", role))
        page = reader.get(url(app)).content.decode()
        assert "hsts.example belongs to the Hub." in page
        assert "Run the checks" not in page
        assert "Accept with a reason" not in page
        assert reader.get(url(app, f"{run.pk}.json")).status_code == 200
        for act in ("run/", "hsts/waive/", "hsts/withdraw/"):
            assert reader.post(url(app, act)).status_code == 403


class TestProgress:
    def test_asks_for_itself_while_a_run_goes_on(self, app: AppVersion, dev: Client) -> None:
        CheckRun.all_tenants.update(state=RunState.RUNNING, done=7, of=50, what="https://x.example/")
        page = dev.get(url(app)).content.decode()
        assert f'hx-get="{url(app)}"' in page
        assert 'hx-trigger="load delay:2s"' in page
        assert "7 of 50 steps done" in page
        assert "Load again" in page
        answer = dev.get(url(app), headers=HTMX)
        assert "https://x.example/" in answer.content.decode()
        assert "<h1" not in answer.content.decode()
        assert "HX-Refresh" not in answer

    def test_whole_page_comes_when_it_is_over(self, app: AppVersion, dev: Client) -> None:
        checked(app)
        answer = dev.get(url(app), headers=HTMX)
        assert answer["HX-Refresh"] == "true"
        assert "hx-get" not in answer.content.decode()


class TestReports:
    def test_json_and_junit_have_the_ids(self, app: AppVersion, dev: Client) -> None:
        run = checked(app, "url-form", "hsts")
        answer = dev.get(url(app, f"{run.pk}.json"))
        assert "attachment" in answer["Content-Disposition"]
        told = json.loads(answer.content)
        assert told["blocks"] is True
        assert {one["id"] for one in told["checks"] if one["outcome"] == "found"} == {"url-form", "hsts"}
        assert told["fetched"] == []
        suite = ElementTree.fromstring(dev.get(url(app, f"{run.pk}.xml")).content)  # noqa: S314 - our own
        assert suite.get("failures") == "1"
        assert {one.get("name") for one in suite.findall("testcase")} == {one["id"] for one in told["checks"]}

    @pytest.mark.parametrize("ending", ["json", "xml"])
    def test_run_of_another_version_is_not_its_own(self, app: AppVersion, dev: Client, cast: Cast, ending: str) -> None:
        other = checked(make_app(cast.acme, "other"))
        assert dev.get(url(app, f"{other.pk}.{ending}")).status_code == 404

    def test_not_of_a_run_that_goes_on(self, app: AppVersion, dev: Client) -> None:
        (run,) = CheckRun.all_tenants.all()
        assert dev.get(url(app, f"{run.pk}.json")).status_code == 404


class TestCard:
    def test_page_of_the_version_has_the_counts(self, app: AppVersion, dev: Client) -> None:
        checked(app, "url-form", "hsts")
        answer = dev.get(f"/t/acme/apps/{app.pk}/")
        assert [count for _badge, count in answer.context["summary"].counts] == [1, 1, 0]
        assert f'href="{url(app)}"' in answer.content.decode()


class TestAttention:
    def items(self, client: Client) -> list[Any]:
        found = client.get("/t/acme/").context["attention"]
        return [(item.title, item.url) for item in found if "/apps/" in item.url]

    def test_blocked_version_before_its_submission(self, app: AppVersion, dev: Client) -> None:
        checked(app, "url-form")
        assert self.items(dev) == [], "not while it is in development"
        dev.post(f"/t/acme/apps/{app.pk}/register/")
        assert self.items(dev) == [("The checks stop the release of 1 application", url(app))]
        checked(app, "hsts")
        assert self.items(dev) == []

    def test_remediation(self, in_check: AppVersion, dev: Client, cast: Cast) -> None:
        end_check(signed_in(cast.olga), in_check, reason="No.")
        assert self.items(dev) == [("1 release needs a remediation", f"/t/acme/apps/{in_check.pk}/")]

    def test_not_for_who_does_not_develop(self, app: AppVersion, dev: Client, cast: Cast) -> None:
        checked(app, "url-form")
        dev.post(f"/t/acme/apps/{app.pk}/register/")
        for user in (cast.alice, cast.audrey):
            assert self.items(signed_in(user)) == []
