"""The pages that prepare, submit and withdraw a release."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.cockpit.queries import find_version
from portal.cockpit.readiness.gate import Blocked, NotChecked
from portal.cockpit.release import commands as release_commands
from portal.cockpit.release.capture_rows import capture_row
from portal.cockpit.release.forms import ReleaseForm
from portal.cockpit.release.screenshots import screenshot_findings
from portal.cockpit.rows import app_url, release_row, screenshot_row
from portal.cockpit.states import AppState, Verb, target_of
from portal.image_upload import takes_pictures
from portal.lib.forms import posted, sent
from portal.lib.images.cleaning import CleanImage
from portal.permissions import Permission


@csrf_exempt  # checked by `takes_pictures`, after the right
@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
@takes_pictures
def prepare(request: TenantRequest, app_id: int) -> HttpResponse:
    """Write the release of a registered version."""
    version = find_version(app_id)
    begins = version.state != AppState.PREPARATION
    if begins:
        target_of(version.state, Verb.PREPARE)
    screenshot = screenshot_row(version)
    form = ReleaseForm(version, screenshot["url"] if screenshot else "", *sent(request))
    if form.is_valid():
        release_commands.prepare_release(version, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The release is saved. Submit it when it is complete."))
        _tell_findings(request, form.cleaned_data["screenshot"])
        return redirect("cockpit:detail", request.tenant.name, version.pk)
    if form.is_bound:
        form.ask_again_for_pictures()
    context = {
        "form": form,
        "screenshot": screenshot,
        "release": {"screenshot": screenshot, "capture": capture_row(version)} if not begins else None,
        "ask_capture_url": app_url(request, "ask_capture", version.pk),
        "heading": _("Prepare the release of %(name)s") % {"name": version.display_name},
        "app_name": version.display_name,
        "begins": begins,
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/prepare.html", context, status=422 if form.is_bound else 200)


def _tell_findings(request: TenantRequest, screenshot: CleanImage | None) -> None:
    """At once, so that another screenshot is taken before somebody waits for an approval."""
    for rule in screenshot_findings(screenshot.facts) if screenshot else []:
        messages.warning(request, f"{rule.message} {rule.advice}")


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def submit(request: TenantRequest, app_id: int) -> HttpResponse:
    """Put a release before the developer admins."""
    version = find_version(app_id)
    target_of(version.state, Verb.SUBMIT)
    form = forms.Form(posted(request))
    if form.is_valid():
        try:
            release_commands.submit_release(version, by=request.actor)
        except (*release_commands.NOT_READY, NotChecked, Blocked) as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("The release waits for a developer admin."))
            return redirect("cockpit:detail", request.tenant.name, version.pk)
    context = {
        "form": form,
        "heading": _("Submit the release of %(name)s?") % {"name": version.display_name},
        "app_name": version.display_name,
        "release": release_row(version),
        "checks_url": app_url(request, "checks", version.pk),
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/submit.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def withdraw(request: TenantRequest, app_id: int) -> HttpResponse:
    """Take a release back before anybody decided."""
    version = find_version(app_id)
    target_of(version.state, Verb.WITHDRAW)
    form = forms.Form(posted(request))
    if form.is_valid():
        release_commands.withdraw_release(version, by=request.actor)
        messages.success(request, _("The release is withdrawn and can be changed."))
        return redirect("cockpit:detail", request.tenant.name, version.pk)
    context = {
        "form": form,
        "heading": _("Withdraw the release of %(name)s?") % {"name": version.display_name},
        "app_name": version.display_name,
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/withdraw.html", context)
