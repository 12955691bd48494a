"""Ordering a tenant with the credential that its provisioning tries: two slices, one transaction."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from portal.actor import Actor
from portal.keys.commands import add_imported_key, token_url_at_hub
from portal.keys.models import Source
from portal.lib.secret import Secret
from portal.scoping import tenant_scope
from portal.tenants.commands import add_order, change_order, start_provisioning
from portal.tenants.models import Tenant, TenantRequest
from portal.tenants.request_commands import accept_request

UPSTREAM_NAME = "Hub access"


@transaction.atomic(durable=True)
def place_order(
    *, name: str, client_id: str, secret: Secret, by: Actor, asked: TenantRequest | None = None, **told: Any
) -> Tenant:
    """Order a tenant: its name is taken, and the worker begins to provision it; a request for it is accepted.

    The credential is sealed at once; the portal calls the Hub with it. `told` are ORDER_FIELDS of `tenants.commands`.
    Raises `ValidationError`, `UnknownEnvironment`, `RequestClosed`.
    """
    tenant = add_order(name=name, by=by, **told)
    _seal(tenant, client_id, secret, by)
    if asked is not None:
        accept_request(asked, tenant, by=by)
    transaction.on_commit(lambda: start_provisioning(tenant), robust=True)
    return tenant


@transaction.atomic(durable=True)
def correct_order(tenant: Tenant, *, client_id: str, secret: Secret | None, by: Actor, **told: Any) -> None:
    """Correct an order and let all steps run again; without a secret the credential stays what it was.

    Raises `ValidationError`, `UnknownEnvironment`, `StateForbids`.
    """
    tenant = change_order(tenant, with_credential=secret is not None, by=by, **told)
    if secret is not None:
        _seal(tenant, client_id, secret, by)
    transaction.on_commit(lambda: start_provisioning(tenant), robust=True)


def _seal(tenant: Tenant, client_id: str, secret: Secret, by: Actor) -> None:
    with tenant_scope(tenant.pk):
        add_imported_key(
            name=UPSTREAM_NAME,
            source=Source.TECHNICAL_USER,
            token_url=token_url_at_hub(tenant),
            client_id=client_id,
            secret=secret,
            by=by,
        )
