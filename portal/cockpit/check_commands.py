"""How the check of an approved release ends: what the readiness checks find ends it at once, else the operator says it.

Those who approved it hear of it.
"""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.models import OPEN_RUNS, AppVersion, CheckReason, Move
from portal.cockpit.moves import locked, move
from portal.cockpit.states import AppState, Verb
from portal.errors import Refusal
from portal.lib.addresses import normal
from portal.notify import mails
from portal.tenants.models import Membership


class ChecksStillRun(Refusal):
    """The checks that follow an approval have the first word."""

    code = "release_checks_run"
    status = 409
    message = gettext_lazy("The readiness checks of this release are still to end.")
    advice = gettext_lazy("Load the page again in a minute. Without a task worker they wait: see the operator's pages.")


@transaction.atomic(durable=True)
def pass_check(version: AppVersion, *, by: Actor) -> AppVersion:
    """End the check well: the version is ready for assignment, which is its last state.

    The approver and the alternate contact get a mail. Raises `portal.cockpit.states.StateForbids`, `ChecksStillRun`.
    """
    version = locked(version)
    approvals = version.check_runs.filter(why=CheckReason.APPROVAL, state__in=OPEN_RUNS)
    if version.state == AppState.CHECK and approvals.exists():
        raise ChecksStillRun
    _tell(version, move(version, Verb.PASS, by=by))
    passed = events.CheckPassed(app=version.application.internal_name, version=version.version)
    record(passed, by=by, subject=version.subject)
    return version


@transaction.atomic(durable=True)
def fail_check(version: AppVersion, *, reason: str, by: Actor) -> AppVersion:
    """End the check with what has to be put right; the developers prepare the release again or make a new version.

    The approver and the alternate contact get a mail with the reason. Raises `portal.cockpit.states.StateForbids`.
    """
    version = locked(version)
    _fail(version, reason, by)
    return version


def remediate(version: AppVersion, check_ids: list[str], *, by: Actor) -> None:
    """The same as part of the end of a run, for what these readiness checks found; the version is `locked`."""
    with translation.override(version.tenant.first_admin_language or settings.LANGUAGE_CODE):
        found = _("The readiness checks found what stops a release: %(ids)s.") % {"ids": ", ".join(check_ids)}
    _fail(version, found, by)


def _fail(version: AppVersion, reason: str, by: Actor) -> None:
    _tell(version, move(version, Verb.FAIL, by=by, note=reason))
    failed = events.CheckFailed(app=version.application.internal_name, version=version.version)
    record(failed, by=by, subject=version.subject)


def _tell(version: AppVersion, end: Move) -> None:
    """A mail to the approver, if still a member, and to whom the approver named."""
    approval = version.moves.filter(verb=Verb.APPROVE).order_by("-pk").first()
    members = Membership.objects.select_related("user")
    approver = members.filter(user__subject=approval.by_id).first() if approval else None
    language = (approver.user.language if approver else "") or version.tenant.first_admin_language
    addresses = [version.alternate_email, *([approver.user.email] if approver else [])]
    url = settings.PORTAL_URL + reverse("cockpit:detail", args=[version.tenant.name, version.pk])
    for number, to in enumerate(dict.fromkeys(normal(address) for address in addresses if address)):
        with mails.best_effort():
            mails.release_checked(
                key=f"release_checked:{end.pk}:{number}",
                to=to,
                language=language,
                app_name=version.display_name,
                version=version.version,
                display_name=version.tenant.display_name,
                reason=end.note,
                url=url,
            )
