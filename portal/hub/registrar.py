"""Registering applications where an environment has an API for it.

The Hub publishes none; the emulator has one of its own (`docs/emulator.md`), which stands for the Developer Cockpit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from portal.hub.authenticator import Credential
from portal.hub.client import call_as, logref_of
from portal.hub.environments import Environment
from portal.hub.errors import HubError, HubRefused


class NotADeveloper(HubError):
    code = "hub_not_developer"
    message = _("Insights Hub does not let the credential of this tenant register applications.")
    advice = _("A tenant admin imports a technical user with the role mdsp:core:Developer under Binding keys.")


class RegistrationConflict(HubError):
    code = "hub_registration_conflict"
    status = 409
    message = _("Insights Hub has another application of this name, or as many as the tenant may have.")
    advice = _("Deregister one that is not needed any more, then try again.")


class NoRegistrar(HubError):
    code = "hub_no_registrar"
    message = _("In the environment of this tenant no application can be registered by an API.")
    advice = _("Write the same values into the Developer Cockpit.")


@dataclass(frozen=True)
class Registrar:
    """The registered applications of a tenant, as its credential may change them. Each call bears repetition."""

    environment: Environment
    credential: Credential

    def register(self, name: str, told: dict[str, Any]) -> None:
        """Register an application, or replace its registration."""
        self._call("PUT", name, {200, 201}, json=told)

    def remove(self, name: str, version: str) -> None:
        """Take the registration of this version back; one that is not there is no failure."""
        self._call("DELETE", name, {204, 404}, params={"version": version})

    def tell_health(self, name: str, version: str, colour: str, *, seen_at: datetime, holds_until: datetime) -> None:
        """Say how the registered version is: green, yellow, red or unknown; from `holds_until` on nobody knows."""
        told = {
            "version": version,
            "status": colour,
            "observedAt": seen_at.astimezone(UTC).isoformat(),
            "validUntil": holds_until.astimezone(UTC).isoformat(),
        }
        self._call("PUT", name, {200}, "/health", json=told)

    def _call(self, method: str, name: str, expected: set[int], path: str = "", **kwargs: Any) -> None:
        if not self.environment.registrar:
            raise NoRegistrar
        url = f"{self.environment.registrar}/applications/{quote(name, safe='')}{path}"
        response = call_as(self.credential, method, url, **kwargs)
        match response.status_code:
            case status if status in expected:
                return
            case 403:
                raise NotADeveloper
            case 409:
                raise RegistrationConflict
        raise HubRefused(response.status_code, logref_of(response))
