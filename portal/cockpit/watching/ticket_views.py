"""Closing a ticket by hand, with a reason."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.cockpit.models import Ticket
from portal.cockpit.queries import find_version
from portal.cockpit.rows import app_url
from portal.cockpit.watching import ticket_commands
from portal.cockpit.watching.rows import ticket_row
from portal.cockpit.watching.ticket_forms import TicketForm
from portal.lib.forms import posted
from portal.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.RELEASES_WRITE)
def accept(request: TenantRequest, app_id: int, ticket_id: int) -> HttpResponse:
    """Write why what was found stays as it is."""
    version = find_version(app_id)
    ticket = get_object_or_404(Ticket, version=version, pk=ticket_id)
    form = TicketForm(posted(request))
    if form.is_valid():
        ticket_commands.accept_ticket(ticket, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The ticket about %(check)s is closed.") % {"check": ticket.check_id})
        return redirect("cockpit:detail", request.tenant.name, version.pk)
    context = {
        "form": form,
        "heading": _("Close the ticket about %(check)s?") % {"check": ticket.check_id},
        "app_name": version.display_name,
        "ticket": ticket_row(ticket),
        "cancel_url": app_url(request, "detail", version.pk),
    }
    return render(request, "cockpit/accept_ticket.html", context, status=422 if form.is_bound else 200)
