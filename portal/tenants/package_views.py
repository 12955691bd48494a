"""The page about a tenant's package."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import constants
from portal.access import TenantRequest, tenant_page
from portal.lib.bar_chart import bar_charts
from portal.permissions import Permission
from portal.tenants import quotas
from portal.tenants.daily_calls import of_the_last_days
from portal.tenants.models import Package
from portal.tenants.quotas import Quota

DAYS = 30


@require_safe
@tenant_page(Permission.TENANT_READ)
def package(request: TenantRequest) -> HttpResponse:
    """What the tenant may have, how much of it is used, what happens at the limit and who changes it."""
    days = of_the_last_days(DAYS)
    context = {
        "package": request.tenant.package,
        "usages": quotas.usages(request.tenant),
        "operator_email": settings.OPERATOR_EMAIL,
        "days": days[::-1],
        "days_total": sum(calls for _day, calls in days),
        "charts": bar_charts(days),
        "quota_labels": [quota.label for quota in Quota],
        "packages": [_offer(name, request.tenant.package) for name in Package.values],
    }
    return render(request, "tenants/package.html", context)


def _offer(name: str, own: str) -> dict[str, Any]:
    numbers = constants.PACKAGES[name]
    cells = [{"label": quota.label, "number": numbers[quota.value]} for quota in Quota]
    return {"name": name, "is_own": name == own, "cells": cells}
