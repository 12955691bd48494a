"""Two pairs of eyes: a new key works only after an admin who did not make it has approved it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from portal.actor import SYSTEM, Actor, ActorKind
from portal.audit.models import AuditRecord
from portal.identity.models import User
from portal.keys.approval_commands import MakerMayNotDecide, NotWaiting, approve_key, reject_key
from portal.keys.models import BindingKey
from portal.keys.reach import KeyOptions
from portal.keys.reach_commands import ReachWidened, change_key
from portal.notify.models import OutgoingMail
from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant
from tests.cast import Cast, make_key, make_member, make_upstream_key, signed_in
from tests.faults import audit_refuses
from tests.keys.test_create import SECRET

CREATE = "/t/acme/keys/create/"
NAMED = {"name": "Line 4 gateway", "expires": "30"}


@pytest.fixture
def bob(cast: Cast) -> User:
    """A second admin of acme, where keys need two."""
    Tenant.objects.filter(pk=cast.acme.pk).update(key_approval=True)
    return make_member(cast.acme, "bob@acme.example", Role.ADMIN)


@pytest.fixture
def waiting(bob: User, alice: Client) -> BindingKey:
    """A key that Alice made."""
    assert alice.post(CREATE, NAMED).status_code == 200
    return BindingKey.all_tenants.get(name="Line 4 gateway")


def url(key: BindingKey) -> str:
    return f"/t/acme/keys/{key.pk}/approve/"


def decide(client: Client, key: BindingKey, decision: str = "approve") -> Any:
    return client.post(url(key), {"decision": decision})


def again(key: BindingKey) -> BindingKey:
    return BindingKey.all_tenants.get(pk=key.pk)


def status_of_token(key: BindingKey, secret: str) -> int:
    form = f"grant_type=client_credentials&client_id={key.client_id}&client_secret={secret}"
    return Client().post("/oauth/token", form, content_type="application/x-www-form-urlencoded").status_code


def titles(client: Client) -> list[str]:
    return [item.title for item in client.get("/t/acme/").context["attention"]]


class TestMaking:
    def test_secret_is_shown_and_does_not_work(self, alice: Client, bob: User) -> None:
        assert "does not work before a second admin" in alice.get(CREATE).content.decode()
        page = alice.post(CREATE, NAMED).content.decode()
        key, secret = BindingKey.all_tenants.get(), SECRET.findall(page)[0]
        assert "The key does not work yet." in page
        assert key.approval_pending
        assert status_of_token(key, secret) == 401
        assert decide(signed_in(bob), key).status_code == 302
        assert status_of_token(key, secret) == 200

    def test_other_admins_get_one_mail_without_the_secret(self, alice: Client, bob: User, cast: Cast) -> None:
        make_member(cast.acme, "nobody@acme.example", Role.DEVELOPER)
        page = alice.post(CREATE, NAMED).content.decode()
        (mail,) = OutgoingMail.objects.filter(template="key_waits")
        assert mail.recipient == "bob@acme.example"
        assert "Alice Adler made the binding key Line 4 gateway" in mail.text
        assert f"http://localhost:8000{url(BindingKey.all_tenants.get())}" in mail.text
        assert SECRET.findall(page)[0] not in mail.text + mail.html + mail.subject

    def test_key_name_that_no_mail_may_hold_is_made_all_the_same(self, alice: Client, bob: User) -> None:
        assert alice.post(CREATE, NAMED | {"name": "=?utf-8?x"}).status_code == 200
        assert not OutgoingMail.objects.exists()
        assert titles(signed_in(bob))[-1] == "1 key waits for approval"

    def test_no_record_neither_key_nor_mail(self, alice: Client, bob: User) -> None:
        with audit_refuses():
            assert alice.post(CREATE, NAMED).status_code == 503
        assert not BindingKey.all_tenants.exists()
        assert not OutgoingMail.objects.exists()

    def test_without_the_policy_nobody_waits(self, alice: Client, cast: Cast) -> None:
        alice.post(CREATE, NAMED)
        assert not BindingKey.all_tenants.get().approval_pending
        assert not OutgoingMail.objects.exists()


class TestDeciding:
    def test_page_shows_what_is_approved(self, alice: Client, bob: User) -> None:
        alice.post(CREATE, NAMED | {"routes": ["timeseries"], "networks": "192.0.2.7", "stored_where": "vault"})
        page = signed_in(bob).get(url(BindingKey.all_tenants.get())).content.decode()
        for told in ("Alice Adler made this key", "Time series", "192.0.2.7", "vault", "Reject: it is revoked"):
            assert told in page

    def test_approved_and_recorded(self, waiting: BindingKey, bob: User) -> None:
        assert decide(signed_in(bob), waiting)["Location"] == f"/t/acme/keys/{waiting.pk}/"
        assert (again(waiting).approval_pending, again(waiting).approved_by) == (False, "Bob")
        (row,) = AuditRecord.all_tenants.filter(name="key.approved")
        assert (row.actor_name, row.facts["key_name"], row.subject) == ("Bob", "Line 4 gateway", waiting.subject)
        assert "Bob" in signed_in(bob).get(f"/t/acme/keys/{waiting.pk}/").content.decode()

    def test_rejected_is_revoked_and_its_name_free(self, waiting: BindingKey, alice: Client, bob: User) -> None:
        assert decide(signed_in(bob), waiting, "reject").status_code == 302
        assert again(waiting).standing == "key_revoked"
        assert AuditRecord.all_tenants.get(name="key.rejected").actor_name == "Bob"
        assert alice.post(CREATE, NAMED).status_code == 200

    @pytest.mark.parametrize("decision", ["approve", "reject"])
    def test_maker_may_not(self, waiting: BindingKey, alice: Client, decision: str) -> None:
        page = alice.get(url(waiting)).content.decode()
        assert "You made this key." in page
        assert 'name="decision"' not in page
        answer = decide(alice, waiting, decision)
        assert answer.status_code == 403
        assert "another admin has to approve it" in answer.content.decode()
        assert again(waiting).is_waiting

    def test_maker_may_not_under_another_name(self, waiting: BindingKey, alice: Client, cast: Cast) -> None:
        User.objects.filter(pk=cast.alice.pk).update(name="Alicia Adler")
        assert decide(alice, waiting).status_code == 403

    def test_another_admin_of_the_same_name_may(self, waiting: BindingKey, bob: User) -> None:
        User.objects.filter(pk=bob.pk).update(name="Alice Adler")
        assert decide(signed_in(bob), waiting).status_code == 302
        assert not again(waiting).approval_pending

    def test_whose_maker_nobody_knows_is_approved_by_nobody(self, bob: User, cast: Cast) -> None:
        with tenant_scope(cast.acme.pk):
            key = BindingKey(name="Odd", client_id="acme-odd", constant_name="ODD", approval_pending=True)
            key.save()
        assert decide(signed_in(bob), key).status_code == 403

    @pytest.mark.parametrize("decision", ["", "maybe"])
    def test_no_decision_is_asked_again(self, waiting: BindingKey, bob: User, decision: str) -> None:
        assert decide(signed_in(bob), waiting, decision).status_code == 422
        assert again(waiting).is_waiting

    def test_second_decision_changes_nothing(self, waiting: BindingKey, bob: User, cast: Cast) -> None:
        decide(signed_in(bob), waiting)
        assert decide(signed_in(bob), waiting, "reject").status_code == 409
        assert again(waiting).is_active
        assert signed_in(bob).get(url(waiting))["Location"] == f"/t/acme/keys/{waiting.pk}/"

    @pytest.mark.parametrize("command", [approve_key, reject_key])
    def test_commands_ask_themselves(self, waiting: BindingKey, bob: User, cast: Cast, command: Any) -> None:
        """Not only the page: whoever calls them."""
        maker, other = (Actor(ActorKind.PERSON, user.subject, user.name) for user in (cast.alice, bob))
        with tenant_scope(cast.acme.pk):
            with pytest.raises(MakerMayNotDecide):
                command(waiting, by=maker)
            command(waiting, by=other)
            with pytest.raises(NotWaiting):
                command(waiting, by=other)

    def test_no_record_no_approval(self, waiting: BindingKey, bob: User) -> None:
        with audit_refuses():
            assert decide(signed_in(bob), waiting).status_code == 503
        assert again(waiting).is_waiting

    def test_policy_that_ends_approves_nothing(self, waiting: BindingKey, bob: User) -> None:
        Tenant.objects.filter(name="acme").update(key_approval=False)
        assert again(waiting).standing == "approval_pending"
        assert decide(signed_in(bob), waiting).status_code == 302


class TestAttention:
    def test_leads_to_the_key_or_to_the_list(self, waiting: BindingKey, bob: User, alice: Client, cast: Cast) -> None:
        make_upstream_key(cast.acme)
        (item,) = signed_in(bob).get("/t/acme/").context["attention"]
        assert (item.title, item.url) == ("1 key waits for approval", url(waiting))
        alice.post(CREATE, NAMED | {"name": "Line 5"})
        (item,) = signed_in(bob).get("/t/acme/").context["attention"]
        assert item.title == "2 keys wait for approval"
        page = signed_in(bob).get(item.url).content.decode()
        assert "Line 5" in page
        assert "Hub access" not in page[page.index("<main") :]
        assert "Approval pending" in page

    def test_not_for_who_cannot_approve_and_not_afterwards(self, waiting: BindingKey, bob: User, cast: Cast) -> None:
        assert "1 key waits for approval" not in titles(signed_in(cast.dev))
        decide(signed_in(bob), waiting)
        assert "1 key waits for approval" not in titles(signed_in(bob))


class TestEditUnderThePolicy:
    """One admin alone opens nothing that the second did not see."""

    @pytest.mark.parametrize(
        "wider",
        [
            {"routes": ["assets", "timeseries"], "networks": "192.0.2.0/24"},
            {"routes": ["timeseries"], "networks": "192.0.2.0/24"},
            {"routes": ["assets"], "networks": ""},
            {"routes": ["assets"], "networks": "192.0.2.0/23"},
            {"routes": ["assets"], "networks": "192.0.2.0/24\n2001:db8::1"},
            {"routes": ["assets"], "networks": "198.51.100.7"},
        ],
    )
    def test_wider_is_refused(self, bob: User, alice: Client, cast: Cast, wider: dict[str, Any]) -> None:
        key, _secret = make_key(cast.acme, routes=["assets"], networks=["192.0.2.0/24"])
        answer = alice.post(f"/t/acme/keys/{key.pk}/edit/", wider | {"seen": KeyOptions.of(key).digest})
        assert answer.status_code == 422
        assert "can only be narrowed" in answer.content.decode()
        assert (again(key).routes, again(key).networks) == (["assets"], ["192.0.2.0/24"])

    def test_narrower_is_not(self, bob: User, alice: Client, cast: Cast) -> None:
        key, _secret = make_key(cast.acme, networks=["192.0.2.0/24", "2001:db8::/32"])
        written = {"routes": ["assets"], "networks": "192.0.2.7\n2001:db8:1::/48", "stored_where": "vault"}
        written["seen"] = KeyOptions.of(key).digest
        assert alice.post(f"/t/acme/keys/{key.pk}/edit/", written).status_code == 302
        assert again(key).networks == ["192.0.2.7", "2001:db8:1::/48"]


def test_waiting_key_is_not_widened_while_the_policy_is_switched_off(waiting: BindingKey, bob: User) -> None:
    """The second admin decides about what the page showed."""
    Tenant.objects.update(key_approval=False)
    with tenant_scope(waiting.tenant_id):
        BindingKey.objects.update(routes=["assets"])
        with pytest.raises(ReachWidened):
            change_key(waiting, options=KeyOptions(), seen=KeyOptions(routes=["assets"]).digest, by=SYSTEM)
