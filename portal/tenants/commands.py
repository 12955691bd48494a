"""Creating tenants, and keeping their members as the Hub says."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from portal.actor import Actor
from portal.audit.commands import record, record_for_instance
from portal.hub.environments import environment
from portal.identity.backend import HubIdentity
from portal.identity.events import SignInSucceeded
from portal.identity.issuers import known_tenant
from portal.identity.models import User
from portal.permissions import Role, role_names, roles_from_scopes
from portal.scoping import tenant_scope
from portal.tenants import events
from portal.tenants.models import Membership, Package, Tenant, TenantState


@transaction.atomic(durable=True)
def create_tenant(
    *,
    name: str,
    display_name: str,
    environment_name: str,
    company_domain: str,
    numeric_id: str = "",
    package: Package = Package.S,
    by: Actor,
) -> Tenant:
    """Register a tenant: from now on its people can sign in. Its name and environment never change again."""
    environment(environment_name).identity_of(name, numeric_id)  # refuses a tenant whose people could not sign in
    tenant = Tenant(
        name=name,
        display_name=display_name,
        environment=environment_name,
        company_domain=company_domain,
        numeric_id=numeric_id,
        package=package,
        state=TenantState.ACTIVE,
    )
    tenant.full_clean()
    tenant.save()
    with tenant_scope(tenant.pk):
        created = events.TenantCreated(tenant=name, display_name=display_name, environment=environment_name)
        record(created, by=by, subject=f"tenant:{name}")
    return tenant


def follow_hub(user: User, identity: HubIdentity, *, by: Actor) -> None:
    """Bring the person's membership in the token's tenant in line with the token, and record the sign-in.

    A role that the Hub took away is gone with this sign-in; without any role the person is no member any more. The
    token speaks only for tenants of the environment whose identity host issued it: two environments may both know a
    tenant of this name. Runs inside the transaction of `portal.identity.commands.admit`.
    """
    tenant = known_tenant(identity.environment, identity.tenant)
    roles = roles_from_scopes(set(identity.scopes))
    signed_in = SignInSucceeded(tenant=tenant.name if tenant else identity.tenant, roles=role_names(roles))
    if tenant is None:
        record_for_instance(signed_in, by=by)
        return
    with tenant_scope(tenant.pk):
        _settle_membership(user, roles, by)
        record(signed_in, by=by)


def _settle_membership(user: User, roles: list[Role], by: Actor) -> None:
    membership = Membership.objects.select_for_update().filter(user=user).first()
    if membership is None and not roles:
        return
    membership = membership or Membership(user=user)
    before = membership.known_roles
    membership.hub_roles, membership.confirmed_at = [role.value for role in roles], timezone.now()
    after = membership.known_roles
    if not after:
        membership.delete()
        record(events.MemberRemoved(before=role_names(before)), by=by, subject=f"member:{user.pk}")
        return
    membership.save()
    if before != after:
        changed = events.MemberChanged(roles=role_names(after), before=role_names(before))
        record(changed, by=by, subject=f"member:{user.pk}")
