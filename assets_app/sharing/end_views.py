"""The pages about another agreed end."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assets_app.sharing import end_commands
from assets_app.sharing.forms import AGREE, AnswerForm, EndForm
from assets_app.sharing.queries import find_collaboration
from assets_app.sharing.rows import collaboration_url
from assets_app.sharing.states import CollaborationState, StateForbids
from portal.access import TenantRequest, tenant_page
from portal.errors import BadRequest
from portal.lib.forms import posted
from portal.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.SHARING_WRITE)
def propose_end(request: TenantRequest, collaboration_id: int) -> HttpResponse:
    """Propose another last day to the other side."""
    collaboration = find_collaboration(collaboration_id)
    if collaboration.state != CollaborationState.ACCEPTED:
        raise StateForbids
    form = EndForm(posted(request))
    named = {"name": collaboration.partner_name}
    if form.is_valid():
        end_commands.propose_end(collaboration, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The new end is proposed to %(name)s.") % named)
        return redirect("sharing:detail", request.tenant.name, collaboration.pk)
    context = {
        "form": form,
        "heading": _("Propose another end to %(name)s") % named,
        "partner": collaboration.partner_name,
        "collaboration": collaboration,
        "cancel_url": collaboration_url(request, "detail", collaboration.pk),
    }
    return render(request, "sharing/propose_end.html", context, status=422 if form.is_bound else 200)


@require_POST
@tenant_page(Permission.SHARING_WRITE)
def answer_end(request: TenantRequest, collaboration_id: int) -> HttpResponse:
    """Agree to the end that the other side proposed, or reject it."""
    collaboration = find_collaboration(collaboration_id)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise BadRequest
    until = form.cleaned_data["until"]
    if form.cleaned_data["answer"] == AGREE:
        end_commands.agree_to_end(collaboration, until=until, by=request.actor)
        messages.success(request, _("The new end is agreed."))
    else:
        end_commands.reject_end(collaboration, until=until, by=request.actor)
        messages.success(request, _("The proposal is rejected. What was agreed stays."))
    return redirect("sharing:detail", request.tenant.name, collaboration.pk)
