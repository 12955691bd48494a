"""The portal under gunicorn, with a tenant and a key. Says its address, clientID and secret."""

from __future__ import annotations

import os

import django

from benchmarks.peers.serving import serve


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.peers.portal_settings"
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from portal.actor import SYSTEM
    from portal.keys.commands import create_key
    from portal.keys.signing import signers
    from portal.scoping import tenant_scope
    from portal.tenants.models import Tenant
    from portal.tenants.states import TenantState

    call_command("migrate", verbosity=0)
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    tenant = Tenant.objects.create(
        name="acme", display_name="Acme", environment="emulator", company_domain="x.example", state=TenantState.ACTIVE
    )
    with tenant_scope(tenant.pk):
        key, _generation, secret = create_key(name="Bench", by=SYSTEM)
    signers()
    serve("portal.wsgi", "-c", "python:portal.server", says=f"{key.client_id} {secret.reveal()}")


if __name__ == "__main__":
    main()
