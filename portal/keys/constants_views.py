"""The page about deployment constants."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.access import TenantRequest, tenant_page
from portal.keys.constants_rows import keys_with_constants, rows_of, unknown_in
from portal.keys.links import key_url
from portal.lib.paging import page_of
from portal.permissions import Permission


@require_safe
@tenant_page(Permission.KEYS_READ)
def constants(request: TenantRequest) -> HttpResponse:
    """For each key and constant: the value in force, where it comes from, whether it differs, whether it is used."""
    keys, pages = page_of(request, keys_with_constants())
    groups = [
        {
            "name": key.name,
            "url": key_url(request, "detail", key.pk),
            "rows": rows_of(request.tenant, [key]),
        }
        for key in keys
    ]
    context = {
        "groups": groups,
        "pages": pages,
        "unknown": unknown_in(request.tenant),
        "list_url": key_url(request, "list"),
    }
    return render(request, "keys/constants.html", context)
