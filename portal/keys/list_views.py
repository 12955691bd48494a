"""The list of keys, and what is exported of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.access import TenantRequest, tenant_page
from portal.errors import BadRequest
from portal.keys import list_commands, use_counts
from portal.keys.expiry import in_utc
from portal.keys.forms import KeyFilterForm
from portal.keys.links import key_url
from portal.keys.queries import find_keys, state_word
from portal.keys.rows import key_row
from portal.keys.use_counts import Uses
from portal.lib.bar_chart import sparkline
from portal.lib.csv_file import csv_file
from portal.lib.paging import page_of
from portal.permissions import Permission
from portal.tenants import quotas
from portal.tenants.quotas import Quota, QuotaReached

# The uses beside each key, and in what is exported.
LIST_DAYS, EXPORT_DAYS = 14, 30
SPARK_WIDTH, SPARK_HEIGHT = 104, 20
# What is exported of a key, `with_state`, and its uses: codes instead of words, moments in UTC, no secret.
COLUMNS: dict[str, Callable[[Any, list[Uses]], str | int]] = {
    "name": lambda key, _uses: key.name,
    "client_id": lambda key, _uses: key.client_id,
    "source": lambda key, _uses: key.source,
    "state": lambda key, _uses: state_word(key, key.last_used_at, key.live_secrets),
    "created_at": lambda key, _uses: in_utc(key.created_at),
    "created_by": lambda key, _uses: key.created_by,
    "expires_at": lambda key, _uses: in_utc(key.expires_at),
    "disabled_at": lambda key, _uses: in_utc(key.disabled_at),
    "revoked_at": lambda key, _uses: in_utc(key.revoked_at),
    "last_used_at": lambda key, _uses: in_utc(key.last_used_at),
    f"uses_{EXPORT_DAYS}_days": lambda _key, uses: sum(day.all for day in uses),
    f"failures_{EXPORT_DAYS}_days": lambda _key, uses: sum(day.failed for day in uses),
    "contact_email": lambda key, _uses: key.contact_email,
    "stored_where": lambda key, _uses: key.stored_where,
    "routes": lambda key, _uses: " ".join(key.routes),
    "networks": lambda key, _uses: " ".join(key.networks),
}


@require_safe
@tenant_page(Permission.KEYS_READ)
def list_keys(request: TenantRequest) -> HttpResponse:
    """All keys of the tenant, with search, filters, order, uses and quota."""
    form = KeyFilterForm(request.GET or None)
    # A filter that is none is told at its field; the others hold.
    form.full_clean()
    wanted = form.cleaned_data if form.is_bound else {}
    usage = quotas.usage(request.tenant, Quota.KEYS)
    keys, pages = page_of(request, find_keys(**wanted))
    uses = use_counts.daily(keys, LIST_DAYS)
    exported = _of_valid_filters(request, form)
    context = {
        "keys": [key_row(request, key) | _uses(uses[key.pk]) for key in keys],
        "days": LIST_DAYS,
        "spark_box": f"0 -2 {SPARK_WIDTH} {SPARK_HEIGHT + 4}",
        "pages": pages,
        "form": form,
        "is_filtered": form.is_bound and bool(form.narrowed_by),
        "usage": usage,
        "quota_refusal": QuotaReached(usage) if usage.is_reached else None,
        "package_url": reverse("tenants:package", args=[request.tenant.name]),
        "constants_url": key_url(request, "constants"),
        "can_write": Permission.KEYS_WRITE in request.permissions,
        "create_url": key_url(request, "create"),
        "import_url": key_url(request, "import_key"),
        "csv_url": key_url(request, "export_csv") + exported,
        "json_url": key_url(request, "export_json") + exported,
    }
    return render(request, "keys/list.html", context)


def _of_valid_filters(request: TenantRequest, form: KeyFilterForm) -> str:
    """The query of this page for an export, which refuses a filter that is none."""
    query = request.GET.copy()
    for name in form.errors:
        query.pop(name, None)
    return f"?{query.urlencode()}" if query else ""


def _uses(days: list[Uses]) -> dict[str, Any]:
    return {
        "uses": sum(uses.all for uses in days),
        "failed": sum(uses.failed for uses in days),
        "spark": sparkline([uses.all for uses in days], width=SPARK_WIDTH, height=SPARK_HEIGHT),
    }


@require_http_methods(["GET"])
@tenant_page(Permission.KEYS_READ)
def export_csv(request: TenantRequest) -> HttpResponse:
    """The keys that the filter finds, for a spreadsheet. That they were taken away is on record."""
    _narrowed_by, rows = _exported(request, "csv")
    return _file(request, csv_file(COLUMNS, [row.values() for row in rows]), "csv", "text/csv; charset=utf-8")


@require_http_methods(["GET"])
@tenant_page(Permission.KEYS_READ)
def export_json(request: TenantRequest) -> HttpResponse:
    """The same for a program, with the filter that was asked for."""
    narrowed_by, rows = _exported(request, "json")
    told = {"tenant": request.tenant.name, "exported_at": in_utc(timezone.now()), "filter": narrowed_by, "keys": rows}
    return _file(request, json.dumps(told, indent=2, ensure_ascii=False).encode(), "json", "application/json")


def _exported(request: TenantRequest, ending: str) -> tuple[dict[str, str], list[dict[str, str | int]]]:
    form = KeyFilterForm(request.GET)
    if not form.is_valid():
        raise BadRequest  # all keys instead of the wanted ones would be worse than none
    wanted, narrowed_by = form.cleaned_data, form.narrowed_by
    keys = list_commands.export_keys(wanted=wanted, narrowed_by=narrowed_by, form=ending, by=request.actor)
    uses = use_counts.daily(keys, EXPORT_DAYS)
    return narrowed_by, [{name: value(key, uses[key.pk]) for name, value in COLUMNS.items()} for key in keys]


def _file(request: TenantRequest, content: bytes, ending: str, content_type: str) -> HttpResponse:
    name = f"{request.tenant.name}-binding-keys-{timezone.now():%Y-%m-%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
