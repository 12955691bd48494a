"""The activity page: who did what, and which key read what."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import constants
from portal.access import SignedInRequest, TenantRequest, operator_page, tenant_page
from portal.audit import queries
from portal.audit.forms import ActivityFilterForm
from portal.lib.paging import with_query
from portal.permissions import Permission


@require_safe
@tenant_page(Permission.AUDIT_READ)
def activity(request: TenantRequest) -> HttpResponse:
    """The tenant's log, newest first; nothing on this page can change anything."""
    return _page(request, queries.of_tenant())


@require_safe
@operator_page
def instance_activity(request: SignedInRequest) -> HttpResponse:
    """The portal's own log: refused sign-ins, clientIDs that nobody has, what belongs to no tenant."""
    return _page(request, queries.of_instance())


def _page(request: SignedInRequest, records: QuerySet[queries.RecordT]) -> HttpResponse:
    form = ActivityFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.matching(
        records,
        words=wanted.get("q", ""),
        kind=wanted.get("kind", ""),
        outcome=wanted.get("outcome", ""),
        subject=wanted.get("subject", ""),
        before=wanted.get("before"),
    )
    rows = list(found[: constants.PAGE_SIZE + 1])
    page = rows[: constants.PAGE_SIZE]
    context = {
        "rows": [queries.shown(record) for record in page],
        "form": form,
        "older_url": with_query(request, "before", page[-1].index) if len(rows) > len(page) else None,
        "newest_url": with_query(request, "before", None) if wanted.get("before") is not None else None,
        "exhausted": len(rows) <= len(page),
    }
    return render(request, "audit/activity.html", context, status=200 if not form.errors else 422)
