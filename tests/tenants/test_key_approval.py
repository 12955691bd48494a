"""A second admin approves keys: that needs two, whoever comes, goes or decides at the same time."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.actor import SYSTEM
from portal.audit.models import AuditRecord
from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants import commands, member_commands
from portal.tenants.member_commands import SecondAdminMissing
from portal.tenants.models import Membership, Tenant
from tests.cast import Cast, make_member, make_tenant, membership_of
from tests.tenants.test_membership_concurrency import at_once

URL = "/t/acme/settings/"
ON = {"display_name": "Acme Pumps GmbH", "key_approval": "on"}
TOLD = "needs two admins in this tenant. Make somebody else admin first"


def policy() -> bool:
    return Tenant.objects.get(name="acme").key_approval


def test_one_admin_alone_cannot_switch_it_on(alice: Client, cast: Cast) -> None:
    answer = alice.post(URL, ON | {"display_name": "Acme Pumps AG"})
    assert answer.status_code == 422
    assert TOLD in answer.content.decode()
    assert not policy()
    assert Tenant.objects.get(name="acme").display_name == "Acme Pumps GmbH"


def test_two_can_and_it_is_recorded(alice: Client, cast: Cast) -> None:
    make_member(cast.acme, "bob@acme.example", Role.ADMIN)
    assert alice.post(URL, ON).status_code == 302
    assert policy()
    assert "checked" in alice.get(URL).content.decode()
    assert AuditRecord.all_tenants.get(name="tenant.settings_changed").facts == {"fields": "key_approval"}
    assert alice.post(URL, {"display_name": "Acme Pumps GmbH"}).status_code == 302
    assert not policy()


def test_other_settings_can_be_saved_when_the_hub_took_the_second_admin_away(alice: Client, cast: Cast) -> None:
    Tenant.objects.filter(name="acme").update(key_approval=True)
    assert alice.post(URL, ON | {"display_name": "Acme Pumps AG"}).status_code == 302


def test_admins_of_other_tenants_do_not_count(alice: Client, cast: Cast) -> None:
    make_member(cast.globex, "second@globex.example", Role.ADMIN)
    assert alice.post(URL, ON).status_code == 422


@pytest.mark.parametrize("way", ["take_out", "leave", "give_roles"])
def test_the_second_admin_stays(cast: Cast, way: str) -> None:
    bob = make_member(cast.acme, "bob@acme.example", Role.ADMIN)
    Tenant.objects.filter(name="acme").update(key_approval=True)
    membership = membership_of(bob, cast.acme)
    with tenant_scope(cast.acme.pk):
        Membership.objects.filter(pk=membership.pk).update(hub_roles=[], portal_roles=["admin"])
        told = {"roles": [Role.VIEWER]} if way == "give_roles" else {}
        with pytest.raises(SecondAdminMissing):
            getattr(member_commands, way)(membership, **told, by=SYSTEM)
    assert Role.ADMIN in membership_of(bob, cast.acme).known_roles
    make_member(cast.acme, "third@acme.example", Role.ADMIN)
    with tenant_scope(cast.acme.pk):
        getattr(member_commands, way)(membership, **told, by=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_switched_on_while_the_other_admin_leaves(erasable_log: None) -> None:
    """Whoever comes first: never the policy with one admin alone."""
    for turn in range(8):
        tenant = make_tenant(f"acme{turn}", "Acme Pumps GmbH")
        make_member(tenant, f"alice{turn}@acme.example", Role.ADMIN)
        bob = membership_of(make_member(tenant, f"bob{turn}@acme.example", Role.ADMIN), tenant)

        def switch_on(tenant: Tenant = tenant) -> None:
            commands.change_settings(tenant, key_approval=True, by=SYSTEM)

        def leave(bob: Membership = bob) -> None:
            member_commands.leave(bob, by=SYSTEM)

        raised = at_once(switch_on, leave)
        assert [type(error) for error in raised if error] == [SecondAdminMissing]
        tenant.refresh_from_db()
        with tenant_scope(tenant.pk):
            assert len(Membership.admins()) == (2 if tenant.key_approval else 1)
