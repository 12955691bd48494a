"""The activity page: who did what, and which key read what."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal import constants
from portal.access import TenantRequest, tenant_page
from portal.audit import queries
from portal.audit.forms import ActivityFilterForm
from portal.permissions import Permission


@require_GET
@tenant_page(Permission.AUDIT_READ)
def activity(request: TenantRequest) -> HttpResponse:
    """The tenant's log, newest first; nothing on this page can change anything."""
    form = ActivityFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.activity(
        words=wanted.get("q", ""),
        kind=wanted.get("kind", ""),
        outcome=wanted.get("outcome", ""),
        before=wanted.get("before"),
    )
    records = list(found[: constants.PAGE_SIZE + 1])
    page = records[: constants.PAGE_SIZE]
    context = {
        "rows": [queries.shown(record) for record in page],
        "form": form,
        "older_url": _older(request, page[-1].index) if len(records) > len(page) else None,
        "newest_url": _newest(request) if wanted.get("before") is not None else None,
        "exhausted": len(records) <= len(page),
        "zone": timezone.get_current_timezone_name(),
    }
    return render(request, "audit/activity.html", context, status=200 if not form.errors else 422)


def _older(request: TenantRequest, index: int) -> str:
    query = request.GET.copy()
    query["before"] = str(index)
    return f"?{query.urlencode()}"


def _newest(request: TenantRequest) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    return f"{request.path}?{query.urlencode()}"
