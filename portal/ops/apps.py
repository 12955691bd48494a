"""Registers the system checks."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "portal.ops"

    def ready(self) -> None:
        from portal.ops import checks  # noqa: F401  (importing registers them)
