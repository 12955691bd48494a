"""The page of a version's readiness checks: how far a run is, what was found, what to do; and reports for programs."""

from __future__ import annotations

import json

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access import TenantRequest, tenant_page
from portal.cockpit.checks import formats
from portal.cockpit.checks.check import Severity
from portal.cockpit.models import AppVersion, CheckRun, RunState
from portal.cockpit.queries import find_version
from portal.cockpit.readiness import commands as run_commands
from portal.cockpit.readiness.forms import VisitForm
from portal.cockpit.readiness.kept import as_report
from portal.cockpit.readiness.rows import shown_of, summary_of
from portal.cockpit.readiness.subjects import subject_of
from portal.cockpit.readiness.waiver_commands import WAIVABLE
from portal.cockpit.rows import app_row, app_url
from portal.identity.gateway import forwarded_token
from portal.lib.forms import posted
from portal.permissions import Permission

# While a run goes on, the page asks again after so many seconds.
REFRESH_SECONDS = 2


@require_safe
@tenant_page(Permission.APPS_READ)
def checks(request: TenantRequest, app_id: int) -> HttpResponse:
    """What the newest run found, and how far the one is that goes on."""
    version = find_version(app_id)
    summary = summary_of(version)
    may_write = Permission.APPS_WRITE in request.permissions
    context = {
        "app": app_row(request, version),
        "version": version,
        "summary": summary,
        "refresh_seconds": REFRESH_SECONDS,
        "checks_url": app_url(request, "checks", version.pk),
        "run_url": app_url(request, "run_checks", version.pk) if may_write else "",
        "visit_url": app_url(request, "visit", version.pk) if may_write else "",
    }
    if request.htmx:  # type: ignore[attr-defined]
        # The page asks for the progress alone while one is running, and for all of itself once that is over.
        answer = render(request, "cockpit/_checks_progress.html", context)
        if summary.running is None:
            answer["HX-Refresh"] = "true"
        return answer
    shown = shown_of(version)
    may_waive = may_write and version.state in WAIVABLE
    context |= {
        "shown": shown,
        "groups": [(name, title, _with_urls(request, version, rows, may_waive)) for name, title, rows in shown.groups],
        "stale": [(one, app_url(request, "withdraw_waiver", version.pk, one.check_id)) for one in shown.stale],
        "may_waive": may_waive,
        "json_url": app_url(request, "report_json", version.pk, shown.run.pk) if shown.run else "",
        "junit_url": app_url(request, "report_junit", version.pk, shown.run.pk) if shown.run else "",
    }
    return render(request, "cockpit/checks.html", context)


def _with_urls(request: TenantRequest, version: AppVersion, rows: list, may_waive: bool) -> list:  # type: ignore[type-arg]
    def url(page: str, check_id: str, is_offered: bool) -> str:
        return app_url(request, page, version.pk, check_id) if may_waive and is_offered else ""

    return [
        (
            row,
            url("waive", row.check.id, row.is_waivable and not row.waiver),
            url("withdraw_waiver", row.check.id, bool(row.waiver)),
        )
        for row in rows
    ]


@require_POST
@tenant_page(Permission.APPS_WRITE)
def run(request: TenantRequest, app_id: int) -> HttpResponse:
    """Let the checks run now."""
    version = find_version(app_id)
    run_commands.start_run(version, by=request.actor)
    return redirect("cockpit:checks", request.tenant.name, version.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def visit(request: TenantRequest, app_id: int) -> HttpResponse:
    """Let the checks visit the application with a person's token of the Hub, as its gateway would send it."""
    version = find_version(app_id)
    form = VisitForm(posted(request), subject=subject_of(version), forwarded=forwarded_token(request))
    if form.is_valid():
        run_commands.start_run(version, token=form.cleaned_data["token"], by=request.actor)
        return redirect("cockpit:checks", request.tenant.name, version.pk)
    context = {
        "form": form,
        "heading": _("Visit the application with a token of the Hub"),
        "app_name": version.display_name,
        "cancel_url": app_url(request, "checks", version.pk),
    }
    return render(request, "cockpit/visit.html", context, status=422 if form.is_bound else 200)


@require_safe
@tenant_page(Permission.APPS_READ)
def report_json(request: TenantRequest, app_id: int, run_id: int) -> HttpResponse:
    """What a run found, as JSON with the ids of the checks."""
    found = _done(app_id, run_id)
    told = formats.as_data(as_report(found.results)) | {"fetched": found.results["fetched"]}
    written = json.dumps(told, indent=2, ensure_ascii=False)
    return _file(written, "application/json", found, "json")


@require_safe
@tenant_page(Permission.APPS_READ)
def report_junit(request: TenantRequest, app_id: int, run_id: int) -> HttpResponse:
    """What a run found, as a test suite; what blocks is a failure."""
    found = _done(app_id, run_id)
    written = formats.as_junit(as_report(found.results), str(found.version), {Severity.BLOCKING})
    return _file(written, "application/xml", found, "xml")


def _done(app_id: int, run_id: int) -> CheckRun:
    runs = CheckRun.objects.select_related("version__application")
    return get_object_or_404(runs, version=find_version(app_id), pk=run_id, state=RunState.DONE)


def _file(written: str, media_type: str, run: CheckRun, ending: str) -> HttpResponse:
    answer = HttpResponse(written, content_type=f"{media_type}; charset=utf-8")
    name = f"{run.version.application.internal_name}-checks-{run.pk}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
