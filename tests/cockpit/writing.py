"""What the tests of releases write."""

from __future__ import annotations

from typing import Any

from django.test import Client

from portal.cockpit.contact_commands import contact_url
from portal.cockpit.models import AlternateContact, AppVersion

RELEASE = {
    "release_description": "Tells when a pump\r\nneeds oil.",
    "health_component": "web",
    "health_path": "/health",
    "credentials": "read",
}
APPROVAL = {
    "alternate_email": "Sub@acme.example",
    "language": "en",
    "accepted": "on",
    "name_typed": "pumpadvisor",
}


def approve(client: Client, version: AppVersion, **changed: Any) -> Any:
    """As the page sends it: with the submission that it showed."""
    url = f"/t/acme/apps/{version.pk}/approve/"
    shown = client.get(url).context["form"]["submission"].value()
    return client.post(url, APPROVAL | {"submission": shown} | changed)


def contact_link(version: AppVersion) -> str:
    """What the mail to the alternate contact of this version leads to, without the portal's own address."""
    contact = AlternateContact.all_tenants.get(version=version.pk, replaced_at=None)
    return contact_url(contact).removeprefix("http://localhost:8000")


def confirm(version: AppVersion) -> Any:
    """As the alternate contact does, in a browser in which nobody is signed in."""
    return Client().post(contact_link(version), {"answer": "confirm"})
