"""Taking the portal's own picture of an application that is to be released, in the background.

A capture is claimed under the version's lock for a lease, and taken outside of any transaction. A worker that is
killed leaves its claim behind; `abandoned` names the version then, and the capture begins again once.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.audit.events import Outcome
from portal.cockpit import events
from portal.cockpit.checks import deployment
from portal.cockpit.checks.check import Finding, found
from portal.cockpit.models import OPEN_RUNS, AppVersion, Capture, RunState
from portal.cockpit.moves import locked
from portal.cockpit.pictures import facts_as_json
from portal.cockpit.rules import PLATFORM_DOMAINS
from portal.cockpit.states import AppState
from portal.lib.browser.capture import Captured, capture
from portal.lib.browser.failures import CaptureFailed, Why
from portal.lib.browser.process import Limits
from portal.lib.fetch.failures import Reason
from portal.lib.images.cleaning import CleanImage, clean_screenshot
from portal.lib.images.reasons import ImageRefused
from portal.scoping import tenant_scope

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 2
# What a lease lasts beyond the fetch and the browser (seconds).
LEASE_BEYOND = 60
# A capture that waits so long has lost its task.
QUIET = timedelta(minutes=2)
HOUR = timedelta(hours=1)
# While the release is in one of these, its picture can still be seen before somebody decides.
UNDECIDED = frozenset({AppState.PREPARATION, AppState.WAITING})
WORDS = {
    Why.LED_ELSEWHERE: _("%(url)s leads on to %(detail)s, where this browser may not go."),
    Why.NOT_OPENED: _("The browser shows an error in place of %(url)s."),
    Why.TOO_SLOW: _("%(url)s could not be shown within %(seconds)s seconds."),
    Why.MEMORY: _("%(url)s takes more memory than the browser may have."),
    Why.CRASHED: _("The browser ended while it showed %(url)s."),
    Why.NOT_STARTED: _("The browser of this portal does not start. The operator finds more in the log."),
    Why.UNREADABLE: _("The browser sent no picture that can be read."),
}
NOT_FETCHED = {
    Reason.UNREACHABLE: _("Nothing answers at %(url)s."),
    Reason.TOO_SLOW: _("%(url)s did not answer in time."),
    Reason.NO_HTTP: _("What %(url)s sends is no HTTP, or its headers are too long."),
    Reason.NO_PUBLIC_ADDRESS: _("%(url)s: the name is not known, or one of its addresses is not public."),
}
REFUSED = _("%(url)s cannot be opened: the readiness checks say why.")
DECIDED = _("The release was decided about, or taken back, before the picture was there.")
INTERRUPTED = _("The task worker was ended while it took the picture.")


class _NotTaken(Exception):
    """There is no picture; the finding says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.what)
        self.finding = finding


def run_waiting(tenant_id: int, version_id: int, *, by: Actor) -> None:
    """Take the picture that waits for this version, unless another worker is at it."""
    with tenant_scope(tenant_id):
        claimed = _claim(version_id, by)
        if claimed is None:
            return
        try:
            taken, picture = _taken(claimed.url)
        except _NotTaken as error:
            _end(claimed, error.finding, by)
        except Exception:
            # The outer edge of a task: whatever went wrong, the page says that there is no picture.
            logger.exception("Taking a picture of an application failed")
            _end(claimed, found(WORDS[Why.UNREADABLE]), by)
        else:
            _end(claimed, (taken, picture), by)


def abandoned() -> list[tuple[int, int]]:
    """Tenant and version of the captures that nobody works on."""
    now = timezone.now()
    lost = Q(state=RunState.RUNNING, lease_until__lt=now) | Q(state=RunState.WAITING, asked_at__lt=now - QUIET)
    return list(Capture.all_tenants.filter(lost).order_by("pk").values_list("tenant_id", "version_id"))


def front_of(version: AppVersion) -> str:
    """The page that a picture is taken of: the first of the first component."""
    return next((f"{one.url.rstrip('/')}/" for one in version.component_list), "")


@transaction.atomic(durable=True)
def _claim(version_id: int, by: Actor) -> Capture | None:
    version = locked(AppVersion(pk=version_id))
    now = timezone.now()
    row = version.captures.filter(state__in=OPEN_RUNS).first()
    if row is None or (row.lease_until is not None and row.lease_until >= now):
        return None
    if row.attempts >= MOST_ATTEMPTS:
        _write_end(row, version, found(INTERRUPTED), by)
        return None
    row.state, row.attempts, row.url, row.version = RunState.RUNNING, row.attempts + 1, front_of(version), version
    row.lease_until = now + timedelta(seconds=constants.READINESS_FETCH + constants.CAPTURE_SECONDS + LEASE_BEYOND)
    row.save()
    return row


def _taken(url: str) -> tuple[Captured, CleanImage]:
    """The picture, made clean as one that was sent. Raises `_NotTaken`."""
    limits = Limits(
        constants.CAPTURE_SECONDS, memory=constants.CAPTURE_MEMORY * 1024**2, picture=constants.IMAGE_UPLOAD
    )
    try:
        taken = capture(
            url,
            browser=settings.BROWSER,
            fetcher=deployment.fetcher(),
            bar_hosts=PLATFORM_DOMAINS,
            bar_script=settings.HUB_BAR_SCRIPT_URL,
            limits=limits,
        )
        return taken, clean_screenshot(taken.png)
    except CaptureFailed as failed:
        if failed.why == Why.NOT_STARTED:
            logger.error("The browser %s does not start: %s", settings.BROWSER, failed.detail)
        raise _NotTaken(_finding(failed, url)) from failed
    except ImageRefused as refused:
        raise _NotTaken(found(WORDS[Why.UNREADABLE], reason=refused.reason)) from refused


def _finding(failed: CaptureFailed, url: str) -> Finding:
    if failed.why == Why.NOT_FETCHED:
        return found(NOT_FETCHED.get(Reason(failed.detail), REFUSED), url=url)
    return found(WORDS[failed.why], url=url, detail=failed.detail, seconds=constants.CAPTURE_SECONDS)


@transaction.atomic(durable=True)
def _end(row: Capture, came: Finding | tuple[Captured, CleanImage], by: Actor) -> None:
    """Write what came of it, unless the claim was lost, or somebody has decided without it."""
    version = locked(row.version)
    if not Capture.objects.filter(pk=row.pk, state=RunState.RUNNING, attempts=row.attempts).exists():
        return
    _write_end(row, version, came if version.state in UNDECIDED else found(DECIDED), by)


def _write_end(row: Capture, version: AppVersion, came: Finding | tuple[Captured, CleanImage], by: Actor) -> None:
    row.ended_at, row.lease_until = timezone.now(), None
    told = {"app": version.application.internal_name, "version": version.version, "url": row.url}
    older = version.captures.exclude(pk=row.pk)
    if isinstance(came, Finding):
        row.state, row.failure = RunState.FAILED, {"what": came.what, "evidence": dict(came.evidence)}
        row.save()
        failed = events.CaptureFailed(**told, why=came.what % came.evidence)
        record(failed, by=by, outcome=Outcome.ERROR, subject=version.subject)
    else:
        taken, picture = came
        row.state, row.picture, row.facts = RunState.DONE, picture.png, facts_as_json(picture.facts)
        row.status, row.refused = taken.status, list(taken.refused)
        row.save()
        # One picture is kept of a version; that others were taken counts for the limit.
        older.update(picture=None)
        record(events.ReleaseCaptured(**told), by=by, subject=version.subject)
    older.filter(picture=None, asked_at__lt=timezone.now() - HOUR).delete()
