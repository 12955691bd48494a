"""The life of a tenant: the table, and what suspending stops and resuming restores."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord, InstanceRecord
from portal.emulator.testing import RunningEmulator
from portal.identity.models import User
from portal.notify.models import OutgoingMail
from portal.tenants import commands
from portal.tenants.models import Tenant
from portal.tenants.states import TRANSITIONS, StateForbids, TenantState, Verb, target_of, verbs_of
from tests.cast import Cast, get_token, make_key, make_upstream_key, signed_in
from tests.identity import flow

VERBS = sorted({transition.verb for transition in TRANSITIONS})


class TestTable:
    def test_nothing_leads_out_of_the_archive(self) -> None:
        assert verbs_of(TenantState.ARCHIVED) == set()

    def test_every_state_can_be_reached(self) -> None:
        reached = {TenantState.REQUESTED} | {transition.target for transition in TRANSITIONS}
        assert reached == set(TenantState)

    @pytest.mark.parametrize("state", TenantState)
    @pytest.mark.parametrize("verb", VERBS)
    def test_what_is_not_in_it_is_refused(self, state: TenantState, verb: str) -> None:
        if verb in verbs_of(state):
            assert target_of(state, verb) in TenantState
        else:
            with pytest.raises(StateForbids):
                target_of(state, verb)

    @given(st.lists(st.sampled_from(VERBS)))
    def test_no_way_leads_to_an_active_tenant_but_over_its_provisioning(self, verbs: list[str]) -> None:
        state, seen = TenantState.REQUESTED, [TenantState.REQUESTED]
        for verb in verbs:
            if verb in verbs_of(state):
                state = target_of(state, verb)
                seen.append(state)
        if TenantState.ACTIVE in seen:
            assert seen.index(TenantState.PROVISIONING) < seen.index(TenantState.ACTIVE)
        if TenantState.ARCHIVED in seen:
            assert seen[-1] == TenantState.ARCHIVED

    def test_database_knows_no_other_state(self, cast: Cast) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Tenant.objects.update(state="sleeping")


@pytest.fixture
def line(cast: Cast) -> tuple[Any, str, str]:
    """A key of globex with its secret and a token that it got."""
    make_upstream_key(cast.globex)
    key, secret = make_key(cast.globex)
    return key, secret, get_token(Client(), key, secret)


def call(token: str) -> int:
    answer = Client().get("/api/assetmanagement/v3/assets", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code


def ask_token(key: Any, secret: str) -> Any:
    form = f"grant_type=client_credentials&client_id={key.client_id}&client_secret={secret}"
    return Client().post("/oauth/token", form, content_type="application/x-www-form-urlencoded")


def refused(tenant: Tenant) -> list[str]:
    rows = AuditRecord.all_tenants.filter(tenant=tenant, outcome="denied").order_by("index")
    return [str(row.facts["reason"]) for row in rows]


def suspend(cast: Cast, reason: str = "The invoice of October is open.") -> None:
    commands.suspend_tenant(cast.globex, reason=reason, by=SYSTEM)


class TestSuspended:
    def test_keys_get_nothing_with_their_next_call(self, cast: Cast, line: Any) -> None:
        key, secret, token = line
        assert call(token) == 200
        suspend(cast)
        assert call(token) == 401
        answer = ask_token(key, secret)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
        assert refused(cast.globex) == ["tenant_suspended", "tenant_suspended"]

    def test_people_see_the_reason_instead_of_pages(self, cast: Cast) -> None:
        charlie = signed_in(cast.charlie)
        assert charlie.get("/t/globex/").status_code == 200
        suspend(cast)
        for url in ("/t/globex/", "/t/globex/keys/", "/t/globex/members/invite/"):
            answer = charlie.get(url)
            assert answer.status_code == 403
            assert "The invoice of October is open." in answer.content.decode()
        assert charlie.post("/t/globex/keys/create/", {"name": "Line 7"}).status_code == 403
        start = charlie.get("/")
        assert start.status_code == 200
        assert "The invoice of October is open." in start.content.decode()

    def test_nobody_signs_in_through_it(self, cast: Cast, hub: RunningEmulator) -> None:
        suspend(cast)
        browser = Client()
        answer = flow.sign_in(browser, hub, "charlie@globex.example")
        assert answer.status_code == 403
        assert "your tenant is suspended" in answer.content.decode()
        assert not flow.is_signed_in(browser)
        assert flow.reasons() == ["tenant_suspended"]

    def test_an_operator_signs_in_even_then(self, cast: Cast, hub: RunningEmulator) -> None:
        """OPERATOR_TENANTS may have been changed to a tenant that is suspended: only an operator can resume it."""
        Tenant.objects.filter(name="acme").update(state=TenantState.SUSPENDED)
        browser = Client()
        flow.sign_in(browser, hub, "olga@acme.example")
        assert browser.get("/operator/tenants/").status_code == 200

    def test_other_tenants_do_not_notice(self, cast: Cast, alice: Client) -> None:
        make_upstream_key(cast.acme)
        token = get_token(Client(), *make_key(cast.acme))
        suspend(cast)
        assert call(token) == 200
        assert alice.get("/t/acme/").status_code == 200

    def test_resuming_restores_all(self, cast: Cast, line: Any, hub: RunningEmulator) -> None:
        key, secret, token = line
        suspend(cast)
        commands.resume_tenant(cast.globex, by=SYSTEM)
        assert call(token) == 200
        assert ask_token(key, secret).status_code == 200
        assert signed_in(cast.charlie).get("/t/globex/keys/").status_code == 200
        assert flow.sign_in(Client(), hub, "charlie@globex.example")["Location"] == "/"

    def test_contact_and_admins_get_a_mail_each_time(self, cast: Cast) -> None:
        Tenant.objects.filter(name="globex").update(contact_email="office@globex.example")
        for _ in range(2):
            suspend(cast)
            commands.resume_tenant(cast.globex, by=SYSTEM)
        sent = OutgoingMail.objects.values_list("template", "recipient")
        assert sorted(sent) == sorted(
            (template, to)
            for template in ("tenant_suspended", "tenant_resumed")
            for to in ("office@globex.example", "charlie@globex.example")
            for _ in range(2)
        )

    def test_a_long_address_does_not_stop_it(self, cast: Cast) -> None:
        longest = f"{'a' * 64}@{'.'.join(['b' * 58] * 3)}.example"
        Tenant.objects.filter(name="globex").update(contact_email=longest)
        suspend(cast)
        assert OutgoingMail.objects.filter(recipient=longest).exists()

    def test_admins_read_it_in_their_language(self, cast: Cast) -> None:
        User.objects.filter(pk=cast.charlie.pk).update(language="de")
        suspend(cast)
        assert OutgoingMail.objects.get().language == "de"

    def test_who_is_no_admin_any_more_does_not_hear_of_it(self, cast: Cast) -> None:
        Tenant.objects.filter(name="globex").update(first_admin_email="gone@rival.example")
        suspend(cast)
        assert [mail.recipient for mail in OutgoingMail.objects.all()] == ["charlie@globex.example"]

    def test_the_operators_own_tenant_is_not_suspended(self, cast: Cast) -> None:
        with pytest.raises(commands.TenantIsOperators):
            commands.suspend_tenant(cast.acme, reason="oops", by=SYSTEM)
        assert Tenant.objects.get(name="acme").state == TenantState.ACTIVE

    def test_a_second_time_is_refused(self, cast: Cast) -> None:
        suspend(cast)
        with pytest.raises(StateForbids):
            suspend(cast, "again")
        assert Tenant.objects.get(name="globex").state_reason == "The invoice of October is open."


class TestArchived:
    @pytest.fixture
    def archived(self, cast: Cast) -> None:
        suspend(cast)
        commands.archive_tenant(cast.globex, by=SYSTEM)

    def test_its_pages_are_gone(self, cast: Cast, archived: None) -> None:
        charlie = signed_in(cast.charlie)
        assert charlie.get("/t/globex/").status_code == 404
        assert "no tenant lists you" in charlie.get("/").content.decode()

    def test_its_people_are_strangers(self, cast: Cast, archived: None, hub: RunningEmulator) -> None:
        browser = Client()
        flow.sign_in(browser, hub, "charlie@globex.example")
        assert browser.get("/t/globex/").status_code == 404
        assert InstanceRecord.objects.filter(name="sign_in.succeeded").exists()

    def test_its_keys_never_work_again(self, cast: Cast, line: Any) -> None:
        key, secret, token = line
        suspend(cast)
        commands.archive_tenant(cast.globex, by=SYSTEM)
        assert (call(token), ask_token(key, secret).status_code) == (401, 401)
        with pytest.raises(StateForbids):
            commands.resume_tenant(cast.globex, by=SYSTEM)


@pytest.mark.parametrize("state", [TenantState.REQUESTED, TenantState.PROVISIONING])
def test_a_tenant_that_is_not_ready_says_so(state: TenantState, cast: Cast, line: Any) -> None:
    Tenant.objects.filter(name="globex").update(state=state)
    page = signed_in(cast.charlie).get("/t/globex/")
    assert page.status_code == 403
    assert "still being set up" in page.content.decode()
    assert call(line[2]) == 401


def test_only_an_active_tenant_is_the_one_to_go_to(cast: Cast) -> None:
    assert signed_in(cast.charlie).get("/")["Location"] == "/t/globex/"
    suspend(cast)
    assert signed_in(User.objects.get(pk=cast.charlie.pk)).get("/").status_code == 200


def test_every_verb_has_a_name() -> None:
    assert {value for name, value in vars(Verb).items() if name.isupper()} == set(VERBS)
