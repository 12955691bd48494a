"""The pages that offer a collaboration and answer, revoke or end one."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assets_app.sharing import commands
from assets_app.sharing.forms import OfferForm, ReasonForm
from assets_app.sharing.models import Collaboration
from assets_app.sharing.queries import find_collaboration
from assets_app.sharing.rows import collaboration_url
from assets_app.sharing.states import Verb, target_of
from portal import constants
from portal.access import TenantRequest, tenant_page
from portal.lib.forms import posted
from portal.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.SHARING_WRITE)
def offer(request: TenantRequest) -> HttpResponse:
    """Offer a collaboration to another tenant."""
    form = OfferForm(posted(request))
    if form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("name", "message", "agreed_end")}
        try:
            made = commands.offer_collaboration(**told, notice=form.notice, by=request.actor)
        except commands.OfferedByPartner as refusal:
            messages.warning(request, f"{refusal.message} {refusal.advice}")
            return redirect("sharing:detail", request.tenant.name, refusal.collaboration.pk)
        except (commands.PartnerNotFound, commands.PartnerIsSelf, commands.CollaborationExists) as refusal:
            refusal.show_in(form, "name")
        except (commands.OfferedTooOften, commands.TooManyOffers) as refusal:
            refusal.show_in(form)
        else:
            messages.success(request, _("The collaboration is offered to %(name)s.") % {"name": told["name"]})
            return redirect("sharing:detail", request.tenant.name, made.pk)
    context = {
        "form": form,
        "notice": form.notice,
        "heading": _("Offer a collaboration"),
        "days": constants.COLLABORATION_OFFER_DAYS,
        "cancel_url": collaboration_url(request, "list"),
    }
    return render(request, "sharing/offer.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.SHARING_WRITE)
def accept(request: TenantRequest, collaboration_id: int) -> HttpResponse:
    """Accept an offer."""
    collaboration = _that_can(collaboration_id, Verb.ACCEPT)
    form = forms.Form(posted(request))
    named = {"name": collaboration.partner_name}

    def act() -> None:
        commands.accept_collaboration(collaboration, by=request.actor)
        messages.success(request, _("You collaborate with %(name)s now.") % named)

    return _step(request, "accept", collaboration, form, _("Accept the collaboration with %(name)s?") % named, act)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.SHARING_WRITE)
def decline(request: TenantRequest, collaboration_id: int) -> HttpResponse:
    """Decline an offer, with the reason."""
    collaboration = _that_can(collaboration_id, Verb.DECLINE)
    form = ReasonForm(posted(request), required=True)
    named = {"name": collaboration.partner_name}

    def act() -> None:
        commands.decline_collaboration(collaboration, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The collaboration with %(name)s is declined.") % named)

    return _step(request, "decline", collaboration, form, _("Decline the collaboration with %(name)s?") % named, act)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.SHARING_WRITE)
def revoke(request: TenantRequest, collaboration_id: int) -> HttpResponse:
    """Take an offer back before anybody answered."""
    collaboration = _that_can(collaboration_id, Verb.REVOKE)
    form = ReasonForm(posted(request))
    named = {"name": collaboration.partner_name}

    def act() -> None:
        commands.revoke_collaboration(collaboration, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The offer to %(name)s is revoked.") % named)

    return _step(request, "revoke", collaboration, form, _("Revoke the offer to %(name)s?") % named, act)


@require_http_methods(["GET", "HEAD", "POST"])
@tenant_page(Permission.SHARING_WRITE)
def end(request: TenantRequest, collaboration_id: int) -> HttpResponse:
    """End an accepted collaboration."""
    collaboration = _that_can(collaboration_id, Verb.END)
    form = ReasonForm(posted(request))
    named = {"name": collaboration.partner_name}

    def act() -> None:
        commands.end_collaboration(collaboration, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The collaboration with %(name)s has ended.") % named)

    return _step(request, "end", collaboration, form, _("End the collaboration with %(name)s?") % named, act)


def _that_can(collaboration_id: int, verb: str) -> Collaboration:
    """The collaboration with this id, else 404; raises `StateForbids` when this side cannot use the verb now."""
    collaboration = find_collaboration(collaboration_id)
    target_of(collaboration.state, verb, collaboration.side)
    return collaboration


def _step(
    request: TenantRequest,
    page: str,
    collaboration: Collaboration,
    form: forms.Form,
    heading: str,
    act: Callable[[], None],
) -> HttpResponse:
    """Do it when the form is sent, then back to the collaboration; else say the consequence and ask."""
    if form.is_valid():
        act()
        return redirect("sharing:detail", request.tenant.name, collaboration.pk)
    context = {
        "form": form,
        "heading": heading,
        "partner": collaboration.partner_name,
        "account": collaboration.partner.name,
        "collaboration": collaboration,
        "cancel_url": collaboration_url(request, "detail", collaboration.pk),
    }
    return render(request, f"sharing/{page}.html", context, status=422 if form.is_bound else 200)
