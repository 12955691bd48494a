"""Releases that were approved in their tenant: the operator checks them, asks about them, and says how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from portal.access import SignedInRequest, operator_page
from portal.cockpit.models import AppVersion, MessageSide
from portal.cockpit.pictures import ShownKind
from portal.cockpit.queries import BADGES, approved_before, approved_versions, find_picture, find_version
from portal.cockpit.readiness.rows import shown_of, summary_of
from portal.cockpit.release import check_commands
from portal.cockpit.release.capture_rows import capture_row
from portal.cockpit.release.changes import changes
from portal.cockpit.release.contact_commands import ContactUnconfirmed, approval_of
from portal.cockpit.release.dossier_views import dossier_file
from portal.cockpit.release.forms import PASS, CheckForm, MessageForm, QueueForm
from portal.cockpit.release.message_commands import MessagesFull, TooManyMessages, write_message
from portal.cockpit.rows import contact_row, core_rows, message_rows, release_row, scope_rows, screenshot_row
from portal.cockpit.states import AppState, StateForbids, Verb, target_of
from portal.cockpit.timeline import timeline
from portal.lib.forms import posted
from portal.lib.images.response import image_response
from portal.lib.paging import page_of
from portal.scoping import tenant_scope
from portal.tenants.models import Tenant


@require_safe
@operator_page
def releases(request: SignedInRequest) -> HttpResponse:
    """What waits for the end of its check, of all tenants, the oldest first; or all that was approved."""
    form = QueueForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found, pages = page_of(request, approved_versions(**wanted))
    context = {
        "releases": [_row(version) for version in found],
        "pages": pages,
        "form": form,
        # Nothing waits is no reason to hide what was checked before.
        "is_filtered": True,
    }
    return render(request, "ops/releases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def release(request: SignedInRequest, tenant: str, app_id: int) -> HttpResponse:
    """One release with all that was submitted, what was written about it, and the end of its check."""
    with _approved(tenant, app_id) as version:
        approval = approval_of(version)
        form = CheckForm(posted(request), initial={"approval": approval.pk if approval else 0})
        if form.is_bound:
            target_of(version.state, Verb.PASS)
        if form.is_valid():
            try:
                messages.success(request, _ended(version, form, request))
            except ContactUnconfirmed as refusal:
                refusal.show_in(form, "outcome")
            else:
                return redirect("ops:releases")
        return render(request, "ops/release.html", _shown(version, form), status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def ask_release(request: SignedInRequest, tenant: str, app_id: int) -> HttpResponse:
    """Ask or tell those who made a release something; its state stays."""
    with _approved(tenant, app_id) as version:
        form = MessageForm(posted(request), initial={"asks": True})
        url = reverse("ops:release", args=[tenant, version.pk])
        if form.is_valid():
            try:
                write_message(version, side=MessageSide.OPERATOR, **form.cleaned_data, by=request.actor)
            except (MessagesFull, TooManyMessages) as refusal:
                refusal.show_in(form)
            else:
                messages.success(request, _("Your message stands on the page of the release."))
                return redirect(f"{url}#messages")
        context = {
            "form": form,
            "heading": _("Write about %(name)s") % {"name": version.display_name},
            "app_name": version.display_name,
            "cancel_url": url,
        }
        return render(request, "cockpit/write_message.html", context, status=422 if form.is_bound else 200)


@require_GET  # a HEAD takes nothing away
@operator_page
def dossier(request: SignedInRequest, tenant: str, app_id: int) -> HttpResponse:
    """The signed archive of an approved release."""
    with _approved(tenant, app_id) as version:
        return dossier_file(version, by=request.actor)


@contextmanager
def _approved(tenant: str, app_id: int) -> Iterator[AppVersion]:
    """The version with its tenant's scope open: only what an approval has handed over is the operator's to see."""
    found = get_object_or_404(Tenant, name=tenant)
    with tenant_scope(found.pk):
        version = find_version(app_id)
        if not version.is_approved:
            raise StateForbids
        yield version


def _shown(version: AppVersion, form: CheckForm) -> dict[str, Any]:
    before = approved_before(version)
    return {
        "before": before,
        "changes": changes(before, version) if before else [],
        "form": form if version.state == AppState.CHECK else None,
        "heading": _("Check of %(name)s") % {"name": version.display_name},
        "app": _row(version),
        "version": version,
        "release": release_row(version)
        | {
            "screenshot": screenshot_row(version, _url(version, "release_screenshot")),
            "capture": capture_row(version, _url(version, "release_capture")),
        },
        "contact": contact_row(version),
        "roles": version.role_list,
        "rows": [*scope_rows(version), *(row for row in core_rows(version) if row.is_given)],
        "summary": summary_of(version),
        "shown": shown_of(version),
        "timeline": timeline(version),
        "messages_of_release": message_rows(version),
        "message_form": MessageForm(initial={"asks": True}),
        "message_url": reverse("ops:ask_release", args=[version.tenant.name, version.pk]),
        "dossier_url": reverse("ops:dossier", args=[version.tenant.name, version.pk]),
        "cancel_url": reverse("ops:releases"),
    }


@require_safe
@operator_page
def release_picture(request: SignedInRequest, tenant: str, app_id: int, kind: ShownKind) -> HttpResponseBase:
    """Icon, screenshot or own capture of a release, while the operator decides about it."""
    found = get_object_or_404(Tenant, name=tenant)
    with tenant_scope(found.pk):
        target_of(find_version(app_id).state, Verb.PASS)
        return image_response(request, find_picture(app_id, kind), kind=kind)


def _ended(version: AppVersion, form: CheckForm, request: SignedInRequest) -> str:
    told = {"name": version.display_name, "version": version.version}
    approval = form.cleaned_data["approval"]
    if form.cleaned_data["outcome"] == PASS:
        check_commands.pass_check(version, approval=approval, by=request.actor)
        return _("%(name)s %(version)s is ready for assignment.") % told
    reason = form.cleaned_data["reason"]
    check_commands.fail_check(version, approval=approval, reason=reason, items=form.returned, by=request.actor)
    return _("%(name)s %(version)s needs a remediation.") % told


def _url(version: AppVersion, page: str) -> str:
    return reverse(f"ops:{page}", args=[version.tenant.name, version.pk])


def _row(version: AppVersion) -> dict[str, Any]:
    return {
        "url": _url(version, "release"),
        "icon_url": _url(version, "release_icon") if version.has_icon else "",
        "name": version.display_name,
        "internal_name": version.application.internal_name,
        "version": version.version,
        "tenant": version.tenant.name,
        "state": BADGES[AppState(version.state)],
        "since": version.state_since,
        "days": (timezone.now() - version.state_since).days,
        "approved_by": version.approved_by,
    }
