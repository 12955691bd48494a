"""People who ask for a tenant, and the operator's answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portal.access import SignedInRequest, operator_page
from portal.errors import Refusal
from portal.lib.badge import Badge
from portal.lib.forms import posted
from portal.lib.paging import page_of
from portal.ops.tenant_forms import ReasonForm
from portal.ops.tenant_views import form_page
from portal.tenants import request_commands
from portal.tenants.models import RequestState, Tenant, TenantRequest

BADGES = {
    RequestState.OPEN: Badge("wait", "inbox", RequestState.OPEN.label),
    RequestState.ACCEPTED: Badge("ok", "check", RequestState.ACCEPTED.label),
    RequestState.DECLINED: Badge("bad", "ban", RequestState.DECLINED.label),
    RequestState.WITHDRAWN: Badge("muted", "undo-2", RequestState.WITHDRAWN.label),
}


@require_safe
@operator_page
def requests(request: SignedInRequest) -> HttpResponse:
    """All requests: those that wait for an answer first, then the newest."""
    asked = TenantRequest.objects.select_related("requested_by", "tenant")
    open_first = Case(When(state=RequestState.OPEN, then=0), default=1)
    found, pages = page_of(request, asked.order_by(open_first, "-created_at", "-pk"))
    context = {"requests": [_row(one) for one in found], "pages": pages}
    return render(request, "ops/requests.html", context)


@require_safe
@operator_page
def request(request: SignedInRequest, request_id: int) -> HttpResponse:
    """One request with all that it says."""
    asked = get_object_or_404(TenantRequest.objects.select_related("requested_by", "tenant"), pk=request_id)
    taken = Tenant.objects.filter(name=asked.name).first()
    taken_url = reverse("ops:tenant", args=[taken.name]) if taken and taken != asked.tenant else ""
    return render(request, "ops/request.html", {"asked": _row(asked), "taken_url": taken_url})


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def decline(request: SignedInRequest, request_id: int) -> HttpResponse:
    """Say no, with the reason."""
    asked = get_object_or_404(TenantRequest, pk=request_id)
    back = reverse("ops:request", args=[asked.pk])
    form = ReasonForm(_("The person reads it here and in a mail."), posted(request), max_length=500)
    if form.is_valid():
        try:
            request_commands.decline_request(asked, reason=form.cleaned_data["reason"], by=request.actor)
        except Refusal as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("The request for %(name)s is declined.") % {"name": asked.name})
            return redirect("ops:requests")
    heading = _("Decline the request for %(name)s?") % {"name": asked.name}
    return form_page(request, "ops/decline.html", form, heading=heading, cancel_url=back)


def _row(asked: TenantRequest) -> dict[str, Any]:
    return {
        "url": reverse("ops:request", args=[asked.pk]),
        "accept_url": f"{reverse('ops:provision')}?request={asked.pk}",
        "decline_url": reverse("ops:decline", args=[asked.pk]),
        "tenant_url": reverse("ops:tenant", args=[asked.tenant.name]) if asked.tenant else "",
        "name": asked.name,
        "display_name": asked.display_name,
        "company_name": asked.company_name,
        "company_domain": asked.company_domain,
        "package": asked.package,
        "note": asked.note,
        "by": asked.requested_by.name,
        "by_email": asked.requested_by.email,
        "by_email_verified": asked.requested_by.email_verified,
        "domain_fits": asked.requested_by.email.lower().endswith(f"@{asked.company_domain}"),
        "created_at": asked.created_at,
        "state": BADGES[RequestState(asked.state)],
        "is_open": asked.state == RequestState.OPEN,
        "decided_at": asked.decided_at,
        "decided_by": asked.decided_by,
        "reason": asked.reason,
    }
