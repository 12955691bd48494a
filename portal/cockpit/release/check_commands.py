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
from portal.cockpit.release.contact_commands import approval_of, check_contact, contact_of
from portal.cockpit.release.review import as_items, in_words
from portal.cockpit.states import StateForbids, Verb, target_of
from portal.errors import Refusal
from portal.lib.addresses import normal
from portal.notify import mails
from portal.notify.writing import VALUE_LIMIT
from portal.tenants.models import Membership


class ChecksStillRun(Refusal):
    """The checks that follow an approval have the first word."""

    code = "release_checks_run"
    status = 409
    message = gettext_lazy("The readiness checks of this release are still to end.")
    advice = gettext_lazy("Load the page again in a minute. Without a task worker they wait: see the operator's pages.")


@transaction.atomic(durable=True)
def pass_check(version: AppVersion, *, approval: int, by: Actor) -> AppVersion:
    """End the check well: the version is ready for assignment, which is its last state.

    `approval` is the step whose release the operator looked at: one that failed and was approved anew meanwhile is
    another. The approver and the alternate contact get a mail. Raises `portal.cockpit.states.StateForbids`,
    `ChecksStillRun`, `portal.cockpit.release.contact_commands.ContactUnconfirmed`.
    """
    version = locked(version)
    target_of(version.state, Verb.PASS)
    _check_seen(version, approval)
    if version.check_runs.filter(why=CheckReason.APPROVAL, state__in=OPEN_RUNS).exists():
        raise ChecksStillRun
    check_contact(version)
    _tell(version, move(version, Verb.PASS, by=by))
    passed = events.CheckPassed(app=version.application.internal_name, version=version.version)
    record(passed, by=by, subject=version.subject)
    return version


@transaction.atomic(durable=True)
def fail_check(
    version: AppVersion, *, approval: int, reason: str, items: dict[str, str] | None = None, by: Actor
) -> AppVersion:
    """End the check with what has to be put right; the developers prepare the release again or make a new version.

    `approval` is the step whose release the operator looked at, as in `pass_check`. `items` are reasons by
    `portal.cockpit.release.review.ReviewItem`, which the developers read beside each item.
    The approver, and the alternate contact if confirmed, get a mail with the reason. Raises
    `portal.cockpit.states.StateForbids`.
    """
    version = locked(version)
    target_of(version.state, Verb.FAIL)
    _check_seen(version, approval)
    _fail(version, reason, items or {}, by)
    return version


def remediate(version: AppVersion, check_ids: list[str], *, by: Actor) -> None:
    """The same as part of the end of a run, for what these readiness checks found; the version is `locked`."""
    with translation.override(version.tenant.first_admin_language or settings.LANGUAGE_CODE):
        found = _("The readiness checks found what stops a release: %(ids)s.") % {"ids": ", ".join(check_ids)}
    _fail(version, found, {}, by)


def _check_seen(version: AppVersion, approval: int) -> None:
    """Raises `StateForbids` unless this is the approval whose check is to end."""
    present = approval_of(version)
    if present is None or present.pk != approval:
        raise StateForbids


def _fail(version: AppVersion, reason: str, items: dict[str, str], by: Actor) -> None:
    _tell(version, move(version, Verb.FAIL, by=by, note=reason, items=as_items(items)))
    failed = events.CheckFailed(app=version.application.internal_name, version=version.version, items=", ".join(items))
    record(failed, by=by, subject=version.subject)


def _tell(version: AppVersion, end: Move) -> None:
    """A mail to the approver, if still a member, and to the alternate contact, if confirmed."""
    approval = approval_of(version)
    members = Membership.objects.select_related("user")
    approver = members.filter(user__subject=approval.by_id).first() if approval else None
    told: dict[str, str] = {}
    contact = contact_of(version)
    if contact is not None and contact.confirmed_at:
        told[contact.email] = contact.language
    if approver is not None and approver.user.email:
        told[normal(approver.user.email)] = approver.user.language or version.tenant.first_admin_language
    url = settings.PORTAL_URL + reverse("cockpit:detail", args=[version.tenant.name, version.pk])
    for number, (to, language) in enumerate(told.items()):
        with mails.best_effort():
            mails.release_checked(
                key=f"release_checked:{end.pk}:{number}",
                to=to,
                language=language,
                app_name=version.display_name,
                version=version.version,
                display_name=version.tenant.display_name,
                reason=_in_short(end, language),
                url=url,
            )


def _in_short(end: Move, language: str) -> str:
    """Why a check failed as far as it has room in a mail; the page has it all."""
    with translation.override(language):
        said = [end.note, *(f"{label}: {reason}" for label, reason in in_words(end))]
    whole = " · ".join(" ".join(text.split()) for text in said if text)
    return whole if len(whole) <= VALUE_LIMIT else f"{whole[: VALUE_LIMIT - 1]}…"
