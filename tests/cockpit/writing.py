"""What the tests of releases write."""

from __future__ import annotations

from typing import Any

from django.test import Client

from portal.cockpit.models import AppVersion

RELEASE = {
    "release_description": "Tells when a pump\r\nneeds oil.",
    "health_component": "web",
    "health_path": "/health",
    "credentials": "read",
}
APPROVAL = {"alternate_email": "Sub@acme.example", "accepted": "on", "name_typed": "pumpadvisor"}


def approve(client: Client, version: AppVersion, **changed: Any) -> Any:
    """As the page sends it: with the submission that it showed."""
    url = f"/t/acme/apps/{version.pk}/approve/"
    shown = client.get(url).context["form"]["submission"].value()
    return client.post(url, APPROVAL | {"submission": shown} | changed)
