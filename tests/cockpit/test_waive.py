"""Waivers: a warning is accepted with a reason until a day, by name; what blocks never is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from portal.actor import SYSTEM
from portal.cockpit.models import AppVersion, Waiver
from portal.cockpit.readiness.waiver_commands import waive
from portal.cockpit.states import StateForbids
from portal.scoping import tenant_scope
from tests.cast import Cast, signed_in
from tests.cockpit.reading import recorded
from tests.cockpit.running import checked, make_waiver
from tests.cockpit.writing import approve
from tests.faults import audit_refuses


def url(app: AppVersion, check_id: str = "hsts", page: str = "waive") -> str:
    return f"/t/acme/apps/{app.pk}/checks/{check_id}/{page}/"


def told(days: int = 30, **changed: str) -> dict[str, str]:
    day = timezone.localdate() + timedelta(days=days)
    return {"reason": "Our proxy\r\nadds it.", "ends_on": day.isoformat()} | changed


def open_waivers(app: AppVersion) -> list[Waiver]:
    return list(Waiver.all_tenants.filter(version=app.pk, withdrawn_at=None))


def page_of(client: Client, app: AppVersion) -> str:
    page: str = client.get(f"/t/acme/apps/{app.pk}/checks/").content.decode()
    return page


class TestWaive:
    def test_stands_beside_the_finding_with_name_and_reason(self, app: AppVersion, dev: Client, cast: Cast) -> None:
        checked(app, "hsts")
        assert url(app) in page_of(dev, app)
        assert dev.post(url(app), told()).status_code == 302
        (waiver,) = open_waivers(app)
        assert (waiver.check_id, waiver.reason, waiver.by_name) == ("hsts", "Our proxy\nadds it.", cast.dev.name)
        page = page_of(dev, app)
        assert "Our proxy<br>adds it." in page
        assert url(app) not in page
        assert url(app, page="withdraw") in page
        (record,) = recorded("app.waived")
        assert (record["by"], record["check"], record["until"]) == (cast.dev.name, "hsts", told()["ends_on"])

    @pytest.mark.parametrize("check_id", ["url-form", "icon"])
    def test_only_what_warns(self, app: AppVersion, dev: Client, check_id: str) -> None:
        checked(app, check_id)
        assert url(app, check_id) not in page_of(dev, app)
        answer = dev.post(url(app, check_id), told())
        assert answer.status_code == 409
        assert "Only findings that warn" in answer.content.decode()
        assert open_waivers(app) == []

    def test_unknown_check(self, app: AppVersion, dev: Client) -> None:
        assert dev.get(url(app, "nothing")).status_code == 404
        assert dev.post(url(app, "nothing"), told()).status_code == 404

    @pytest.mark.parametrize(
        "wrong",
        [
            {"reason": ""},
            {"reason": " \n"},
            {"reason": "x" * 1001},
            {"reason": "a\x00"},
            {"ends_on": ""},
            {"ends_on": "soon"},
            told(days=-1),
            told(days=181),
        ],
    )
    def test_invalid_input_is_shown_again(self, app: AppVersion, dev: Client, wrong: dict[str, str]) -> None:
        assert dev.post(url(app), told() | wrong).status_code == 422
        assert open_waivers(app) == []

    @pytest.mark.parametrize("days", [0, 180])
    def test_from_today_to_half_a_year(self, app: AppVersion, dev: Client, days: int) -> None:
        assert dev.post(url(app), told(days)).status_code == 302

    def test_takes_the_place_of_the_one_before(self, app: AppVersion, dev: Client) -> None:
        make_waiver(app)
        dev.post(url(app), told(reason="Another one."))
        assert [one.reason for one in open_waivers(app)] == ["Another one."]
        assert Waiver.all_tenants.count() == 2

    def test_database_keeps_it_to_one(self, app: AppVersion) -> None:
        make_waiver(app)
        with pytest.raises(IntegrityError):
            make_waiver(app)

    def test_no_record_no_waiver(self, app: AppVersion, dev: Client) -> None:
        with audit_refuses("app.waived"):
            assert dev.post(url(app), told()).status_code == 503
        assert open_waivers(app) == []

    @pytest.mark.parametrize("state", ["waiting", "in_check"])
    def test_not_while_others_decide(self, request: Any, state: str, dev: Client) -> None:
        app = request.getfixturevalue(state)
        checked(app, "hsts")
        make_waiver(app)
        assert url(app) not in page_of(dev, app)
        assert url(app, page="withdraw") not in page_of(dev, app)
        assert dev.post(url(app), told()).status_code == 409
        assert dev.post(url(app, page="withdraw")).status_code == 409
        assert len(open_waivers(app)) == 1
        with tenant_scope(app.tenant_id), pytest.raises(StateForbids):
            waive(app, "hsts", reason="x", ends_on=timezone.localdate(), by=SYSTEM)


class TestWithdraw:
    def test_stands_there_as_a_warning_again(self, app: AppVersion, dev: Client, cast: Cast) -> None:
        checked(app, "hsts")
        make_waiver(app)
        assert dev.post(url(app, page="withdraw")).status_code == 302
        assert open_waivers(app) == []
        assert "Our proxy adds it." not in page_of(dev, app)
        (record,) = recorded("app.waiver_withdrawn")
        assert (record["by"], record["check"]) == (cast.dev.name, "hsts")
        assert dev.post(url(app, page="withdraw")).status_code == 404

    def test_no_record_no_withdrawal(self, app: AppVersion, dev: Client) -> None:
        make_waiver(app)
        with audit_refuses("app.waiver_withdrawn"):
            assert dev.post(url(app, page="withdraw")).status_code == 503
        assert len(open_waivers(app)) == 1


class TestStale:
    def test_ended(self, app: AppVersion, dev: Client) -> None:
        checked(app, "hsts")
        make_waiver(app, days=-1)
        page = page_of(dev, app)
        assert "It has ended." in page
        assert url(app) in page, "it can be accepted anew"

    def test_last_day_counts(self, app: AppVersion, dev: Client) -> None:
        checked(app, "hsts")
        make_waiver(app, days=0)
        assert "It has ended." not in page_of(dev, app)

    def test_finding_is_gone(self, app: AppVersion, dev: Client) -> None:
        checked(app)
        make_waiver(app)
        page = page_of(dev, app)
        assert "The newest run found nothing of it." in page
        assert url(app, page="withdraw") in page


class TestWhoDecides:
    def test_approver_and_operator_see_reason_and_lack_of_one(
        self, prepared: AppVersion, dev: Client, dana: Client, cast: Cast
    ) -> None:
        checked(prepared, "hsts", "screenshot")
        make_waiver(prepared)
        make_waiver(prepared, "cookies")
        dev.post(f"/t/acme/apps/{prepared.pk}/submit/")
        page = dana.get(f"/t/acme/apps/{prepared.pk}/approve/").content.decode()
        approve(dana, prepared)
        checked(prepared, "hsts", "screenshot", why="approval")  # type: ignore[arg-type]
        for shown in (page, signed_in(cast.olga).get(f"/operator/releases/acme/{prepared.pk}/").content.decode()):
            assert "Our proxy adds it." in shown
            assert shown.count("Not accepted by anybody.") == 1
            assert "The newest run found nothing of it." in shown
