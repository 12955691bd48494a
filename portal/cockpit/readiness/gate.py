"""The gate before a submission: the checks ran over the present configuration, and found nothing that blocks."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.cockpit.checks.check import Severity
from portal.cockpit.models import OPEN_RUNS, AppVersion, CheckRun, RunState
from portal.cockpit.queries import last_ended
from portal.cockpit.readiness.kept import as_report
from portal.cockpit.readiness.subjects import fingerprint, subject_of
from portal.errors import Refusal


class NotChecked(Refusal):
    """Nobody knows whether the application is ready as it is now."""

    code = "release_not_checked"
    status = 409
    advice = gettext_lazy("Look at the page of its checks and let them run.")


class Blocked(Refusal):
    """The checks found what the Hub refuses, or what is unsafe."""

    code = "release_blocked"
    status = 409
    advice = gettext_lazy("The page of its checks says what to do.")

    def __init__(self, ids: list[str]) -> None:
        super().__init__(_("The readiness checks found what stops a release: %(ids)s.") % {"ids": ", ".join(ids)})


def check_passable(version: AppVersion) -> None:
    """Raises `NotChecked` or `Blocked` if the version cannot be submitted as it is."""
    run = last_ended(version)
    why = _why_not_checked(version, run)
    if run is None or why:
        if version.check_runs.filter(state__in=OPEN_RUNS).exists():
            why = _("The readiness checks are still running.")
        raise NotChecked(str(why))
    if run.blocking:
        raise Blocked(as_report(run.results).ids(Severity.BLOCKING))


def _why_not_checked(version: AppVersion, run: CheckRun | None) -> str | Promise:
    if run is None:
        return _("The readiness checks have not run yet.")
    if run.state == RunState.FAILED:
        return _("The readiness checks could not be run to their end.")
    return "" if is_present(version, run) else _("Something was changed after the readiness checks ran.")


def is_present(version: AppVersion, run: CheckRun) -> bool:
    """Whether the run looked at the configuration that the version has now."""
    return run.fingerprint == fingerprint(subject_of(version))
