"""What needs attention about the package: quotas that are reached or nearly so."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.access import TenantRequest
from portal.tenants import quotas
from portal.tenants.attention import AttentionItem
from portal.tenants.quotas import Usage


def for_member(request: TenantRequest) -> list[AttentionItem]:
    """One item for each quota of which more than `quotas.NEARLY` percent are used."""
    page = reverse("tenants:package", args=[request.tenant.name])
    return [_item(usage, page) for usage in quotas.usages(request.tenant) if usage.is_nearly_reached]


def _item(usage: Usage, page: str) -> AttentionItem:
    advice = _("Ask %(whom)s for a larger package.") % {"whom": quotas.whom_to_ask()}
    return AttentionItem(
        icon="gauge",
        tone="bad" if usage.is_reached else "warn",
        title=usage.measured,
        detail=f"{usage.at_the_limit} {advice}" if usage.is_reached else advice,
        url=page,
        action=_("Package"),
    )
