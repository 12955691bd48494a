"""What happens when the portal starts: settings that need the slices are tried, system checks are registered."""

from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "portal.ops"

    def ready(self) -> None:
        from portal.hub.environments import check_settings
        from portal.ops import checks  # noqa: F401  (importing registers them)

        check_settings()
