"""The people, tenants and things that all tests play with. The people are those of the emulator.

**Alice** admin of acme, **Dev** developer of acme, **Audrey** auditor of acme, **Charlie** admin of globex, **Olga**
operator (and viewer of acme).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from portal.actor import SYSTEM
from portal.cockpit.commands import create_app
from portal.cockpit.models import AppVersion, Component
from portal.emulator.banner import banner
from portal.identity.models import User
from portal.keys.commands import create_key, import_key
from portal.keys.models import BindingKey, Source
from portal.keys.reach import KeyOptions
from portal.lib.secret import Secret
from portal.ops.orders import place_order
from portal.permissions import Role
from portal.scoping import tenant_scope
from portal.tenants import invitation_commands
from portal.tenants.models import Invitation, Membership, Package, Tenant, TenantRequest
from portal.tenants.request_commands import ask_for_tenant
from portal.tenants.states import TenantState
from tests.environment import emulator


@dataclass(frozen=True)
class Cast:
    """Everybody and both tenants."""

    acme: Tenant
    globex: Tenant
    alice: User
    dev: User
    audrey: User
    charlie: User
    olga: User


def make_cast() -> Cast:
    acme = make_tenant("acme", "Acme Pumps GmbH")
    globex = make_tenant("globex", "Globex Energy")
    return Cast(
        acme=acme,
        globex=globex,
        alice=make_member(acme, "alice@acme.example", Role.ADMIN, Role.VIEWER),
        dev=make_member(acme, "dev@acme.example", Role.DEVELOPER, Role.VIEWER),
        audrey=make_member(acme, "audrey@acme.example", Role.VIEWER, Role.AUDITOR),
        charlie=make_member(globex, "charlie@globex.example", Role.ADMIN, Role.VIEWER),
        olga=make_member(acme, "olga@acme.example", Role.VIEWER, operator=True),
    )


def make_tenant(name: str, display_name: str) -> Tenant:
    return Tenant.objects.create(
        name=name,
        display_name=display_name,
        environment="emulator",
        company_domain=f"{name}.example",
        state=TenantState.ACTIVE,
    )


def make_member(tenant: Tenant, email: str, *roles: Role, operator: bool = False) -> User:
    """A member of a tenant; a person whom the emulator knows by this e-mail has the emulator's subject and name."""
    known = next((account for account in emulator.hub.directory if account.email == email), None)
    user = User.objects.create(
        issuer=settings.OIDC_ISSUER,
        subject=known.user_id if known else email,
        name=known.name if known else email.partition("@")[0].title(),
        email=email,
        email_verified=True,
        is_operator=operator,
    )
    with tenant_scope(tenant.pk):
        Membership.objects.create(user=user, hub_roles=[role.value for role in roles])
    return user


def make_stranger(email: str = "stranger@elsewhere.example") -> User:
    """Somebody who has signed in, with an address that the Hub vouches for, and belongs to no tenant."""
    return User.objects.create(
        issuer=settings.OIDC_ISSUER, subject=email, name="Sam Stranger", email=email, email_verified=True
    )


def membership_of(user: User, tenant: Tenant) -> Membership:
    """The person's membership in this tenant."""
    with tenant_scope(tenant.pk):
        return Membership.objects.get(user=user)


def make_invitation(tenant: Tenant, email: str, *roles: Role) -> Invitation:
    """An open invitation into the tenant."""
    with tenant_scope(tenant.pk):
        return invitation_commands.invite(email=email, roles=list(roles), language="en", by=SYSTEM)


def make_order(name: str = "initech", **changed: Any) -> Tenant:
    """The order of a tenant that the emulator knows in its Xcelerator world; nothing has run yet."""
    client_id = f"{name}-hub-reader"
    told = {
        "display_name": "Initech Drives",
        "company_name": "Initech Drives Inc.",
        "company_domain": f"{name}.example",
        "environment": "emulatorx",
        "numeric_id": "1000001703",
        "package": Package.S,
        "first_admin_email": f"iris@{name}.example",
        "first_admin_language": "en",
        "client_id": client_id,
    }
    if "secret" not in changed:
        told["secret"] = Secret(client_secret(client_id))
    return place_order(name=name, by=SYSTEM, **told | changed)


def make_request(user: User, name: str = "hooli") -> TenantRequest:
    """A request for a tenant that waits for an answer."""
    return ask_for_tenant(
        user=user,
        name=name,
        display_name="Hooli Wind",
        company_name="Hooli Wind SE",
        company_domain="hooli.example",
        package=Package.S,
        note="40 turbines",
        by=SYSTEM,
    )


def signed_in(user: User) -> Client:
    """A browser in which this person is signed in, without the way over the Hub (tests/identity walks that)."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["signed_in_at"] = session["seen_at"] = time.time()
    session.save()
    return client


def make_key(
    tenant: Tenant, name: str = "Line 4 gateway", expires_at: datetime | None = None, **options: Any
) -> tuple[BindingKey, str]:
    """A binding key made here, and its secret. `options` are those of `KeyOptions`."""
    with tenant_scope(tenant.pk):
        key, _generation, secret = create_key(
            name=name, expires_at=expires_at, options=KeyOptions(**options), by=SYSTEM
        )
    return key, secret.reveal()


def make_app(tenant: Tenant, internal_name: str = "pumpadvisor", **told: Any) -> AppVersion:
    """An application in development, with one component, one scope and one role."""
    given = {
        "version": "v1.0.0",
        "display_name": "Pump Advisor",
        "component": Component("web", f"https://{internal_name}.acme.example/", ["/**"]),
        "by": SYSTEM,
    }
    with tenant_scope(tenant.pk):
        return create_app(internal_name=internal_name, **given | told)


def expire(key: BindingKey) -> None:
    """The key expired a second ago."""
    BindingKey.all_tenants.filter(pk=key.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def make_old(key: BindingKey, days: int) -> None:
    """The key was made so many days ago."""
    BindingKey.all_tenants.filter(pk=key.pk).update(created_at=timezone.now() - timedelta(days=days))


def make_upstream_key(tenant: Tenant, name: str = "Hub access", user: str = "hub-reader") -> BindingKey:
    """The tenant's credential at the emulator, of this technical user."""
    client_id = f"{tenant.name}-{user}"
    with tenant_scope(tenant.pk):
        return import_key(
            name=name,
            source=Source.TECHNICAL_USER,
            token_url=f"{emulator.url}/{tenant.name}.piam/oauth/token",
            client_id=client_id,
            secret=Secret(client_secret(client_id)),
            by=SYSTEM,
        )


def pump_of(tenant: str) -> str:
    """Id of an asset that this tenant has at the emulator."""
    examples = banner(emulator.hub)["examples"]
    return next(str(example["asset_id"]) for example in examples if example["tenant"] == tenant)


def client_secret(client_id: str) -> str:
    """The secret of one of the emulator's clients."""
    return {client.client_id: client.secret for client in emulator.hub.clients}[client_id]


def get_token(client: Client, key: BindingKey, secret: str) -> str:
    """An access token for the key, over the token endpoint."""
    form = f"grant_type=client_credentials&client_id={key.client_id}&client_secret={secret}"
    answer = client.post("/oauth/token", form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200, answer.content
    return str(answer.json()["access_token"])
