"""The list of collaborations, and the page of one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assets_app.sharing.forms import AnswerForm, CollaborationFilterForm
from assets_app.sharing.queries import find_collaboration, find_collaborations
from assets_app.sharing.rows import actions, collaboration_row, collaboration_url
from assets_app.sharing.states import CollaborationState, Side
from assets_app.sharing.timeline import timeline
from portal.access import TenantRequest, tenant_page
from portal.lib.paging import page_of
from portal.permissions import Permission


@require_safe
@tenant_page(Permission.SHARING_READ)
def list_collaborations(request: TenantRequest) -> HttpResponse:
    """Collaborations that the tenant offered or was offered, with filter."""
    form = CollaborationFilterForm(request.GET or None)
    found, pages = page_of(request, find_collaborations(**(form.cleaned_data if form.is_valid() else {})))
    context = {
        "collaborations": [collaboration_row(request, one) for one in found],
        "pages": pages,
        "form": form,
        "can_write": Permission.SHARING_WRITE in request.permissions,
        "offer_url": collaboration_url(request, "offer"),
    }
    return render(request, "sharing/list.html", context)


@require_safe
@tenant_page(Permission.SHARING_READ)
def detail(request: TenantRequest, collaboration_id: int) -> HttpResponse:
    """One collaboration: with whom, how it stands, what was said, what this person can do."""
    collaboration = find_collaboration(collaboration_id)
    is_accepted = collaboration.state == CollaborationState.ACCEPTED
    can_write = Permission.SHARING_WRITE in request.permissions and not collaboration.rests
    context = {
        "row": collaboration_row(request, collaboration),
        "collaboration": collaboration,
        "timeline": timeline(collaboration),
        "actions": actions(request, collaboration),
        "notice_lines": collaboration.notice.split("\n"),
        "offered_here": collaboration.side is Side.OFFERER,
        "waits_for_us": collaboration.waits_for_us,
        "propose_url": collaboration_url(request, "propose_end", collaboration.pk) if is_accepted and can_write else "",
        "answer_url": collaboration_url(request, "answer_end", collaboration.pk) if can_write else "",
        "answer_form": AnswerForm(initial={"until": collaboration.proposed_end}),
    }
    return render(request, "sharing/detail.html", context)
