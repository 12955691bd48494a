"""The operator's pages about tenants: the list, an order, how far it is, and what can be done with a tenant."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.access import SignedInRequest, operator_page
from portal.errors import NotFound, Refusal
from portal.keys.upstream import upstream_key
from portal.lib.forms import posted
from portal.lib.paging import page_of
from portal.lib.secret import Secret
from portal.ops import orders
from portal.ops.tenant_forms import CorrectionForm, OrderForm, TenantFilterForm
from portal.ops.tenant_rows import shown_steps, tenant_facts
from portal.scoping import tenant_scope
from portal.tenants import commands, queries
from portal.tenants.models import RequestState, Tenant, TenantRequest
from portal.tenants.request_commands import RequestClosed
from portal.tenants.states import Verb, verbs_of

# Asked again this often while a step is running or waiting.
REFRESH_SECONDS = 2


@require_safe
@operator_page
def tenants(request: SignedInRequest) -> HttpResponse:
    """All tenants, with search and state."""
    form = TenantFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found, pages = page_of(request, queries.tenants(wanted.get("q", ""), wanted.get("state", "")))
    context = {
        "tenants": [tenant_facts(tenant) | {"url": _url("tenant", tenant)} for tenant in found],
        "pages": pages,
        "form": form,
        "open_requests": TenantRequest.objects.filter(state=RequestState.OPEN).count(),
        "requests_url": reverse("ops:requests"),
        "provision_url": reverse("ops:provision"),
    }
    return render(request, "ops/tenants.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def provision(request: SignedInRequest) -> HttpResponse:
    """Order a tenant, on the operator's own account or because somebody asked for it (`?request=`)."""
    asked = _asked(request.GET.get("request", ""))
    form = OrderForm(posted(request), initial=_initial_order(asked))
    if form.is_valid():
        told = form.cleaned_data
        secret = Secret(told.pop("client_secret"))
        try:
            tenant = orders.place_order(**told, secret=secret, asked=asked, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        except Refusal as refusal:
            refusal.show_in(form)
        else:
            return redirect("ops:tenant", tenant.name)
    context = {"form": form, "heading": _("Provision a tenant"), "cancel_url": reverse("ops:tenants"), "asked": asked}
    return render(request, "ops/provision.html", context, status=422 if form.is_bound else 200)


@require_safe
@operator_page
def tenant(request: SignedInRequest, tenant: str) -> HttpResponse:
    """One tenant: its facts, the steps of its provisioning, and what can be done with it now."""
    found = get_object_or_404(Tenant, name=tenant)
    with tenant_scope(found.pk):
        steps = shown_steps()
        history = queries.history(found)
        admins = queries.admin_names()
    context = {
        "facts": tenant_facts(found),
        "steps": steps,
        "done": sum(step["done"] for step in steps),
        "total": len(steps),
        "history": history,
        "admins": admins,
        "moving": found.is_open and not any(step["failed"] for step in steps),
        "failed": any(step["failed"] for step in steps) and found.is_open,
        "refresh_seconds": REFRESH_SECONDS,
        "verbs": verbs_of(found.state),
        "urls": {name: _url(name, found) for name in _PAGES},
    }
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "ops/tenant.html", context)
    # The page asks for its steps alone while one is running, and for all of itself once that is over.
    answer = render(request, "ops/_progress.html", context)
    if not context["moving"]:
        answer["HX-Refresh"] = "true"
    return answer


_PAGES = ("tenant", "correct", "retry", "cancel", "suspend", "resume", "archive", "package", "invite_admin")


@require_POST
@operator_page
def retry(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Let the failed step run again."""
    found = get_object_or_404(Tenant, name=tenant)
    commands.retry_provisioning(found, by=request.actor)
    return redirect("ops:tenant", found.name)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_page
def correct(request: SignedInRequest, tenant: str) -> HttpResponse:
    """Correct an order whose provisioning is not finished."""
    found = get_object_or_404(Tenant, name=tenant)
    if Verb.CANCEL not in verbs_of(found.state):
        return redirect("ops:tenant", found.name)
    with tenant_scope(found.pk):
        upstream = upstream_key()
    form = CorrectionForm(found, upstream.client_id if upstream else "", posted(request))
    if form.is_valid():
        told = form.cleaned_data
        written = told.pop("client_secret")
        try:
            orders.correct_order(found, **told, secret=Secret(written) if written else None, by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        except Refusal as refusal:
            refusal.show_in(form)
        else:
            return redirect("ops:tenant", found.name)
    heading = _("Correct the order of %(name)s") % {"name": found.name}
    return form_page(request, "ops/correct.html", form, heading=heading, cancel_url=_url("tenant", found))


def form_page(request: SignedInRequest, template: str, form: forms.Form, **shown: Any) -> HttpResponse:
    """A page with one form: 200, or 422 when it comes back with errors."""
    return render(request, template, {"form": form, **shown}, status=422 if form.errors else 200)


def _asked(number: str) -> TenantRequest | None:
    """The request that the order answers, if it is for one; raises `RequestClosed` when that has an answer already."""
    if not number:
        return None
    asked = TenantRequest.objects.filter(pk=number).first() if number.isascii() and number.isdecimal() else None
    if asked is None:
        raise NotFound
    if asked.state != RequestState.OPEN:
        raise RequestClosed
    return asked


def _initial_order(asked: TenantRequest | None) -> dict[str, Any]:
    if asked is None:
        return {"first_admin_language": get_language(), "environment": settings.OIDC_ENVIRONMENT}
    names = ("name", "display_name", "company_name", "company_domain", "package")
    told = {name: getattr(asked, name) for name in names}
    return told | {"first_admin_email": asked.requested_by.email, "first_admin_language": asked.language}


def _url(page: str, tenant: Tenant) -> str:
    return reverse(f"ops:{page}", args=[tenant.name])
