"""The steps of a provisioning. Each raises a `Refusal` that says why it cannot be done, and bears to run twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.errors import Refusal
from portal.hub import transport
from portal.hub.client import HubClient
from portal.hub.environments import environment, label_of
from portal.hub.errors import HubError, HubRefused
from portal.hub.key_sets import KeySet
from portal.identity.providers import providers
from portal.identity.tokens import ALGORITHM
from portal.notify import mails
from portal.notify.delivery import deliver_now
from portal.permissions import Role
from portal.tenants import invitation_commands
from portal.tenants.models import StepName, Tenant


class TenantUnknownAtHub(HubError):
    """There is no identity host for the name or number of the order."""

    code = "tenant_unknown_at_hub"
    status = 409
    message = _("Insights Hub knows no tenant with this name in this environment.")
    advice = _(
        "Check name, number and environment of the order. A tenant must exist at the Hub before it is set up here."
    )


class TenantMovedAtHub(HubError):
    """The identity host of the order sends its callers elsewhere."""

    code = "tenant_moved_at_hub"
    status = 409
    message = _(
        "At Insights Hub, this name leads to another address: the tenant may have moved to another environment."
    )
    advice = _(
        "Ask the Hub's administrator where the tenant lives now, and correct environment and number of the order."
    )


class NoSignInProvider(Refusal):
    """Nobody of this environment can sign in at this portal."""

    code = "no_sign_in_provider"
    status = 409
    message = _("This portal signs in nobody from the environment of the order.")
    advice = _("Add an identity provider for it to OIDC_PROVIDERS, restart, and let the step run again.")


class NoUsableKey(HubError):
    """The key set of the identity host holds no key with which a token could be verified."""

    code = "no_usable_key"
    message = _("The identity host of the tenant publishes no key that can verify a token.")


@dataclass(frozen=True)
class Step:
    """One step: what it does in words, and the function that does it."""

    explanation: str | Promise
    run: Callable[[Tenant, Actor], None]


def ask_for_name(tenant: Tenant, by: Actor) -> None:
    """No other tenant here has the name (the database sees to it), and the Hub has an identity host for it."""
    # What is published needs no credential. What it says is the business of another step.
    status = transport.call("GET", _key_set_url(tenant)).status_code
    if status == 404:
        raise TenantUnknownAtHub
    if 300 <= status < 400:
        raise TenantMovedAtHub
    if status >= 500:
        raise HubRefused(status)


def reach_identity(tenant: Tenant, by: Actor) -> None:
    """The identity host that signs in the people of this environment answers."""
    provider = next((one for one in providers() if one.environment == tenant.environment), None)
    if provider is None:
        raise NoSignInProvider
    status = transport.call("GET", provider.authorization_url).status_code
    if status == 404 or status >= 500:
        raise HubRefused(status)


def read_key_set(tenant: Tenant, by: Actor) -> None:
    """The tenant's identity host publishes at least one key with which its tokens can be verified."""
    keys = KeySet(_key_set_url(tenant))
    keys.refresh()
    if not keys.holds_any(ALGORITHM):
        raise NoUsableKey


def _key_set_url(tenant: Tenant) -> str:
    return environment(tenant.environment).identity_of(tenant.name, tenant.numeric_id) + "/token_keys"


def try_credential(tenant: Tenant, by: Actor) -> None:
    """The credential gets a token, and one asset can be read with it. Raises `NoHubCredential` without one."""
    credential = import_string(settings.UPSTREAM_CREDENTIAL)(tenant)
    HubClient(environment(tenant.environment), credential).assets(page=0, size=1)


def invite_first_admin(tenant: Tenant, by: Actor) -> None:
    """The first admin has an invitation that can be accepted; the welcome mail will carry it."""
    with transaction.atomic(durable=True):
        invitation_commands.ensure_invitation(tenant, tenant.first_admin_email, [Role.ADMIN], by=by)


def send_welcome(tenant: Tenant, by: Actor) -> None:
    """The mail server took the mail that names the account and leads to its binding keys (requirement 000, 2.2)."""
    with transaction.atomic(durable=True):
        # Once more: the one of the step before may have expired while no mail server was there.
        email = tenant.first_admin_email
        invitation = invitation_commands.ensure_invitation(tenant, email, [Role.ADMIN], by=by)
        mail = mails.welcome(
            key=invitation.welcome_key,
            to=tenant.first_admin_email,
            language=tenant.first_admin_language,
            tenant_name=tenant.name,
            display_name=tenant.display_name,
            environment_label=label_of(tenant.environment),
            keys_url=settings.PORTAL_URL + reverse("keys:create", args=[tenant.name]),
            invitation_url=invitation_commands.invitation_url(invitation),
            expires_at=invitation.expires_at,
        )
    deliver_now(mail)


STEPS: dict[str, Step] = {
    StepName.NAME: Step(_("No other account may have it, and the Hub must know it."), ask_for_name),
    StepName.IDENTITY: Step(_("Its people are sent there to sign in."), reach_identity),
    StepName.KEY_SET: Step(_("Tokens of its people are verified with it."), read_key_set),
    StepName.CREDENTIAL: Step(_("The portal reads the tenant's assets with it."), try_credential),
    StepName.MEMBER: Step(_("The mail will carry the link."), invite_first_admin),
    StepName.MAIL: Step(_("Once the mail server has it, the tenant is active."), send_welcome),
}
