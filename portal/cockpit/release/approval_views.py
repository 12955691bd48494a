"""The pages on which a developer admin decides about a release."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.cockpit.queries import approved_before, find_version
from portal.cockpit.readiness.rows import shown_of, summary_of
from portal.cockpit.release import approval_commands
from portal.cockpit.release.changes import changes
from portal.cockpit.release.forms import ApprovalForm, ReasonForm
from portal.cockpit.rows import app_row, app_url, core_rows, release_row, scope_rows
from portal.cockpit.states import Verb, target_of
from portal.lib.forms import posted
from portal.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.RELEASES_WRITE)
def approve(request: TenantRequest, app_id: int) -> HttpResponse:
    """Approve a release that somebody else submitted."""
    version = find_version(app_id)
    target_of(version.state, Verb.APPROVE)
    submitted = approval_commands.last_submission(version)
    initial = {"submission": submitted.pk if submitted else 0, "language": get_language()}
    form = ApprovalForm(version, request.user.email, posted(request), initial=initial)
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("submission", "alternate_email", "language")}
        approval_commands.approve_release(version, **told, notice=form.notice, by=request.actor)
        messages.success(
            request,
            _("The release is approved. It is checked now; your substitute is asked to confirm."),
        )
        return redirect("cockpit:detail", request.tenant.name, version.pk)
    before = approved_before(version)
    context = {
        "form": form,
        "before": before,
        "changes": changes(before, version) if before else [],
        "heading": _("Approve the release of %(name)s?") % {"name": version.display_name},
        "app": app_row(request, version),
        "version": version,
        "release": release_row(version),
        "submitted": submitted,
        "may_approve": approval_commands.may_approve(submitted, request.actor),
        "roles": version.role_list,
        "rows": [*scope_rows(version), *(row for row in core_rows(version) if row.is_given)],
        "summary": summary_of(version),
        "shown": shown_of(version),
        "checks_url": app_url(request, "checks", version.pk),
        "notice": form.notice,
        "send_back_url": app_url(request, "send_back", version.pk),
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/approve.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.RELEASES_WRITE)
def send_back(request: TenantRequest, app_id: int) -> HttpResponse:
    """Give a release back to its developers, with the reason."""
    version = find_version(app_id)
    target_of(version.state, Verb.SEND_BACK)
    form = ReasonForm(posted(request))
    if form.is_valid():
        approval_commands.send_back_release(version, reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, _("The release is back with its developers."))
        return redirect("cockpit:detail", request.tenant.name, version.pk)
    context = {
        "form": form,
        "heading": _("Send the release of %(name)s back") % {"name": version.display_name},
        "app_name": version.display_name,
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/send_back.html", context, status=422 if form.is_bound else 200)
