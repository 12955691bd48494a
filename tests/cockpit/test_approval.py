"""Two pairs of eyes: a developer admin who did not submit a release approves it, for good, or sends it back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal import constants
from portal.actor import Actor, ActorKind
from portal.cockpit.models import AppVersion, Move
from portal.cockpit.release.approval_commands import SubmitterMayNotApprove, approve_release, last_submission
from portal.cockpit.release.notice import notice
from portal.identity.models import User
from portal.scoping import tenant_scope
from tests.cast import Cast, signed_in
from tests.cockpit.reading import again, content, recorded
from tests.cockpit.writing import APPROVAL, RELEASE, approval_shown, approve
from tests.faults import audit_refuses


def url(app: AppVersion, page: str = "approve") -> str:
    return f"/t/acme/apps/{app.pk}/{page}/"


def titles(client: Client) -> list[str]:
    return [item.title for item in client.get("/t/acme/").context["attention"]]


class TestApprove:
    def test_page_shows_what_is_approved(self, waiting: AppVersion, dana: Client, cast: Cast) -> None:
        page = dana.get(url(waiting)).content.decode()
        for told in (
            "IMPORTANT NOTICE",
            "The approval cannot be taken back.",
            cast.dev.name,
            "https://pumpadvisor.acme.example/health",
            "pumpadvisor.default",
            "Read",
            "needs oil.",
        ):
            assert told in page

    def test_approved_and_recorded(self, in_check: AppVersion, dana_user: User, cast: Cast) -> None:
        held = again(in_check)
        assert (held.state, held.approved_by, held.alternate_email) == ("check", dana_user.name, "sub@acme.example")
        assert held.notice.startswith("The approval cannot be taken back.")
        assert held.notice_language == "en"
        (told,) = recorded("release.approved")
        assert (told["by"], told["submitted_by"]) == (dana_user.name, cast.dev.name)
        assert told["alternate_email"] == "sub@acme.example"

    def test_nothing_changes_afterwards(self, in_check: AppVersion, dana: Client, dev: Client) -> None:
        before = content(in_check)
        written = (
            RELEASE | APPROVAL | {"display_name": "x", "scopes": "x", "roles": "x", "reason": "x", "submission": 1}
        )
        for page in (
            *("edit", "roles", "roles/names", "components/add", "component/web", "component/web/remove"),
            *("register", "deregister", "prepare", "submit", "withdraw", "approve", "send-back"),
        ):
            for client in (dana, dev):
                assert client.post(url(in_check, page), written).status_code in {403, 409}, page
        assert content(in_check) == before
        assert again(in_check).state == "check"
        page = dana.get(f"/t/acme/apps/{in_check.pk}/").content.decode()
        assert "This version is approved." in page
        assert "The notice that was accepted" in page
        assert [str(action.label) for action in dana.get(f"/t/acme/apps/{in_check.pk}/").context["actions"]] == []

    def test_new_version_from_it(self, in_check: AppVersion, dev: Client) -> None:
        assert dev.post(url(in_check, "new-version"), {"version": "v1.1.0"}).status_code == 302
        made = AppVersion.all_tenants.get(version="v1.1.0")
        assert (made.state, made.release_description) == ("in_development", again(in_check).release_description)
        assert (made.approved_by, made.alternate_email, made.notice) == ("", "", "")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"accepted": ""},
            {"name_typed": ""},
            {"name_typed": "Pump Advisor"},
            {"alternate_email": ""},
            {"alternate_email": "nobody"},
            {"alternate_email": "a@b.example\r\nBcc: c@d.example"},
            {"alternate_email": "DANA@acme.example"},
            {"submission": "x"},
            {"submission": ""},
        ],
    )
    def test_invalid_input_is_shown_again(self, waiting: AppVersion, dana: Client, wrong: dict[str, Any]) -> None:
        before = content(waiting)
        assert approve(dana, waiting, **wrong).status_code == 422
        assert (again(waiting).state, content(waiting)) == ("waiting", before)

    def test_no_record_no_approval(self, waiting: AppVersion, dana: Client) -> None:
        with audit_refuses("release.approved"):
            assert approve(dana, waiting).status_code == 503
        assert again(waiting).state == "waiting"

    def test_what_was_submitted_anew_meanwhile_was_not_looked_at(
        self, waiting: AppVersion, dana: Client, dev: Client
    ) -> None:
        shown = approval_shown(dana, waiting)
        dev.post(url(waiting, "withdraw"))
        dev.post(url(waiting, "prepare"), RELEASE | {"credentials": "write"})
        dev.post(url(waiting, "submit"))
        assert dana.post(url(waiting), shown).status_code == 409
        assert again(waiting).state == "waiting"
        assert approve(dana, waiting).status_code == 302


class TestNotice:
    def test_kept_as_it_was_read_whatever_the_language_is_by_now(self, waiting: AppVersion, dana: Client) -> None:
        shown = approval_shown(dana, waiting)
        assert dana.post(url(waiting), shown, headers={"accept-language": "de"}).status_code == 302
        held = again(waiting)
        assert (held.notice_language, held.notice) == ("en", notice("en").text)

    def test_shown_again_in_the_language_in_which_it_was_read(self, waiting: AppVersion, dana: Client) -> None:
        shown = approval_shown(dana, waiting)
        answer = dana.post(url(waiting), shown | {"name_typed": ""}, headers={"accept-language": "de"})
        page = answer.content.decode()
        assert '<ul lang="en">' in page
        assert notice("en").lines[1] in page
        assert answer.context["form"]["notice_digest"].value() == notice("en").digest

    @pytest.mark.parametrize(
        "wrong",
        [
            {"notice_digest": ""},
            {"notice_digest": "0" * 64},
            {"notice_language": ""},
            {"notice_language": "xx"},
            {"notice_language": "de"},
        ],
    )
    def test_another_text_is_shown_and_asked_again(
        self, waiting: AppVersion, dana: Client, wrong: dict[str, str]
    ) -> None:
        answer = approve(dana, waiting, **wrong)
        assert answer.status_code == 422
        assert again(waiting).state == "waiting"
        form = answer.context["form"]
        present = notice(form["notice_language"].value())
        page = answer.content.decode()
        assert "The notice has changed." in page
        assert form["notice_digest"].value() == present.digest
        assert present.lines[1] in page
        assert not form["accepted"].value()
        assert form["name_typed"].value() == "pumpadvisor"
        read = {name: form[name].value() for name in ("notice_language", "notice_digest")}
        assert approve(dana, waiting, **read).status_code == 302
        assert again(waiting).notice == present.text


class TestFourEyes:
    @pytest.fixture
    def own(self, prepared: AppVersion, dana: Client) -> AppVersion:
        """Submitted by Dana."""
        dana.post(url(prepared, "submit"))
        return prepared

    def test_submitter_may_not(self, own: AppVersion, dana: Client) -> None:
        page = dana.get(url(own)).content.decode()
        assert "You submitted this release." in page
        assert 'name="accepted"' not in page
        answer = approve(dana, own)
        assert answer.status_code == 403
        assert "another developer admin has to approve it" in answer.content.decode()
        assert again(own).state == "waiting"

    def test_not_under_another_name(self, own: AppVersion, dana: Client, dana_user: User) -> None:
        User.objects.filter(pk=dana_user.pk).update(name="Diana")
        assert approve(dana, own).status_code == 403

    def test_another_of_the_same_name_may(self, own: AppVersion, dan: Client, dan_user: User) -> None:
        User.objects.filter(pk=dan_user.pk).update(name="Dana Dorn")
        assert approve(dan, own).status_code == 302

    def test_deployment_may_do_without(self, own: AppVersion, dana: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(constants, "RELEASE_FOUR_EYES", 0)
        assert approve(dana, own).status_code == 302

    def test_command_asks_itself(self, own: AppVersion, dana_user: User) -> None:
        dana = Actor(ActorKind.PERSON, dana_user.subject, dana_user.name)
        with tenant_scope(own.tenant_id):
            shown = last_submission(own)
            assert shown is not None
            with pytest.raises(SubmitterMayNotApprove):
                approve_release(own, submission=shown.pk, alternate_email="x@y.example", notice=notice(), by=dana)

    def test_developer_does_not_decide(self, waiting: AppVersion, dev: Client) -> None:
        for page in ("approve", "send-back"):
            assert dev.get(url(waiting, page)).status_code == 403
            assert dev.post(url(waiting, page), APPROVAL | {"reason": "x"}).status_code == 403


class TestSendBack:
    def test_with_the_reason_in_the_timeline(self, waiting: AppVersion, dana: Client, dev: Client) -> None:
        reason = "The description\r\ntells <b>nothing</b>."
        assert dana.post(url(waiting, "send-back"), {"reason": reason}).status_code == 302
        assert again(waiting).state == "preparation"
        assert Move.all_tenants.order_by("pk").last().note == "The description\ntells <b>nothing</b>."  # type: ignore[union-attr]
        assert len(recorded("release.sent_back")) == 1
        page = dev.get(f"/t/acme/apps/{waiting.pk}/").content.decode()
        assert "The description<br>tells &lt;b&gt;nothing&lt;/b&gt;." in page
        assert dev.post(url(waiting, "submit")).status_code == 302
        assert approve(dana, waiting).status_code == 302

    @pytest.mark.parametrize("reason", ["", " \n", "x" * 2001, "a\x00b", "a\u202eb"])
    def test_not_without_a_reason(self, waiting: AppVersion, dana: Client, reason: str) -> None:
        assert dana.post(url(waiting, "send-back"), {"reason": reason}).status_code == 422
        assert again(waiting).state == "waiting"


class TestAttention:
    def test_leads_who_can_approve_to_the_release(self, waiting: AppVersion, dana: Client) -> None:
        (item,) = [item for item in dana.get("/t/acme/").context["attention"] if "release" in item.title]
        assert (item.title, item.url) == ("1 release waits for approval", url(waiting))
        approve(dana, waiting)
        assert "1 release waits for approval" not in titles(dana)

    def test_not_for_who_cannot(self, waiting: AppVersion, dev: Client, cast: Cast) -> None:
        for client in (dev, signed_in(cast.alice)):
            assert "1 release waits for approval" not in titles(client)
