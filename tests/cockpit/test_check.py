"""The end of the check, by the operator: ready for assignment, or back with what has to be put right."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from portal.cockpit.models import APPROVAL_FIELDS, AppVersion, CheckReason, Move
from portal.identity.models import User
from portal.notify.models import OutgoingMail
from portal.scoping import tenant_scope
from portal.tenants.models import Membership
from tests.cast import Cast, signed_in
from tests.cockpit.reading import again, content, recorded
from tests.cockpit.running import checked
from tests.cockpit.test_dossier import read
from tests.cockpit.writing import RELEASE, approve, end_check
from tests.faults import audit_refuses

LIST = "/operator/releases/"


@pytest.fixture
def olga(cast: Cast) -> Client:
    return signed_in(cast.olga)


def url(app: AppVersion, tenant: str = "acme") -> str:
    return f"{LIST}{tenant}/{app.pk}/"


def end(client: Client, app: AppVersion, outcome: str = "pass", reason: str = "") -> Any:
    return end_check(client, app, outcome=outcome, reason=reason)


def mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template="release_checked").order_by("recipient"))


def test_listed_and_shown(in_check: AppVersion, olga: Client, dana_user: User) -> None:
    page = olga.get(LIST).content.decode()
    assert url(in_check) in page
    assert dana_user.name in page
    page = olga.get(url(in_check)).content.decode()
    for told in ("needs oil.", "https://pumpadvisor.acme.example/health", "sub@acme.example", "pumpadvisor.default"):
        assert told in page
    (item,) = [item for item in olga.get("/t/acme/").context["attention"] if item.url == LIST]
    assert item.title == "A release waits for its check"


def test_nothing_waits(olga: Client, waiting: AppVersion) -> None:
    assert "No release waits for a check" in olga.get(LIST).content.decode()
    assert olga.get(url(waiting)).status_code == 409
    assert end(olga, waiting).status_code == 409
    assert again(waiting).state == "waiting"


class TestPassed:
    def test_ready_and_recorded_and_told(self, in_check: AppVersion, olga: Client, cast: Cast) -> None:
        before = content(in_check)
        assert end(olga, in_check)["Location"] == LIST
        assert (again(in_check).state, content(in_check)) == ("ready", before)
        (told,) = recorded("release.check_passed")
        assert (told["by"], told["subject"]) == (cast.olga.name, in_check.subject)
        assert [mail.recipient for mail in mails()] == ["dana@acme.example", "sub@acme.example"]
        for mail in mails():
            assert mail.subject == "Pump Advisor v1.0.0 is ready for assignment"
            assert f"http://localhost:8000/t/acme/apps/{in_check.pk}/" in mail.text

    def test_is_the_end(self, in_check: AppVersion, olga: Client, dana: Client) -> None:
        end(olga, in_check)
        assert end(olga, in_check, "fail", "late").status_code == 409
        page = dana.get(f"/t/acme/apps/{in_check.pk}/")
        assert page.context["actions"] == []
        assert [stage.is_current for stage in page.context["timeline"]][-1]
        for verb in ("deregister", "prepare", "withdraw"):
            assert dana.post(f"/t/acme/apps/{in_check.pk}/{verb}/", RELEASE).status_code == 409

    def test_approver_who_left_gets_no_mail(self, in_check: AppVersion, olga: Client, dana_user: User) -> None:
        with tenant_scope(in_check.tenant_id):
            Membership.objects.filter(user=dana_user).delete()
        end(olga, in_check)
        assert [mail.recipient for mail in mails()] == ["sub@acme.example"]

    def test_no_record_neither_end_nor_mail(self, in_check: AppVersion, olga: Client) -> None:
        with audit_refuses("release.check_passed"):
            assert end(olga, in_check).status_code == 503
        assert again(in_check).state == "check"
        assert mails() == []


class TestFailed:
    def test_reason_is_told_and_the_way_leads_through_another_approval(
        self, in_check: AppVersion, olga: Client, dev: Client, dana: Client
    ) -> None:
        before = content(in_check)
        assert end(olga, in_check, "fail", "The health endpoint\nasks for a token.").status_code == 302
        assert (again(in_check).state, content(in_check)) == ("remediation", before)
        assert len(recorded("release.check_failed")) == 1
        for mail in mails():
            assert mail.subject == "Pump Advisor v1.0.0 needs a remediation"
            assert "The health endpoint asks for a token." in mail.text
        app_url = f"/t/acme/apps/{in_check.pk}/"
        page = dev.get(app_url)
        assert "asks for a token." in page.content.decode()
        assert [str(action.label) for action in page.context["actions"]] == ["Prepare release…"]
        assert dev.post(f"{app_url}submit/").status_code == 409
        assert dev.post(f"{app_url}prepare/", RELEASE | {"health_path": "/healthz"}).status_code == 302
        assert {name: content(in_check)[name] for name in APPROVAL_FIELDS} == dict.fromkeys(APPROVAL_FIELDS, "")
        checked(in_check)
        assert dev.post(f"{app_url}submit/").status_code == 302
        assert end(olga, in_check).status_code == 409
        assert approve(dana, in_check).status_code == 302
        checked(in_check, why=CheckReason.APPROVAL)
        assert end(olga, in_check).status_code == 302
        assert again(in_check).state == "ready"

    @pytest.mark.parametrize(
        ("outcome", "reason"), [("fail", ""), ("fail", " \n "), ("", "x"), ("maybe", "x"), ("fail", "a\x00")]
    )
    def test_invalid_input_is_shown_again(self, in_check: AppVersion, olga: Client, outcome: str, reason: str) -> None:
        assert end(olga, in_check, outcome, reason).status_code == 422
        assert again(in_check).state == "check"


class TestWhatWasSeen:
    @pytest.mark.parametrize("outcome", ["pass", "fail"])
    def test_verdict_is_about_the_approval_that_the_page_showed(
        self, in_check: AppVersion, olga: Client, dev: Client, dana: Client, outcome: str
    ) -> None:
        seen = olga.get(url(in_check)).context["form"]["approval"].value()
        app_url = f"/t/acme/apps/{in_check.pk}/"
        end(olga, in_check, "fail", "Too slow.")
        dev.post(f"{app_url}prepare/", RELEASE | {"credentials": "write"})
        checked(in_check)
        dev.post(f"{app_url}submit/")
        assert approve(dana, in_check).status_code == 302
        checked(in_check, why=CheckReason.APPROVAL)
        answer = olga.post(url(in_check), {"outcome": outcome, "reason": "x", "approval": seen})
        assert answer.status_code == 409
        assert again(in_check).state == "check"
        assert end(olga, in_check, outcome, "x").status_code == 302

    @pytest.mark.parametrize("approval", ["", "x", "0"])
    def test_not_without_an_approval(self, in_check: AppVersion, olga: Client, approval: str) -> None:
        assert olga.post(url(in_check), {"outcome": "pass", "approval": approval}).status_code in {409, 422}
        assert again(in_check).state == "check"


class TestApprovalEnds:
    def test_everything_can_change_and_the_approval_before_stays_told(
        self, in_check: AppVersion, olga: Client, dev: Client, dana: Client, dana_user: User
    ) -> None:
        app_url = f"/t/acme/apps/{in_check.pk}/"
        end(olga, in_check, "fail", "Too slow.")
        page = dev.get(app_url).content.decode()
        assert "The check has failed." in page
        assert "This version is approved." not in page
        assert "prepare the release anew" in dev.post(f"{app_url}edit/", {}).content.decode()
        dev.post(f"{app_url}prepare/", RELEASE)
        assert dev.post(f"{app_url}deregister/").status_code == 302
        page = dev.get(app_url)
        assert "The notice that was accepted" not in page.content.decode()
        assert dana_user.name in [stage.by for stage in page.context["timeline"]]
        (approval,) = Move.all_tenants.exclude(approval=None)
        assert (approval.verb, approval.approval["alternate_email"]) == ("approve", "sub@acme.example")
        assert approval.approval["notice"].startswith("The approval cannot be taken back.")
        assert dev.post(f"{app_url}register/").status_code == 302
        dev.post(f"{app_url}prepare/", RELEASE)
        checked(in_check)
        assert dev.post(f"{app_url}submit/").status_code == 302
        files = read(dev.get(f"{app_url}dossier.zip").content)
        assert json.loads(files["release.json"])["approval"]["approved_by"] == ""
        assert "notice.txt" not in files
        assert approve(dana, in_check, alternate_email="other@acme.example").status_code == 302
        told = json.loads(read(dev.get(f"{app_url}dossier.zip").content)["approvals.json"])
        assert [one["alternate_email"] for one in told] == ["sub@acme.example", "other@acme.example"]
        assert {(one["by"], one["notice_language"], one["notice"]) for one in told} == {
            (dana_user.name, "en", again(in_check).notice)
        }


def test_address_of_another_tenant_leads_to_nothing(in_check: AppVersion, olga: Client) -> None:
    assert olga.get(url(in_check, "globex")).status_code == 404
    assert olga.post(url(in_check, "globex"), {"outcome": "pass"}).status_code == 404
    assert again(in_check).state == "check"
