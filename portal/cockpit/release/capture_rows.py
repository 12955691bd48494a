"""The portal's own capture of an application as the templates show it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.urls import reverse

from portal.cockpit.checks.check import Finding
from portal.cockpit.models import AppVersion, RunState
from portal.cockpit.pictures import facts_from_json
from portal.cockpit.states import AppState
from portal.lib.images.seen import HubBar


def capture_row(version: AppVersion, url: str = "") -> dict[str, Any]:
    """The newest picture, whether one is being taken, and why the last try gave none.

    `url` is where the picture is for those who are no members.
    """
    rows = list(version.captures.defer("picture").order_by("-pk"))
    taken = next((row for row in rows if row.state == RunState.DONE), None)
    ended = next((row for row in rows if not row.is_open), None)
    facts = facts_from_json(taken.facts) if taken else None
    failure = ended.failure if ended else None
    names = [version.tenant.name, version.pk]
    return {
        "has_browser": bool(settings.BROWSER),
        "is_open": any(row.is_open for row in rows),
        "can_be_asked": bool(settings.BROWSER) and version.state == AppState.PREPARATION,
        "progress_url": "" if url else reverse("cockpit:capture", args=names),
        "failure": Finding(**failure).text if failure else "",
        "picture": {
            # A newer picture has another address: a page that is open shows that one.
            "src": f"{url or reverse('cockpit:capture_picture', args=names)}?{taken.pk}",
            "width": facts.width,
            "height": facts.height,
            "has_bar": facts.hub_bar == HubBar.FOUND,
            "of": taken.url,
            "at": taken.ended_at,
            "status": taken.status,
            "is_refused": taken.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN},
            "refused": taken.refused,
        }
        if taken and facts
        else None,
    }
