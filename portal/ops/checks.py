"""Mistakes of a deployment that settings cannot see, as Django system checks: `python manage.py check --deploy`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from portal.keys.deployment import ambiguous


@register
def constants_are_set_once(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """bindery.E001"""
    return [
        Error(f"{name} and {name}_FILE are both set.", hint="Keep one of them.", id="bindery.E001")
        for name in ambiguous()
    ]


@register(deploy=True)
def somebody_operates(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """bindery.W001"""
    if settings.OPERATOR_TENANTS:
        return []
    hint = "Write OPERATOR_TENANTS=<the tenant of the people who run this portal>."
    return [Warning("Nobody can become operator of this portal.", hint=hint, id="bindery.W001")]
