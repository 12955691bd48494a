"""Messages about a release, as the tenant writes them; the operator's are in `portal.ops.release_views`."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.cockpit.models import MessageSide
from portal.cockpit.queries import find_version
from portal.cockpit.release.forms import MessageForm
from portal.cockpit.release.message_commands import MessagesFull, TooManyMessages, write_message
from portal.cockpit.rows import app_url
from portal.cockpit.states import StateForbids
from portal.lib.forms import posted
from portal.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.APPS_WRITE)
def write(request: TenantRequest, app_id: int) -> HttpResponse:
    """Write to the operator about an approved release."""
    version = find_version(app_id)
    if not version.is_approved:
        raise StateForbids
    form = MessageForm(posted(request))
    if form.is_valid():
        try:
            write_message(version, side=MessageSide.TENANT, **form.cleaned_data, by=request.actor)
        except (MessagesFull, TooManyMessages) as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("Your message stands on the page of the release."))
            return redirect(app_url(request, "detail", version.pk) + "#messages")
    context = {
        "form": form,
        "heading": _("Write about %(name)s") % {"name": version.display_name},
        "app_name": version.display_name,
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/write_message.html", context, status=422 if form.is_bound else 200)
