"""The page on which a second admin decides about a new key."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.keys import approval_commands
from portal.keys.links import key_url
from portal.keys.models import BindingKey
from portal.keys.reach_forms import APPROVE, ApprovalForm
from portal.keys.reach_views import reach_of
from portal.lib.forms import posted
from portal.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def approve(request: TenantRequest, key_id: int) -> HttpResponse:
    """Approve or reject a key that another admin made."""
    key = get_object_or_404(BindingKey, pk=key_id)
    form = ApprovalForm(posted(request))
    if form.is_valid():
        return _decided(request, key, form.cleaned_data["decision"])
    if not key.is_waiting:  # the link of a mail leads here as well, after somebody has decided
        messages.info(request, _("%(name)s does not wait for an approval.") % {"name": key.name})
        return redirect("keys:detail", request.tenant.name, key.pk)
    context = {
        "form": form,
        "heading": _("Approve %(name)s?") % {"name": key.name},
        "key": key,
        "reach": reach_of(request, key),
        "is_maker": approval_commands.is_maker(key, request.actor),
        "cancel_url": key_url(request, "detail", key.pk),
    }
    return render(request, "keys/approve.html", context, status=422 if form.is_bound else 200)


def _decided(request: TenantRequest, key: BindingKey, decision: str) -> HttpResponse:
    if decision == APPROVE:
        approval_commands.approve_key(key, by=request.actor)
        key.refresh_from_db()
        text = (
            _("%(name)s is approved, but refused for another reason.")
            if key.standing
            else _("%(name)s is approved and works.")
        )
        messages.success(request, text % {"name": key.name})
    else:
        approval_commands.reject_key(key, by=request.actor)
        messages.success(request, _("%(name)s is rejected and revoked.") % {"name": key.name})
    return redirect("keys:detail", request.tenant.name, key.pk)
