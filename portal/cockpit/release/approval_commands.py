"""The second pair of eyes: a release goes on only after a developer admin who did not submit it approved it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.models import AppVersion, CheckReason, Move
from portal.cockpit.moves import locked, move
from portal.cockpit.readiness.commands import run_after
from portal.cockpit.release.contact_commands import name_contact
from portal.cockpit.states import StateForbids, Verb
from portal.errors import Refusal
from portal.lib.notice import Notice


class SubmitterMayNotApprove(Refusal):
    """Two pairs of eyes are those of two people."""

    code = "release_by_submitter"
    status = 403
    message = _("You submitted this release, so another developer admin has to approve it.")


@transaction.atomic(durable=True)
def approve_release(
    version: AppVersion, *, submission: int, alternate_email: str, language: str = "", notice: Notice, by: Actor
) -> AppVersion:
    """Approve a release: nothing of this version changes any more unless its check fails, and it is checked.

    Whoever prepares it anew after a failed check takes the approval away; what was accepted stays with the step.

    The readiness checks run once more; what blocks ends the check at once, else the operator ends it.

    The alternate contact is asked by mail to confirm, in this language, else in that of the tenant.

    `submission` is the step that the approver looked at: one that was withdrawn and submitted anew meanwhile is
    another. `notice` is the text that was accepted. Raises `portal.cockpit.states.StateForbids`,
    `SubmitterMayNotApprove`.
    """
    version = locked(version)
    submitted = last_submission(version)
    if submitted is None or submitted.pk != submission:
        raise StateForbids
    if not may_approve(submitted, by):
        raise SubmitterMayNotApprove
    accepted: dict[str, Any] = {"alternate_email": alternate_email}
    accepted |= {"notice": notice.text, "notice_language": notice.language}
    move(version, Verb.APPROVE, by=by, approval=accepted, approved_by=by.name, **accepted)
    name_contact(version, email=alternate_email, language=language or version.tenant.first_admin_language, by=by)
    run_after(version, CheckReason.APPROVAL, by=by)
    approved = events.ReleaseApproved(
        app=version.application.internal_name,
        version=version.version,
        submitted_by=submitted.by_name,
        alternate_email=alternate_email,
    )
    record(approved, by=by, subject=version.subject)
    return version


@transaction.atomic(durable=True)
def send_back_release(version: AppVersion, *, reason: str, by: Actor) -> AppVersion:
    """Give a release back to its developers with the reason, which stands in its timeline.

    Raises `portal.cockpit.states.StateForbids`.
    """
    version = locked(version)
    move(version, Verb.SEND_BACK, by=by, note=reason)
    returned = events.ReleaseSentBack(app=version.application.internal_name, version=version.version)
    record(returned, by=by, subject=version.subject)
    return version


def last_submission(version: AppVersion) -> Move | None:
    """The step with which the release was submitted last."""
    return version.moves.filter(verb=Verb.SUBMIT).order_by("-pk").first()


def may_approve(submitted: Move | None, actor: Actor) -> bool:
    """Whether this actor is somebody else than who submitted it; by id, because names are not unique."""
    return not constants.RELEASE_FOUR_EYES or (submitted is not None and submitted.by_id != actor.id)
