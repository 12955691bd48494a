"""Many at once: the last admin stays, an invitation is accepted once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from portal.actor import SYSTEM
from portal.identity.backend import HubIdentity
from portal.identity.commands import admit
from portal.identity.models import User
from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants import invitation_commands, member_commands
from portal.tenants.models import Invitation, Membership, Tenant
from portal.tenants.request_commands import RequestedAlready
from tests.cast import make_invitation, make_member, make_order, make_request, make_stranger, make_tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def acme(erasable_log: None) -> Tenant:
    return make_tenant("acme", "Acme Pumps GmbH")


def at_once(*acts: Callable[[], None]) -> list[BaseException | None]:
    """Run all in threads that start together; what each raised."""
    barrier, raised = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int) -> None:
        barrier.wait()
        try:
            acts[place]()
        except Exception as error:
            raised[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def admins(tenant: Tenant) -> list[Membership]:
    with tenant_scope(tenant.pk):
        return Membership.admins()


def test_of_20_parallel_demotions_one_is_refused(acme: Tenant) -> None:
    for number in range(20):
        user = make_member(acme, f"admin{number}@acme.example")
        with tenant_scope(acme.pk):
            Membership.objects.filter(user=user).update(portal_roles=["admin"])

    def demote(membership: Membership) -> Callable[[], None]:
        def act() -> None:
            with tenant_scope(acme.pk):
                member_commands.give_roles(membership, roles=[Role.VIEWER], by=SYSTEM)

        return act

    raised = at_once(*(demote(membership) for membership in admins(acme)))
    assert [type(error) for error in raised if error] == [member_commands.LastAdmin]
    assert len(admins(acme)) == 1


def test_of_20_admins_who_leave_at_once_one_stays(acme: Tenant) -> None:
    for number in range(20):
        make_member(acme, f"admin{number}@acme.example", Role.ADMIN)
    acts = [lambda membership=membership: member_commands.leave(membership, by=SYSTEM) for membership in admins(acme)]
    raised = at_once(*acts)
    assert [type(error) for error in raised if error] == [member_commands.LastAdmin]
    assert len(admins(acme)) == 1


def test_withdrawn_or_accepted_but_never_both(acme: Tenant) -> None:
    for number in range(10):
        user = make_stranger(f"person{number}@elsewhere.example")
        invitation = make_invitation(acme, user.email, Role.ADMIN)

        def withdraw(invitation: Invitation = invitation) -> None:
            with tenant_scope(acme.pk):
                invitation_commands.withdraw_invitation(invitation, by=SYSTEM)

        def accept(invitation: Invitation = invitation, user: User = user) -> None:
            invitation_commands.accept_invitation(invitation, user, by=SYSTEM)

        raised = at_once(withdraw, accept)
        assert [type(error) for error in raised if error] == [invitation_commands.InvitationClosed]
        assert Membership.all_tenants.filter(user=user).exists() == (raised[1] is None)


def test_first_sign_ins_of_one_person_at_once_are_one_membership(acme: Tenant) -> None:
    user = make_stranger()
    identity = HubIdentity(
        issuer=user.issuer,
        subject=user.subject,
        name=user.name,
        email=user.email,
        email_verified=True,
        environment="emulator",
        tenant="acme",
        scopes=frozenset({"mdsp:core:Developer"}),
    )
    raised = at_once(*[lambda: admit(user, identity, by=SYSTEM)] * 8)
    assert raised == [None] * 8
    assert Membership.all_tenants.filter(user=user).count() == 1


def test_of_many_requests_at_once_one_is_taken(acme: Tenant) -> None:
    user = make_stranger()
    raised = at_once(*[lambda: make_request(user) and None] * 8)
    assert [type(error) for error in raised if error] == [RequestedAlready] * 7


def test_of_two_orders_of_one_name_one_is_taken(acme: Tenant) -> None:
    raised = at_once(*[lambda: make_order() and None] * 4)
    assert [type(error) for error in raised if error] == [ValidationError] * 3
    assert Tenant.objects.filter(name="initech").count() == 1


def test_an_invitation_is_accepted_once(acme: Tenant) -> None:
    user = make_stranger()
    invitation = make_invitation(acme, user.email, Role.DEVELOPER)
    acts = [lambda: invitation_commands.accept_invitation(invitation, user, by=SYSTEM) and None] * 8
    raised = at_once(*acts)
    assert [type(error) for error in raised if error] == [invitation_commands.InvitationClosed] * 7
    assert Membership.all_tenants.filter(user=user).count() == 1
