"""The credential with which the portal calls the Hub for a tenant: the imported key, or the deployment's word."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal
from portal.hub.authenticator import Credential
from portal.hub.client import HubClient
from portal.hub.environments import environment
from portal.hub.errors import NoHubCredential
from portal.keys import deployment
from portal.keys.deployment import override
from portal.keys.models import BindingKey, SecretGeneration
from portal.lib.crypto import SealBroken
from portal.lib.secret import Secret
from portal.tenants.models import Tenant


class SecretSealed(Refusal):
    """The stored secret does not open: the master key that sealed it is not configured."""

    code = "secret_sealed"
    status = 503
    message = _("The portal cannot open the stored credential of this tenant.")
    advice = _("The operator adds the master key that sealed it to PORTAL_MASTER_KEYS.")


def upstream_credential(tenant: Tenant) -> Credential:
    """The effective credential of the active tenant; each part is the deployment's where it says one.

    Raises `NoHubCredential`, `SecretSealed` or `portal.keys.deployment.ConstantUnreadable`.
    """
    key = upstream_key()
    if key is None:
        raise NoHubCredential
    token_url, client_id, secret = (
        override(tenant.name, key, part) for part in ("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET")
    )
    return Credential(
        token_url.value if token_url else key.token_url,
        client_id.value if client_id else key.client_id,
        Secret(secret.value) if secret else opened(key),
    )


def upstream_key() -> BindingKey | None:
    """The imported key with which the portal calls the Hub for the active tenant."""
    return BindingKey.objects.filter(is_upstream=True, revoked_at=None).first()


def opened(key: BindingKey) -> Secret:
    """The stored secret of the key's newest generation."""
    generation = key.generations.order_by("-number").first()
    if generation is None:
        raise NoHubCredential
    return opened_generation(generation)


def opened_generation(generation: SecretGeneration) -> Secret:
    """The secret of this very generation; raises `SecretSealed`."""
    try:
        return Secret(settings.MASTER_KEYS.open(bytes(generation.sealed), place=generation.place).decode())
    except SealBroken as error:
        raise SecretSealed from error


def check_proxy(tenant: Tenant, caller: BindingKey) -> None:
    """Raises `ProxySwitchedOff` when the deployment closes the proxy for this key, or for all of its tenant.

    For all of a tenant speaks the variable of the key with which the portal calls the Hub.
    """
    if not deployment.switches_proxies(tenant.name):
        return
    for key in filter(None, (upstream_key(), caller)):
        if not deployment.proxy_is_enabled(tenant.name, key):
            raise deployment.ProxySwitchedOff


def hub_client(tenant: Tenant) -> HubClient:
    """The Hub as this tenant sees it."""
    return HubClient(environment(tenant.environment), upstream_credential(tenant))
