"""A version as the templates show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.access import TenantRequest
from portal.cockpit.models import AppVersion
from portal.cockpit.pictures import facts_from_json
from portal.cockpit.queries import BADGES
from portal.cockpit.rules import CORE_ROLES
from portal.cockpit.screenshots import Severity, screenshot_findings
from portal.cockpit.states import AppState, Verb, verbs_of
from portal.lib.images.seen import HubBar

# What a button says that leads to the page of a verb.
VERB_LABELS: dict[str, str | Promise] = {
    Verb.REGISTER: _("Register…"),
    Verb.DEREGISTER: _("Deregister…"),
    Verb.PREPARE: _("Prepare release…"),
    Verb.SUBMIT: _("Submit release…"),
    Verb.WITHDRAW: _("Withdraw…"),
    Verb.SEND_BACK: _("Send back…"),
    Verb.APPROVE: _("Approve Upload…"),
}
# The step that leads on.
FORWARD = {Verb.REGISTER, Verb.PREPARE, Verb.SUBMIT, Verb.APPROVE}


@dataclass(frozen=True)
class Action:
    """A verb that this person can use now."""

    label: str | Promise
    url: str
    is_primary: bool


def app_url(request: TenantRequest, page: str, *args: int | str) -> str:
    """Address of a page about applications of this tenant."""
    return reverse(f"cockpit:{page}", args=[request.tenant.name, *args])


def app_row(request: TenantRequest, version: AppVersion) -> dict[str, Any]:
    """The version in the reader's words."""
    return {
        "url": app_url(request, "detail", version.pk),
        "name": version.display_name,
        "icon_url": icon_url(version),
        "internal_name": version.application.internal_name,
        "version": version.version,
        "state": BADGES[AppState(version.state)],
        "state_since": version.state_since,
        "created_at": version.created_at,
        "created_by": version.created_by,
    }


def icon_url(version: AppVersion) -> str:
    """Where the icon is; empty for a version that has none."""
    return reverse("cockpit:icon", args=[version.tenant.name, version.pk]) if version.has_icon else ""


@dataclass(frozen=True)
class Seen:
    """One thing that was looked at on the screenshot: what came of it, and what to do."""

    tone: str
    text: str | Promise
    advice: str | Promise = ""


def screenshot_row(version: AppVersion, url: str = "") -> dict[str, Any] | None:
    """The screenshot with what was found on it; None where there is none. `url` is for those who are no members."""
    facts = facts_from_json(version.screenshot_facts)
    if facts is None:
        return None
    rules = screenshot_findings(facts)
    tones = {Severity.ERROR: "bad", Severity.WARNING: "warn"}
    found = [Seen(tones[rule.severity], rule.message, rule.advice) for rule in rules]
    if facts.hub_bar == HubBar.FOUND:
        found.append(Seen("ok", _("The Hub's bar is on top of it.")))
    return {
        "url": url or reverse("cockpit:screenshot", args=[version.tenant.name, version.pk]),
        "width": facts.width,
        "height": facts.height,
        "found": found,
    }


def release_row(version: AppVersion) -> dict[str, Any]:
    """What is released: what it says, where its health is asked, what it may do by itself."""
    return {
        "description": version.release_description,
        "health_url": version.health_url,
        "credentials": version.get_credentials_display(),
        "screenshot": screenshot_row(version),
        "is_begun": bool(version.release_description or version.health_url),
        "approved_by": version.approved_by,
        "alternate_email": version.alternate_email,
        "notice": version.notice.split("\n") if version.notice else [],
        "notice_language": version.notice_language,
    }


def actions(request: TenantRequest, version: AppVersion) -> list[Action]:
    """The legal verbs of this person, the one that leads on last."""
    verbs = [verb for verb in verbs_of(version.state, request.permissions) if verb in VERB_LABELS]
    verbs.sort(key=FORWARD.__contains__)
    return [Action(VERB_LABELS[verb], app_url(request, verb, version.pk), verb in FORWARD) for verb in verbs]


@dataclass(frozen=True)
class Given:
    """A row of the matrix: a scope or a role of the platform, and which roles of the application give it."""

    name: str
    about: str | Promise
    cells: list[tuple[str, str, bool]]

    @property
    def is_given(self) -> bool:
        return any(ticked for _role, _value, ticked in self.cells)


def scope_rows(version: AppVersion) -> list[Given]:
    """The scopes, each with a cell for each role: its name, what a tick is called, whether it is ticked."""
    roles = version.role_list
    named = zip(version.scopes, version.full_scopes, strict=True)
    return [
        Given(full, "", [(role.name, tick(role.name, name), name in role.scopes) for role in roles])
        for name, full in named
    ]


def core_rows(version: AppVersion) -> list[Given]:
    """The same for the roles of the platform, with what each opens."""
    roles = version.role_list
    return [
        Given(name, about, [(role.name, tick(role.name, name), name in role.core_roles) for role in roles])
        for name, about in CORE_ROLES.items()
    ]


def tick(role: str, given: str) -> str:
    """What a tick in the matrix is called: no name of a role or scope has a slash."""
    return f"{role}/{given}"
