"""Handing a key over: the admin's page, and the page behind the link."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.access import SignedInRequest, TenantRequest, signed_in_page, tenant_page
from portal.errors import NotFound
from portal.keys.exports.forms import ExportForm
from portal.keys.exports.views import brought_secret, file_of
from portal.keys.handover import commands
from portal.keys.handover.forms import HandOverForm
from portal.keys.links import key_url
from portal.keys.models import BindingKey, HandOver, Source
from portal.keys.views import shown_secret
from portal.lib.forms import posted
from portal.notify.mails import NOT_POSTED
from portal.permissions import Permission
from portal.scoping import tenant_scope


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.KEYS_WRITE)
def hand_over(request: TenantRequest, key_id: int) -> HttpResponse:
    """Send a link to a new secret, or say who has one that waits."""
    key = get_object_or_404(BindingKey, pk=key_id, source=Source.PORTAL)
    form = HandOverForm(posted(request), initial={"language": get_language()})
    if form.is_valid():
        told = form.cleaned_data
        try:
            made = commands.hand_over(
                key,
                email=told["email"],
                language=told["language"],
                hours=told["hours"],
                old_ends_after=form.old_ends_after,
                by=request.actor,
            )
        except commands.HandOverNotNow as refusal:
            refusal.show_in(form)
        except NOT_POSTED as refusal:
            refusal.show_in(form, "email")
        else:
            messages.success(request, _("A mail with the link is on its way to %(email)s.") % {"email": made.email})
            return redirect("keys:hand_over", request.tenant.name, key.pk)
    waiting = commands.open_hand_over(key)
    context = {
        "form": "" if waiting else form,
        "heading": _("Hand %(name)s over") % {"name": key.name},
        "key_name": key.name,
        "waiting": waiting,
        "action": key_url(request, "withdraw_hand_over", key.pk) if waiting else "",
        "cancel_url": key_url(request, "detail", key.pk),
    }
    template = "keys/hand_over_waiting.html" if waiting else "keys/hand_over.html"
    return render(request, template, context, status=422 if form.errors else 200)


@require_POST
@tenant_page(Permission.KEYS_WRITE)
def withdraw_hand_over(request: TenantRequest, key_id: int) -> HttpResponse:
    """Take the link back that waits to be opened."""
    key = get_object_or_404(BindingKey, pk=key_id, source=Source.PORTAL)
    commands.withdraw_hand_over(key, by=request.actor)
    messages.success(request, _("The link opens nothing any more."))
    return redirect("keys:hand_over", request.tenant.name, key.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_page
def receive(request: SignedInRequest, token: str) -> HttpResponse:
    """Say what the link is. Only the button opens it: mail scanners and previews follow links, they press nothing."""
    made = _found(token)
    form = forms.Form(posted(request))
    if form.is_valid():
        secret = commands.reveal_hand_over(made, request.user, by=request.actor)
        context = shown_secret(made.key, secret, reverse("hand_over_file", args=[token]))
        return render(request, "keys/received.html", context)
    with tenant_scope(made.tenant_id):
        commands.check_hand_over(made)
    is_mine = commands.is_for(made, request.user)
    context = {
        "form": form,
        "heading": _("A secret was handed over") if made.opened_at or not is_mine else _("A secret for you"),
        "is_mine": is_mine,
        "made": made,
        "key_name": made.key.name,
        "tenant_name": made.tenant.display_name,
        "cancel_url": "/",
    }
    return render(request, "keys/receive.html", context)


@require_POST
@signed_in_page
def receive_file(request: SignedInRequest, token: str) -> HttpResponse:
    """The values with the secret as a file, for the person who has just been shown it."""
    made = _found(token)
    if made.opened_at is None or not commands.is_for(made, request.user):
        raise NotFound
    with tenant_scope(made.tenant_id):
        generation = commands.check_hand_over(made)
        secret = brought_secret(request.POST, [generation])
        return file_of(made.key, ExportForm(request.POST), secret, request.actor)


def _found(token: str) -> HandOver:
    made = commands.hand_over_of(token)
    if made is None:
        raise NotFound
    return made
