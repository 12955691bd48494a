"""The portal's own capture of an application: how far it is, and asking for another one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.access import TenantRequest, tenant_page
from portal.cockpit.queries import find_version
from portal.cockpit.release import capture_commands
from portal.cockpit.release.capture_rows import capture_row
from portal.permissions import Permission


@require_safe
@tenant_page(Permission.APPS_READ)
def capture(request: TenantRequest, app_id: int) -> HttpResponse:
    """How far the capture is, for the page that shows it; without script, that page.

    A part of the page alone: around it somebody may be writing.
    """
    version = find_version(app_id)
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("cockpit:detail", request.tenant.name, version.pk)
    return render(request, "cockpit/_capture.html", {"capture": capture_row(version)})


@require_POST
@tenant_page(Permission.APPS_WRITE)
def ask(request: TenantRequest, app_id: int) -> HttpResponse:
    """Let a picture be taken of a release that is prepared."""
    version = find_version(app_id)
    capture_commands.ask_capture(version, by=request.actor)
    messages.success(request, _("The browser opens the application; the picture stands here in a moment."))
    return redirect("cockpit:detail", request.tenant.name, version.pk)
