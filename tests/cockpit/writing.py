"""What the tests of releases write."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from portal.cockpit.models import AlternateContact, AppVersion, Capture, RunState
from portal.cockpit.pictures import facts_as_json
from portal.cockpit.release.contact_commands import contact_url
from portal.lib.images.cleaning import CleanImage, PictureFacts
from portal.lib.images.seen import HubBar
from portal.scoping import tenant_scope
from tests.images.pictures import drawn, saved

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


PUMPS = "https://pumps.acme.example/"
# A square one, as it is sent; and a screenshot with the Hub's bar, as the portal has made it.
ICON = saved(drawn())
GOOD = PictureFacts(1440, 900, blank=False, hub_bar=HubBar.FOUND)
SCREENSHOT = CleanImage(saved(drawn(720, 450)), 720, 450, GOOD)


def picture(content: bytes, name: str = "picture.png") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content, "image/png")


def give_screenshot(version: AppVersion, facts: PictureFacts = GOOD) -> None:
    """The version, in preparation, has a screenshot on which this was seen; nothing is decoded for it."""
    kept = {"screenshot": SCREENSHOT.png, "screenshot_facts": facts_as_json(facts)}
    AppVersion.all_tenants.filter(pk=version.pk).update(**kept)


def give_capture(version: AppVersion, **told: Any) -> Capture:
    """The portal has taken a picture of the version; no browser is started for it."""
    kept = {"picture": SCREENSHOT.png, "facts": facts_as_json(GOOD), "url": PUMPS, "status": 200}
    row = {"state": RunState.DONE, "asked_by": "Dev", "ended_at": timezone.now()} | kept | told
    with tenant_scope(version.tenant_id):
        return Capture.objects.create(version=version, **row)


def approve(client: Client, version: AppVersion, **changed: Any) -> Any:
    """As the page sends it: with the submission and the notice that it showed."""
    return client.post(f"/t/acme/apps/{version.pk}/approve/", approval_shown(client, version) | changed)


def approval_shown(client: Client, version: AppVersion, language: str = "en") -> dict[str, Any]:
    """What the form has that this page shows, filled in as APPROVAL says."""
    form = client.get(f"/t/acme/apps/{version.pk}/approve/", headers={"accept-language": language}).context["form"]
    hidden = ("submission", "notice_language", "notice_digest")
    return APPROVAL | {name: form[name].value() for name in hidden}


def give(client: Client, version: AppVersion, *ticks: str, **changed: Any) -> Any:
    """As the page of the matrix sends it: with what it showed."""
    url = f"/t/acme/apps/{version.pk}/roles/"
    shown = client.get(url).context["form"]["seen"].value()
    return client.post(url, {"gives": ticks, "seen": shown} | changed)


def name_roles(client: Client, version: AppVersion, scopes: str, roles: str) -> Any:
    """As the page of the names sends it: with what it showed."""
    url = f"/t/acme/apps/{version.pk}/roles/names/"
    seen = client.get(url).context["form"]["seen"].value()
    return client.post(url, {"scopes": scopes, "roles": roles, "seen": seen})


def end_check(client: Client, version: AppVersion, *, language: str = "en", **told: Any) -> Any:
    """As the operator's page sends it: with the approval that it showed, if it showed a form."""
    url = f"/operator/releases/acme/{version.pk}/"
    page = client.get(url)
    form = page.context["form"] if page.status_code == 200 else None
    shown = form["approval"].value() if form else 0
    return client.post(url, {"outcome": "fail", "approval": shown} | told, headers={"accept-language": language})


def contact_link(version: AppVersion) -> str:
    """What the mail to the alternate contact of this version leads to, without the portal's own address."""
    contact = AlternateContact.all_tenants.get(version=version.pk, replaced_at=None)
    return contact_url(contact).removeprefix("http://localhost:8000")


def confirm(version: AppVersion) -> Any:
    """As the alternate contact does, in a browser in which nobody is signed in."""
    return Client().post(contact_link(version), {"answer": "confirm"})
