"""A release: prepared, submitted, withdrawn. Who approves it is in `approval_commands`."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.models import APPROVAL_FIELDS, AppVersion, CheckReason
from portal.cockpit.moves import locked, move
from portal.cockpit.pictures import facts_as_json, facts_from_json
from portal.cockpit.readiness import gate
from portal.cockpit.readiness.commands import run_after
from portal.cockpit.release.capture_commands import capture_after
from portal.cockpit.release.screenshots import ScreenshotRule, Severity, screenshot_findings
from portal.cockpit.states import AppState, Verb, target_of
from portal.errors import Refusal
from portal.lib.images.cleaning import CleanImage

NOT_APPROVED: dict[str, Any] = dict.fromkeys(APPROVAL_FIELDS, "")
RELEASE_FIELDS = ("release_description", "health_component", "health_path", "credentials")


class ReleaseIncomplete(Refusal):
    """Whoever approves it could not know what it is or whether it is alive."""

    code = "release_incomplete"
    status = 409
    message = _("A release has a description and a health endpoint at one of its components.")
    advice = _("Write what is missing under “Change the release”.")


class ScreenshotMissing(Refusal):
    """Whoever decides about a release has to see the application."""

    code = "screenshot_missing"
    status = 409
    message = _("A release has a screenshot of the application with the Hub's bar.")
    advice = _("Take one through the Hub's gateway and send it under “Change the release”.")


class ScreenshotUnfit(Refusal):
    """The screenshot breaks a rule that the Hub holds a release to."""

    code = "screenshot_unfit"
    status = 409

    def __init__(self, rule: ScreenshotRule) -> None:
        super().__init__(str(rule.message))
        self.advice = rule.advice


# What `submit_release` refuses because of what was written.
NOT_READY = (ReleaseIncomplete, ScreenshotMissing, ScreenshotUnfit)


@transaction.atomic(durable=True)
def prepare_release(version: AppVersion, *, screenshot: CleanImage | None = None, by: Actor, **told: str) -> AppVersion:
    """Write RELEASE_FIELDS of a registered version. The first time begins its preparation; nobody is told yet.

    After a failed check that takes the approval away: the version goes on only with another one.

    A screenshot replaces the present one; without one, that one stays. Raises `portal.cockpit.states.StateForbids`.
    """
    version = locked(version)
    begins = version.state != AppState.PREPARATION
    if begins:
        move(version, Verb.PREPARE, by=by, **NOT_APPROVED)
    changed = [name for name in RELEASE_FIELDS if name in told and getattr(version, name) != told[name]]
    for name in changed:
        setattr(version, name, told[name])
    if screenshot is not None:
        version.screenshot, version.screenshot_facts = screenshot.png, facts_as_json(screenshot.facts)
        changed += ["screenshot", "screenshot_facts"]
    if changed:
        version.save(update_fields=changed)
        run_after(version, CheckReason.CHANGE, by=by)
    if begins or screenshot is not None:
        capture_after(version, by=by)
    if begins or changed:
        prepared = events.ReleasePrepared(
            app=version.application.internal_name,
            version=version.version,
            fields=", ".join(name for name in changed if name != "screenshot_facts"),
        )
        record(prepared, by=by, subject=version.subject)
    return version


@transaction.atomic(durable=True)
def submit_release(version: AppVersion, *, by: Actor) -> AppVersion:
    """Put a prepared release before the developer admins. Until one decides, it cannot be changed, only withdrawn.

    Raises `portal.cockpit.states.StateForbids`, `ReleaseIncomplete`, `ScreenshotMissing`, `ScreenshotUnfit`,
    `portal.cockpit.readiness.gate.NotChecked`, `portal.cockpit.readiness.gate.Blocked`.
    """
    # What the checks have looked at is told apart by the pictures too.
    version = locked(version, with_pictures=True)
    target_of(version.state, Verb.SUBMIT)
    _check_complete(version)
    gate.check_passable(version)
    move(version, Verb.SUBMIT, by=by)
    submitted = events.ReleaseSubmitted(
        app=version.application.internal_name,
        version=version.version,
        health_url=version.health_url,
        credentials=version.credentials,
    )
    record(submitted, by=by, subject=version.subject)
    return version


def _check_complete(version: AppVersion) -> None:
    if not (version.release_description and version.health_url):
        raise ReleaseIncomplete
    facts = facts_from_json(version.screenshot_facts)
    if version.screenshot is None or facts is None:
        raise ScreenshotMissing
    for rule in screenshot_findings(facts):
        if rule.severity == Severity.ERROR:
            raise ScreenshotUnfit(rule)


@transaction.atomic(durable=True)
def withdraw_release(version: AppVersion, *, by: Actor) -> AppVersion:
    """Take a release back before anybody decided, to change it. Raises `portal.cockpit.states.StateForbids`."""
    version = locked(version)
    move(version, Verb.WITHDRAW, by=by)
    withdrawn = events.ReleaseWithdrawn(app=version.application.internal_name, version=version.version)
    record(withdrawn, by=by, subject=version.subject)
    return version
