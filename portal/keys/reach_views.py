"""The page on which a key's reach is changed, and what the page of a key says of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.access import TenantRequest, tenant_page
from portal.keys import reach_commands
from portal.keys.links import key_url
from portal.keys.models import BindingKey, Source
from portal.keys.reach import KeyOptions, routes_of
from portal.keys.reach_forms import EditKeyForm
from portal.lib.forms import posted
from portal.lib.route_names import ROUTE_NAMES
from portal.permissions import Permission


@dataclass(frozen=True)
class Reach:
    """What a key may reach, in words; the two addresses are empty for who may not go there."""

    routes: list[str | Promise]
    networks: list[str]
    contact_email: str
    stored_where: str
    is_waiting: bool
    approved_by: str
    edit_url: str
    approve_url: str


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def edit(request: TenantRequest, key_id: int) -> HttpResponse:
    """Change what a key may reach, from where, and what is noted about it."""
    key = get_object_or_404(BindingKey, pk=key_id, source=Source.PORTAL, revoked_at=None)
    form, saved = EditKeyForm(key, posted(request)), None
    if form.is_valid():
        try:
            seen = form.cleaned_data["seen"]
            reach_commands.change_key(key, options=form.options, seen=seen, by=request.actor)
        except reach_commands.KeyChangedMeanwhile:
            key.refresh_from_db()
        except reach_commands.ReachWidened as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("%(name)s is changed. It holds from its next call on.") % {"name": key.name})
            return redirect("keys:detail", request.tenant.name, key.pk)
    present = KeyOptions.of(key).digest
    if form.is_bound and form["seen"].value() != present:
        saved = reach_of(request, key)
        reach_commands.KeyChangedMeanwhile().show_in(form)
        form.show_present(present)
    context = {
        "form": form,
        "saved": saved,
        "heading": _("Change %(name)s") % {"name": key.name},
        "key_name": key.name,
        "only_narrower": request.tenant.key_approval,
        "cancel_url": key_url(request, "detail", key.pk),
    }
    return render(request, "keys/edit.html", context, status=422 if form.is_bound else 200)


def reach_of(request: TenantRequest, key: BindingKey) -> Reach | None:
    """For `keys/_reach.html`; None for an imported key, whose reach the Hub decides."""
    if key.source != Source.PORTAL:
        return None
    may_write = Permission.KEYS_WRITE in request.permissions
    return Reach(
        routes=[ROUTE_NAMES[name] for name in routes_of(key)] if key.routes else [],
        networks=key.networks,
        contact_email=key.contact_email,
        stored_where=key.stored_where,
        is_waiting=key.is_waiting,
        approved_by=key.approved_by,
        edit_url=key_url(request, "edit", key.pk) if may_write and key.is_active else "",
        approve_url=key_url(request, "approve", key.pk) if may_write and key.is_waiting else "",
    )
