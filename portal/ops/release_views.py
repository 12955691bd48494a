"""Releases that were approved in their tenant: the operator checks them and says how it ended."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.access import SignedInRequest, operator_page
from portal.cockpit import check_commands
from portal.cockpit.models import AppVersion
from portal.cockpit.queries import find_version, versions_in_check
from portal.cockpit.release_forms import PASS, CheckForm
from portal.cockpit.rows import core_rows, release_row, scope_rows
from portal.cockpit.run_rows import shown_of, summary_of
from portal.cockpit.states import Verb, target_of
from portal.lib.forms import posted
from portal.lib.paging import page_of
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant


@require_safe
@operator_page
def releases(request: SignedInRequest) -> HttpResponse:
    """What waits for the end of its check, of all tenants, the oldest first."""
    found, pages = page_of(request, versions_in_check())
    return render(request, "ops/releases.html", {"releases": [_row(version) for version in found], "pages": pages})


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def release(request: SignedInRequest, tenant: str, app_id: int) -> HttpResponse:
    """One release with all that was submitted, and the end of its check."""
    found = get_object_or_404(Tenant, name=tenant)
    with tenant_scope(found.pk):
        version = find_version(app_id)
        target_of(version.state, Verb.PASS)
        form = CheckForm(posted(request))
        if form.is_valid():
            messages.success(request, _ended(version, form, request))
            return redirect("ops:releases")
        context = {
            "form": form,
            "heading": _("Check of %(name)s") % {"name": version.display_name},
            "app": _row(version),
            "version": version,
            "release": release_row(version),
            "roles": version.role_list,
            "rows": [*scope_rows(version), *(row for row in core_rows(version) if row.is_given)],
            "summary": summary_of(version),
            "shown": shown_of(version),
            "cancel_url": reverse("ops:releases"),
        }
        return render(request, "ops/release.html", context, status=422 if form.is_bound else 200)


def _ended(version: AppVersion, form: CheckForm, request: SignedInRequest) -> str:
    told = {"name": version.display_name, "version": version.version}
    if form.cleaned_data["outcome"] == PASS:
        check_commands.pass_check(version, by=request.actor)
        return _("%(name)s %(version)s is ready for assignment.") % told
    check_commands.fail_check(version, reason=form.cleaned_data["reason"], by=request.actor)
    return _("%(name)s %(version)s needs a remediation.") % told


def _row(version: AppVersion) -> dict[str, Any]:
    return {
        "url": reverse("ops:release", args=[version.tenant.name, version.pk]),
        "name": version.display_name,
        "internal_name": version.application.internal_name,
        "version": version.version,
        "tenant": version.tenant.name,
        "since": version.state_since,
        "approved_by": version.approved_by,
    }
