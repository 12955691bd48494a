"""Coming back from the Hub: /sign-in/callback/. Who is let in, who is not, and what is recorded."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from werkzeug import Response

from portal import constants
from portal.audit.models import AuditRecord, InstanceRecord
from portal.emulator.testing import RunningEmulator
from portal.identity.attempts import COOKIE
from portal.identity.models import User
from portal.tenants.models import Membership, Tenant
from tests.cast import Cast, make_tenant
from tests.faults import audit_refuses
from tests.identity import flow
from tests.identity.op import HostileOp

ALICE = "alice@acme.example"
TOKEN_ENDPOINT = "POST /core.piam/oauth/token"
KEYS = "GET /core.piam/token_keys"
USERINFO = "GET /core.piam/userinfo"


@pytest.fixture
def acme(db: None, hub: RunningEmulator) -> Tenant:
    """Acme without any member: people become members by signing in."""
    return make_tenant("acme", "Acme Pumps GmbH")


def give_roles(monkeypatch: pytest.MonkeyPatch, hub: RunningEmulator, email: str, *scope: str) -> None:
    """From now on the Hub gives this person these roles and no others."""
    account = hub.hub.directory.by_email(email)
    people = hub.hub.directory._by_id
    monkeypatch.setitem(people, account.user_id, dataclasses.replace(account, scope=scope))


def roles_of(user: User, tenant: Tenant) -> list[str] | None:
    membership = Membership.all_tenants.filter(user=user, tenant=tenant).first()
    return membership.hub_roles if membership else None


class TestAdmission:
    def test_a_new_person_is_signed_in_and_a_member(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        answer = flow.sign_in(browser, hub, ALICE, "/t/acme/keys/")
        assert (answer.status_code, answer["Location"]) == (302, "/t/acme/keys/")
        user = User.objects.get()
        assert (user.issuer, user.subject) == (settings.OIDC_ISSUER, hub.hub.directory.by_email(ALICE).user_id)
        assert (user.name, user.email, user.is_operator) == ("Alice Adler", ALICE, False)
        assert roles_of(user, acme) == ["admin", "viewer"]
        assert browser.session[flow.AUTHENTICATED] == str(user.pk)
        assert browser.get("/t/acme/").status_code == 200

    def test_it_is_recorded_in_the_tenants_log(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        answer = browser.get(flow.pick(hub, flow.start(browser), ALICE), REMOTE_ADDR="192.0.2.7")
        (row,) = flow.records(acme, "sign_in.succeeded")
        user = User.objects.get()
        assert (row.outcome, row.kind, row.actor_id, row.actor_name) == ("ok", "sign_in", user.subject, "Alice Adler")
        assert (row.address, row.request_id) == ("192.0.2.7", answer["X-Request-Id"])
        assert row.facts == {"tenant": "acme", "roles": "admin, viewer"}
        (changed,) = flow.records(acme, "member.changed")
        assert changed.facts == {"roles": "admin, viewer", "before": "—"}
        assert not InstanceRecord.objects.exists()

    def test_a_second_sign_in_is_the_same_person_with_todays_name_and_roles(
        self, acme: Tenant, browser: Client, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flow.sign_in(browser, hub, "dev@acme.example")
        account = hub.hub.directory.by_email("dev@acme.example")
        moved = dataclasses.replace(account, family_name="Novak", scope=("mdsp:core:TenantAdmin", "bindery.auditor"))
        monkeypatch.setitem(hub.hub.directory._by_id, account.user_id, moved)
        flow.sign_in(Client(), hub, "dev@acme.example")
        user = User.objects.get()
        assert user.name == "Dev Novak"
        assert roles_of(user, acme) == ["admin", "auditor"]
        changed = [row.facts for row in flow.records(acme, "member.changed")]
        assert changed[-1] == {"roles": "admin, auditor", "before": "developer, viewer"}
        assert len(flow.records(acme, "sign_in.succeeded")) == 2

    def test_a_role_that_the_hub_took_away_is_gone_in_every_session(
        self, acme: Tenant, browser: Client, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flow.sign_in(browser, hub, ALICE)
        assert browser.get("/t/acme/keys/").status_code == 200
        give_roles(monkeypatch, hub, ALICE, "mdsp:core:StandardUser")
        flow.sign_in(Client(), hub, ALICE)
        assert roles_of(User.objects.get(), acme) == ["viewer"]
        assert browser.get("/t/acme/keys/").status_code == 403

    def test_without_any_role_the_person_is_no_member_any_more(
        self, acme: Tenant, browser: Client, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flow.sign_in(browser, hub, ALICE)
        give_roles(monkeypatch, hub, ALICE, "mdsp:core:Unknown", "some.other.app")
        flow.sign_in(browser, hub, ALICE)
        assert roles_of(User.objects.get(), acme) is None
        (removed,) = flow.records(acme, "member.removed")
        assert removed.facts == {"before": "admin, viewer"}
        assert flow.records(acme, "sign_in.succeeded")[-1].facts["roles"] == "—"
        assert browser.get("/t/acme/").status_code == 404
        assert flow.is_signed_in(browser)

    @pytest.mark.parametrize(
        ("scope", "roles"),
        [
            (("mdsp:core:TenantAdmin",), ["admin"]),
            (("mdsp:core:DeveloperAdmin", "mdsp:core:Developer"), ["developer", "developer_admin"]),
            (("bindery.auditor", "mdsp:core:TenantUser"), ["auditor", "viewer"]),
            (("MDSP:CORE:TENANTADMIN", "mdsp:core:TenantAdminX", "TenantAdmin"), None),
            (("mdsp:core:TenantAdmin mdsp:core:Developer",), None),
            ((), None),
        ],
    )
    def test_roles_come_from_known_scopes_only(
        self,
        acme: Tenant,
        browser: Client,
        hub: RunningEmulator,
        monkeypatch: pytest.MonkeyPatch,
        scope: tuple[str, ...],
        roles: list[str] | None,
    ) -> None:
        give_roles(monkeypatch, hub, ALICE, *scope)
        assert flow.sign_in(browser, hub, ALICE).status_code == 302
        assert roles_of(User.objects.get(), acme) == roles

    def test_the_email_address_is_not_the_identity(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        other = User.objects.create(issuer="https://other.example", subject="1", name="Mallory", email=ALICE)
        flow.sign_in(browser, hub, ALICE)
        assert User.objects.count() == 2
        assert browser.session[flow.AUTHENTICATED] != str(other.pk)

    def test_the_same_subject_of_another_issuer_is_another_person(
        self, acme: Tenant, browser: Client, hub: RunningEmulator
    ) -> None:
        subject = hub.hub.directory.by_email(ALICE).user_id
        User.objects.create(issuer="https://other.example", subject=subject, name="Mallory", is_operator=True)
        flow.sign_in(browser, hub, ALICE)
        assert browser.session[flow.AUTHENTICATED] == str(User.objects.get(issuer=settings.OIDC_ISSUER).pk)
        assert User.objects.get(issuer="https://other.example").name == "Mallory"

    def test_a_tenant_unknown_here_lets_in_but_shows_no_tenant(
        self, acme: Tenant, browser: Client, hub: RunningEmulator
    ) -> None:
        answer = flow.sign_in(browser, hub, "charlie@globex.example")
        assert answer.status_code == 302
        home = browser.get("/")
        assert home.status_code == 200
        assert "no tenant lists you as a member" in home.content.decode()
        assert not Membership.all_tenants.exists()
        (row,) = InstanceRecord.objects.all()
        assert (row.name, row.outcome) == ("sign_in.succeeded", "ok")
        assert row.facts == {"tenant": "globex", "roles": "admin, viewer"}
        assert not AuditRecord.all_tenants.filter(tenant=acme).exists()

    def test_a_tenant_of_another_environment_is_not_entered(
        self, acme: Tenant, browser: Client, hub: RunningEmulator
    ) -> None:
        Tenant.objects.filter(pk=acme.pk).update(environment="eu1")
        assert flow.sign_in(browser, hub, ALICE).status_code == 302
        assert not Membership.all_tenants.exists()
        assert browser.get("/t/acme/").status_code == 404
        assert not AuditRecord.all_tenants.exists()

    def test_an_admin_of_one_tenant_is_none_of_another(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        flow.sign_in(browser, hub, "charlie@globex.example")
        assert roles_of(cast.charlie, cast.acme) is None
        assert browser.get("/t/acme/").status_code == 404
        assert browser.get("/t/globex/").status_code == 200

    def test_the_way_leaves_no_open_attempt_behind(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        flow.sign_in(browser, hub, ALICE)
        assert browser.cookies[COOKIE].value == ""
        assert browser.cookies[COOKIE]["max-age"] == 0


class TestOperators:
    def test_the_scope_makes_an_operator_of_somebody_in_an_operators_tenant(
        self, acme: Tenant, browser: Client, hub: RunningEmulator
    ) -> None:
        flow.sign_in(browser, hub, "olga@acme.example")
        assert User.objects.get().is_operator
        assert browser.get("/operator/").status_code == 200

    def test_the_scope_of_another_tenant_makes_nobody_an_operator(
        self, cast: Cast, browser: Client, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        give_roles(monkeypatch, hub, "charlie@globex.example", "bindery.operator", "mdsp:core:TenantAdmin")
        flow.sign_in(browser, hub, "charlie@globex.example")
        cast.charlie.refresh_from_db()
        assert not cast.charlie.is_operator
        assert browser.get("/operator/").status_code == 404

    def test_without_operator_tenants_nobody_is_an_operator(
        self, acme: Tenant, browser: Client, hub: RunningEmulator, settings: Any
    ) -> None:
        settings.OPERATOR_TENANTS = set()
        flow.sign_in(browser, hub, "olga@acme.example")
        assert not User.objects.get().is_operator

    def test_who_lost_the_scope_is_an_operator_no_more(
        self, cast: Cast, browser: Client, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        give_roles(monkeypatch, hub, "olga@acme.example", "mdsp:core:StandardUser")
        flow.sign_in(browser, hub, "olga@acme.example")
        cast.olga.refresh_from_db()
        assert not cast.olga.is_operator


class TestAttempt:
    """The answer must belong to an attempt of this browser, once, in time (RFC 9700 section 4.7)."""

    def test_without_state(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        code = flow.asked(flow.pick(hub, flow.start(browser), ALICE))["code"]
        flow.assert_refused(browser, browser.get(flow.callback(code=code)), "state")

    @pytest.mark.parametrize("state", ["", "x", "\x00", "é", "A" * 5000])
    def test_with_a_state_of_nobody(self, browser: Client, state: str) -> None:
        flow.start(browser)
        flow.assert_refused(browser, browser.get(flow.callback(code="c", state=state)), "state")

    def test_says_what_to_do(self, browser: Client) -> None:
        page = browser.get("/sign-in/callback/?code=c&state=s").content.decode()
        assert "Start again from the sign-in page" in page

    def test_a_second_time(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        back = flow.pick(hub, flow.start(browser), ALICE)
        browser.get(back)
        before = Session.objects.get().session_key
        assert browser.get(back).status_code == 403
        assert flow.reasons() == ["state"]
        assert Session.objects.get().session_key == before

    def test_a_second_time_with_the_cookie_put_back(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        """The cookie is in the hands of the browser: a code must be good for one sign-in even so."""
        back = flow.pick(hub, flow.start(browser), ALICE)
        kept = browser.cookies[COOKIE].value
        browser.get(back)
        thief = Client()
        thief.cookies[COOKIE] = kept
        assert thief.get(back).status_code == 403
        assert flow.reasons() == ["code"]
        assert not flow.is_signed_in(thief)

    def test_in_another_browser(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        """Login CSRF: the answer to the attacker's sign-in, opened in the victim's browser."""
        back = flow.pick(hub, flow.start(browser), ALICE)
        victim = Client()
        flow.start(victim)
        flow.assert_refused(victim, victim.get(back), "state")

    def test_with_the_code_of_another_browser(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        """Code injection: the victim's code with the attacker's own state; PKCE and nonce bind the code."""
        stolen = flow.asked(flow.pick(hub, flow.start(browser), ALICE))["code"]
        attacker = Client()
        state = flow.asked(flow.start(attacker))["state"]
        flow.assert_refused(attacker, attacker.get(flow.callback(code=stolen, state=state)), "code")

    def test_just_in_time(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        started = time.time()
        with time_machine.travel(started, tick=False):
            location = flow.start(browser)
        with time_machine.travel(started + 590, tick=False):
            assert browser.get(flow.pick(hub, location, ALICE)).status_code == 302

    def test_too_late(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        started = time.time()
        with time_machine.travel(started, tick=False):
            location = flow.start(browser)
        with time_machine.travel(started + 590, tick=False):
            back = flow.pick(hub, location, ALICE)
        with time_machine.travel(started + 602, tick=False):
            flow.assert_refused(browser, browser.get(back), "state")

    def test_another_tab_does_not_lengthen_it(self, browser: Client, op: HostileOp) -> None:
        started = time.time()
        with time_machine.travel(started, tick=False):
            state = op.begin(browser)
        nonce = op.nonce
        with time_machine.travel(started + 590, tick=False):
            op.begin(browser)
        with time_machine.travel(started + 700, tick=False):
            op.nonce = nonce
            flow.assert_refused(browser, op.finish(browser, state), "state")

    def test_an_answer_uses_it_up_even_when_it_is_refused(
        self, acme: Tenant, browser: Client, hub: RunningEmulator
    ) -> None:
        back = flow.pick(hub, flow.start(browser), ALICE)
        state = flow.asked(back)["state"]
        assert browser.get(flow.callback(state=state, error="access_denied")).status_code == 403
        assert browser.get(back).status_code == 403
        assert flow.reasons() == ["hub_refused", "state"]
        assert not Session.objects.exists()


class TestAnswerOfTheHub:
    @pytest.mark.parametrize(
        "issuer",
        [
            "",
            "https://evil.example/oauth/token",
            "{issuer}/",
            "{issuer}x",
            "{hub}/acme.piam/oauth/token",
            "{hub}/globex.piam/oauth/token",
            "{hub}/core.piam",
        ],
    )
    def test_a_mixed_up_issuer(self, acme: Tenant, browser: Client, hub: RunningEmulator, issuer: str) -> None:
        """RFC 9207 section 2.4."""
        parameters = flow.asked(flow.pick(hub, flow.start(browser), ALICE))
        wrong = issuer.format(issuer=settings.OIDC_ISSUER, hub=hub.url)
        hub.requests.clear()
        answer = browser.get(flow.callback(code=parameters["code"], state=parameters["state"], iss=wrong))
        flow.assert_refused(browser, answer, "mixed_up_issuer")
        assert len(hub.requests) == 0

    def test_no_issuer_is_as_old_identity_hosts_answer(
        self, acme: Tenant, browser: Client, hub: RunningEmulator
    ) -> None:
        parameters = flow.asked(flow.pick(hub, flow.start(browser), ALICE))
        answer = browser.get(flow.CALLBACK, {"code": parameters["code"], "state": parameters["state"]})
        assert answer.status_code == 302

    def test_the_person_cancelled(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        flow.assert_refused(browser, browser.get(flow.cancel(hub, flow.start(browser))), "hub_refused")

    @pytest.mark.parametrize("error", ["access_denied", "server_error", "<script>alert(1)</script>", ""])
    def test_an_error_with_a_code_beside_it(
        self, acme: Tenant, browser: Client, hub: RunningEmulator, error: str
    ) -> None:
        parameters = flow.asked(flow.pick(hub, flow.start(browser), ALICE))
        answer = browser.get(
            flow.callback(**parameters | {"error": error, "error_description": "<b>words of the Hub</b>"})
        )
        flow.assert_refused(browser, answer, "hub_refused")
        assert "<script>alert" not in answer.content.decode()
        assert "words of the Hub" not in answer.content.decode()

    @pytest.mark.parametrize("parameters", [{}, {"code": ""}])
    def test_no_code(self, browser: Client, parameters: dict[str, str]) -> None:
        state = flow.asked(flow.start(browser))["state"]
        flow.assert_refused(browser, browser.get(flow.callback(state=state, **parameters)), "no_code")

    @pytest.mark.parametrize("code", ["x", "../../x", "a&code=b", "é", "\x00", "\r\nX: y", "A" * 5000])
    def test_a_code_that_the_hub_did_not_give(self, browser: Client, hub: RunningEmulator, code: str) -> None:
        state = flow.asked(flow.start(browser))["state"]
        flow.assert_refused(browser, browser.get(flow.callback(state=state, code=code)), "code")

    def test_a_code_that_waited_too_long(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        back = flow.pick(hub, flow.start(browser), ALICE)
        hub.clock.shift(61)
        flow.assert_refused(browser, browser.get(back), "code")

    def test_a_hub_whose_clock_is_far_ahead(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        hub.clock.shift(constants.CLOCK_LEEWAY + 10)
        flow.assert_refused(browser, flow.sign_in(browser, hub, ALICE), "not_yet_valid")

    @pytest.mark.parametrize("seconds", [50, -50, -1700])
    def test_a_hub_whose_clock_is_a_little_off(
        self, acme: Tenant, browser: Client, hub: RunningEmulator, seconds: int
    ) -> None:
        hub.clock.shift(seconds)
        assert flow.sign_in(browser, hub, ALICE).status_code == 302

    def test_an_expired_token(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        hub.clock.shift(-1800 - constants.CLOCK_LEEWAY - 10)
        flow.assert_refused(browser, flow.sign_in(browser, hub, ALICE), "expired")

    @pytest.mark.parametrize(
        ("pattern", "status", "body"),
        [
            (TOKEN_ENDPOINT, 500, ""),
            (TOKEN_ENDPOINT, 503, '{"id_token": "x"}'),
            (TOKEN_ENDPOINT, 200, "<html>"),
            (TOKEN_ENDPOINT, 200, ""),
            (TOKEN_ENDPOINT, 200, "[]"),
            (TOKEN_ENDPOINT, 200, "null"),
            (TOKEN_ENDPOINT, 200, '"text"'),
            (TOKEN_ENDPOINT, 200, "[" * 100_000),
            (TOKEN_ENDPOINT, 200, '{"id_token":'),
            (KEYS, 500, ""),
            (KEYS, 200, "<html>"),
            (KEYS, 200, "{}"),
            (KEYS, 200, "[]"),
            (KEYS, 200, '{"keys": null}'),
            (KEYS, 200, '{"keys": {}}'),
            (KEYS, 200, '{"keys": ["x"]}'),
            (USERINFO, 500, ""),
            (USERINFO, 401, "{}"),
            (USERINFO, 403, "{}"),
            (USERINFO, 302, ""),
            (USERINFO, 200, "<html>"),
            (USERINFO, 200, "[]"),
        ],
    )
    def test_a_fault_of_the_hub_is_told_and_lets_nobody_in(
        self, acme: Tenant, browser: Client, hub: RunningEmulator, pattern: str, status: int, body: str
    ) -> None:
        back = flow.pick(hub, flow.start(browser), ALICE)
        hub.faults.add(pattern, status=status, body=body)
        answer = browser.get(back)
        assert answer.status_code == 502
        assert answer["X-Request-Id"] in answer.content.decode()
        assert not flow.is_signed_in(browser)
        assert not Session.objects.exists()
        assert not AuditRecord.all_tenants.exists()
        assert not User.objects.exists()
        assert flow.reasons() == ["hub_error"]

    @pytest.mark.parametrize("pattern", [TOKEN_ENDPOINT, KEYS, USERINFO])
    @pytest.mark.parametrize("how", ["drop", "truncate"])
    def test_a_hub_that_breaks_off(
        self, acme: Tenant, browser: Client, hub: RunningEmulator, pattern: str, how: str
    ) -> None:
        back = flow.pick(hub, flow.start(browser), ALICE)
        hub.faults.add(pattern, drop=how == "drop", truncate=how == "truncate")
        assert browser.get(back).status_code == 502
        assert not Session.objects.exists()

    @pytest.mark.parametrize("path", ["/oauth/token", "/token_keys", "/userinfo"])
    def test_a_hub_that_does_not_answer_in_time(
        self, browser: Client, op: HostileOp, monkeypatch: pytest.MonkeyPatch, path: str
    ) -> None:
        monkeypatch.setattr(constants, "HUB_READ_TIMEOUT", 0.1)
        op.server.answers[path] = op.server.say_nothing
        assert op.finish(browser, op.begin(browser)).status_code == 504
        assert not Session.objects.exists()

    def test_a_hub_that_cannot_be_reached(self, acme: Tenant, browser: Client, settings: Any) -> None:
        settings.OIDC_OP_TOKEN_ENDPOINT = "http://127.0.0.1:9/oauth/token"
        state = flow.asked(flow.start(browser))["state"]
        assert browser.get(flow.callback(state=state, code="c")).status_code == 502

    @pytest.mark.parametrize("subject", ['"someone-else"', "null", '""', "7", '["x"]'])
    def test_userinfo_of_somebody_else(self, acme: Tenant, browser: Client, hub: RunningEmulator, subject: str) -> None:
        """OpenID Connect Core 5.3.2."""
        hub.faults.add(USERINFO, status=200, body=f'{{"sub": {subject}, "email": "{ALICE}"}}')
        flow.assert_refused(browser, flow.sign_in(browser, hub, ALICE), "userinfo_sub")
        assert not User.objects.exists()

    def test_a_redirect_of_the_token_endpoint_is_not_followed(self, browser: Client, op: HostileOp) -> None:
        op.server.answers["/oauth/token"] = lambda request: Response("", 307, headers={"Location": "/elsewhere"})
        state = op.begin(browser)
        assert op.finish(browser, state).status_code in {403, 502}
        assert not op.server.requests_of("/elsewhere")
        assert not Session.objects.exists()

    def test_the_clients_secret_is_sent_to_the_token_endpoint_only(self, browser: Client, op: HostileOp) -> None:
        state = op.begin(browser)
        assert op.finish(browser, state).status_code == 302
        secret = settings.OIDC_RP_CLIENT_SECRET
        told = [seen.target for seen in op.server.seen if secret.encode() in seen.body or secret in str(seen.headers)]
        assert told == ["/oauth/token"]


class TestPersonDisabledHere:
    def test_is_refused(self, cast: Cast, browser: Client, hub: RunningEmulator) -> None:
        User.objects.filter(pk=cast.alice.pk).update(is_active=False)
        flow.assert_refused(browser, flow.sign_in(browser, hub, ALICE), "person_disabled")
        assert not flow.records(cast.acme, "sign_in.succeeded")

    def test_loses_the_open_session_at_once(self, cast: Cast, alice: Client) -> None:
        assert alice.get("/t/acme/").status_code == 200
        User.objects.filter(pk=cast.alice.pk).update(is_active=False)
        assert alice.get("/t/acme/").status_code == 302
        assert alice.post("/sign-in/out/").status_code == 302
        assert not flow.records(cast.acme, "sign_in.ended")


class TestAuditLogFails:
    """No record, no effect."""

    def test_nobody_is_let_in(self, acme: Tenant, browser: Client, hub: RunningEmulator) -> None:
        back = flow.pick(hub, flow.start(browser), ALICE)
        with audit_refuses("sign_in.succeeded"):
            answer = browser.get(back)
        assert answer.status_code == 503
        assert not flow.is_signed_in(browser)
        assert not Session.objects.exists()
        assert not Membership.all_tenants.exists()
        assert not AuditRecord.all_tenants.exists()

    def test_nobody_becomes_an_operator(
        self, cast: Cast, browser: Client, hub: RunningEmulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        give_roles(monkeypatch, hub, "dev@acme.example", "bindery.operator")
        back = flow.pick(hub, flow.start(browser), "dev@acme.example")
        with audit_refuses("sign_in.succeeded"):
            assert browser.get(back).status_code == 503
        cast.dev.refresh_from_db()
        assert not cast.dev.is_operator

    def test_a_refusal_that_cannot_be_recorded_is_a_refusal(self, browser: Client) -> None:
        with audit_refuses():
            assert browser.get("/sign-in/callback/?state=s&code=c").status_code == 503
        assert not Session.objects.exists()
