"""A collaboration as the templates show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets_app.sharing.models import Collaboration
from assets_app.sharing.queries import BADGES
from assets_app.sharing.states import CollaborationState, Verb, verbs_of
from portal.access import TenantRequest
from portal.lib.badge import Badge
from portal.permissions import Permission

# What a button says that leads to the page of a verb.
VERB_LABELS: dict[str, str | Promise] = {
    Verb.ACCEPT: _("Accept…"),
    Verb.DECLINE: _("Decline…"),
    Verb.REVOKE: _("Revoke…"),
    Verb.END: _("End…"),
}
EXPIRED = Badge("muted", "clock-alert", _("Not answered in time"))
RESTS = Badge("warn", "circle-pause", _("Rests"))


@dataclass(frozen=True)
class Action:
    """A verb that this person can use now."""

    label: str | Promise
    url: str
    is_primary: bool


def collaboration_url(request: TenantRequest, page: str, *args: int) -> str:
    """Address of a page about collaborations of this tenant."""
    return reverse(f"sharing:{page}", args=[request.tenant.name, *args])


def collaboration_row(request: TenantRequest, collaboration: Collaboration) -> dict[str, Any]:
    """The collaboration as this side of it may see it."""
    return {
        "url": collaboration_url(request, "detail", collaboration.pk),
        "partner": collaboration.partner_name,
        "account": collaboration.partner.name,
        "direction": collaboration.side.label,
        "state": EXPIRED if collaboration.is_expired else BADGES[CollaborationState(collaboration.state)],
        # That a tenant is suspended is no matter of whoever has only offered it something.
        "rests": RESTS if collaboration.rests and collaboration.knows_partner else None,
        "since": collaboration.state_since,
        "agreed_end": collaboration.agreed_end,
    }


def actions(request: TenantRequest, collaboration: Collaboration) -> list[Action]:
    """The legal verbs of this person, the one that leads on last."""
    if Permission.SHARING_WRITE not in request.permissions:
        return []
    verbs = verbs_of(collaboration.state, collaboration.side)
    if collaboration.rests or collaboration.is_expired:
        verbs = [verb for verb in verbs if verb != Verb.ACCEPT]
    verbs.sort(key=Verb.ACCEPT.__eq__)
    return [
        Action(VERB_LABELS[verb], collaboration_url(request, verb, collaboration.pk), verb == Verb.ACCEPT)
        for verb in verbs
    ]
