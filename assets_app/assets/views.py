"""The tenant's assets as the Hub knows them. When the Hub does not answer, the pages still do, and say so."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal import constants
from portal.access import TenantRequest, tenant_page
from portal.errors import NotFound, Refusal, request_id
from portal.hub.client import Aspect, Asset, HalPage
from portal.hub.errors import HubRefused
from portal.keys.upstream import hub_client
from portal.lib.paging import Pages, page_url
from portal.permissions import Permission

EMPTY: HalPage[Asset] = HalPage([], 0, 0, 0)


class AssetFilterForm(forms.Form):
    """Narrows the list of assets."""

    q = forms.CharField(label=_("Name contains"), required=False, max_length=100)
    page = forms.IntegerField(required=False, min_value=1, max_value=100_000, widget=forms.HiddenInput)


@require_safe
@tenant_page(Permission.ASSETS_READ)
def list_assets(request: TenantRequest) -> HttpResponse:
    """All assets by name, as many a page as the Hub gives."""
    form = AssetFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    words, number = wanted.get("q", ""), wanted.get("page") or 1
    name_contains = json.dumps({"name": {"contains": words}}) if words else ""
    found, problem = EMPTY, None
    try:
        found = hub_client(request.tenant).assets(page=number - 1, size=constants.PAGE_SIZE, filter_json=name_contains)
    except Refusal as fault:
        problem = problem_of(request, fault)
    context = {
        "assets": [_row(request, asset) for asset in found.items],
        "problem": problem,
        "pages": _pages(request, found),
        "form": form,
    }
    return render(request, "assets/list.html", context)


@require_safe
@tenant_page(Permission.ASSETS_READ)
def detail(request: TenantRequest, asset_id: str) -> HttpResponse:
    """One asset: where it stands, its aspects with their variables, and how an app reads their values."""
    asset = Asset(asset_id, name=asset_id)
    aspects: list[Aspect] = []
    problem = None
    try:
        client = hub_client(request.tenant)
        asset = client.asset(asset_id)
        aspects = client.aspects(asset_id)
    except HubRefused as refused:
        if refused.hub_status == 404:
            raise NotFound from refused
        problem = problem_of(request, refused)
    except Refusal as fault:
        problem = problem_of(request, fault)
    context = {
        "asset": _row(request, asset) | {"path": asset.path},
        "aspects": [_aspect(asset_id, aspect) for aspect in aspects],
        "problem": problem,
    }
    return render(request, "assets/detail.html", context)


def problem_of(request: TenantRequest, fault: Refusal) -> dict[str, Any]:
    """A fault of the Hub as a note on a page that otherwise works."""
    detail = str(fault.advice)
    if isinstance(fault, HubRefused) and fault.logref:
        reference = _("Insights Hub's reference: %(logref)s") % {"logref": fault.logref}
        detail = f"{detail} {reference}".strip()
    return {"title": fault.message, "detail": detail, "request_id": request_id(request)}


def _row(request: TenantRequest, asset: Asset) -> dict[str, Any]:
    return {
        "name": asset.name,
        "type_id": asset.type_id,
        "asset_id": asset.asset_id,
        "url": reverse("assets:detail", args=[request.tenant.name, asset.asset_id]),
        "location": asset.location,
        "timezone": asset.timezone,
        "description": asset.description,
    }


def _aspect(asset_id: str, aspect: Aspect) -> dict[str, Any]:
    # Encoded, because people run this line in their shell.
    name = quote(aspect.name, safe="")
    url = f"{settings.PORTAL_URL}/api/iottimeseries/v3/timeseries/{asset_id}/{name}"
    return {
        "name": aspect.name,
        "variables": aspect.variables,
        "try_line": f'curl -H "Authorization: Bearer $TOKEN" {url}',
    }


def _pages(request: TenantRequest, found: HalPage[Asset]) -> Pages:
    first = found.number * constants.PAGE_SIZE + 1 if found.items else 0
    previous = found.number if found.number > 0 else None
    following = found.number + 2 if found.number + 1 < found.pages else None
    last = first + len(found.items) - 1 if found.items else 0
    return Pages(first, last, found.total, page_url(request, previous), page_url(request, following))
