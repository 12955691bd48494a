"""Mistakes of a deployment that settings cannot see, as Django system checks: `python manage.py check --deploy`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from portal.hub.environments import find
from portal.keys import rekey
from portal.keys.deployment import ambiguous
from portal.ops.readiness import migrations
from portal.tenants.models import Tenant


@register
def constants_are_set_once(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """bindery.E001"""
    return [
        Error(f"{name} and {name}_FILE are both set.", hint="Keep one of them.", id="bindery.E001")
        for name in ambiguous()
    ]


@register(Tags.database)
def environments_of_tenants_are_known(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """bindery.E002: with `check --database default`, before a deployment drops an environment that is in use."""
    # `migrate` asks before it has made the tables.
    if not databases or not migrations().ok:
        return []
    gone = [tenant for tenant in Tenant.objects.order_by("name") if find(tenant.environment) is None]
    hint = "Add it to HUB_ENVIRONMENTS: until then no app of this tenant can read data."
    return [
        Error(
            f"Tenant {tenant.name} is in {tenant.environment}, which is no environment.", hint=hint, id="bindery.E002"
        )
        for tenant in gone
    ]


@register(Tags.database)
def master_keys_in_use(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """bindery.E005 and bindery.W005: with `check --database default`, before a master key leaves the ring."""
    if not databases or not migrations().ok:
        return []
    ring, counts = settings.MASTER_KEYS, rekey.in_use()
    gone = [
        Error(
            f"{counts[key_id]} stored secrets are sealed under the master key {key_id!r}, which is not configured.",
            hint="Add it to PORTAL_MASTER_KEYS, behind the newest.",
            id="bindery.E005",
        )
        for key_id in sorted(set(counts) - set(ring.keys))
    ]
    old = [
        Warning(
            f"{counts[key_id]} stored secrets are sealed under the older master key {key_id!r}.",
            hint="Run python manage.py rekey before this key leaves PORTAL_MASTER_KEYS.",
            id="bindery.W005",
        )
        for key_id in ring.keys
        if counts[key_id] and key_id != ring.newest
    ]
    return [*gone, *old]


@register(deploy=True)
def somebody_operates(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """bindery.W001"""
    if settings.OPERATOR_TENANTS:
        return []
    hint = "Write OPERATOR_TENANTS=<the tenant of the people who run this portal>."
    return [Warning("Nobody can become operator of this portal.", hint=hint, id="bindery.W001")]


@register(deploy=True)
def mails_go_out(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """bindery.W002"""
    if not settings.MAILS_WAIT:
        return []
    hint = "Write PORTAL_SMTP_URL=smtp+tls://user:password@mail.example.com:587. Until then mails wait in the queue."
    return [Warning("No mail leaves this portal.", hint=hint, id="bindery.W002")]
