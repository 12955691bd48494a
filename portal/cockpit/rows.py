"""A version as the templates show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.access import TenantRequest
from portal.cockpit.models import AppVersion, Registration, RegistrationState, ReleaseMessage
from portal.cockpit.pictures import facts_from_json
from portal.cockpit.queries import BADGES
from portal.cockpit.registration.registrations import registrar_of
from portal.cockpit.release.capture_rows import capture_row
from portal.cockpit.release.contact_commands import contact_of
from portal.cockpit.release.screenshots import Severity, screenshot_findings
from portal.cockpit.rules import CORE_ROLES
from portal.cockpit.states import AppState, Verb, verbs_of
from portal.cockpit.watching.rows import told_health_row
from portal.errors import refusal_of
from portal.lib.badge import Badge
from portal.lib.images.seen import HubBar
from portal.permissions import Permission

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
CONFIRMED = Badge("ok", "badge-check", _("Confirmed"))
DECLINED = Badge("bad", "circle-x", _("Declined"))
NOT_CONFIRMED = Badge("wait", "hourglass", _("Not confirmed yet"))
LINK_EXPIRED = Badge("warn", "clock-alert", _("The link has expired"))
NOT_ASKED = Badge("warn", "mail-x", _("No mail was sent"))
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
        "capture": capture_row(version),
        "is_begun": bool(version.release_description or version.health_url),
        "approved_by": version.approved_by,
        "alternate_email": version.alternate_email,
        "notice": version.notice.split("\n") if version.notice else [],
        "notice_language": version.notice_language,
    }


def hub_row(request: TenantRequest, version: AppVersion) -> dict[str, Any] | None:
    """What the Hub has of the version, and where to go on there; None where it cannot be told by an API."""
    known = registrar_of(version)
    row: Registration | None = getattr(version, "registration", None)
    if known is None or (row is None and version.is_editable):
        return None
    failed = row is not None and row.state == RegistrationState.FAILED
    refusal = refusal_of(row.reason) if row is not None and failed else None
    tenant = version.tenant.name
    is_there = row is not None and row.is_wanted and row.state == RegistrationState.DONE
    return {
        "badge": _hub_badge(row),
        "at": row.changed_at if row else None,
        "is_pending": row is not None and row.state == RegistrationState.PENDING,
        "why": refusal.message if refusal else "",
        "advice": refusal.advice if refusal else "",
        "detail": row.detail if row and failed else "",
        "retry_at": row.retry_at if row and failed else None,
        "retry_url": app_url(request, "retry_registration", version.pk)
        if Permission.APPS_WRITE in request.permissions and (failed or row is None)
        else "",
        "health": told_health_row(row) if row and is_there and version.state == AppState.READY else None,
        "launchpad_url": known.launchpad_of(tenant) if is_there else "",
        "role_settings_url": known.role_settings_of(tenant) if is_there else "",
    }


def _hub_badge(row: Registration | None) -> Badge:
    if row is None:
        return Badge("muted", "circle", _("Not told yet"))
    match (row.state, row.is_wanted):
        case (RegistrationState.DONE, True):
            return Badge("ok", "check", _("Registered at the Hub"))
        case (RegistrationState.DONE, False):
            return Badge("muted", "check", _("Deregistered at the Hub"))
        case (RegistrationState.FAILED, _any):
            return Badge("bad", "triangle-alert", RegistrationState.FAILED.label)
        case (RegistrationState.REPLACED, _any):
            return Badge("muted", "refresh-cw", RegistrationState.REPLACED.label)
    return Badge("wait", "hourglass", RegistrationState.PENDING.label)


def message_rows(version: AppVersion) -> list[ReleaseMessage]:
    """What was written about a release, oldest first."""
    return list(version.messages.order_by("pk"))


def contact_row(version: AppVersion) -> dict[str, Any]:
    """The alternate contact that counts and what became of the question; `named` is empty where there is none."""
    contact = contact_of(version)
    if contact is None:
        return {"named": None, "email": version.alternate_email, "badge": NOT_ASKED, "is_confirmed": False}
    answered = contact.confirmed_at or contact.declined_at
    badge = NOT_CONFIRMED if contact.is_open else LINK_EXPIRED
    if contact.confirmed_at:
        badge = CONFIRMED
    elif contact.declined_at:
        badge = DECLINED
    elif not contact.mailed_at:
        badge = NOT_ASKED
    ended = version.state == AppState.REMEDIATION
    return {
        "named": contact,
        "email": contact.email,
        "badge": badge,
        "answered_at": answered,
        "is_confirmed": bool(contact.confirmed_at),
        "is_open": not answered,
        # The end of the check was told before anybody could be sure that the address is right.
        "was_not_told": ended and not (contact.confirmed_at and contact.confirmed_at < version.state_since),
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
