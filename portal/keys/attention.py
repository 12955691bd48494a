"""What needs attention about keys."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.access import TenantRequest
from portal.audit.events import Kind, Outcome
from portal.audit.models import AuditRecord
from portal.keys.models import BindingKey
from portal.permissions import Permission
from portal.tenants.attention import AttentionItem


def for_member(request: TenantRequest) -> list[AttentionItem]:
    """A missing way to the Hub, and keys that were refused in the last day."""
    if Permission.KEYS_READ not in request.permissions:
        return []
    return _missing_hub_credential(request) + _refused_keys(request)


def _missing_hub_credential(request: TenantRequest) -> list[AttentionItem]:
    if BindingKey.objects.filter(is_upstream=True, revoked_at=None).exists():
        return []
    may_import = Permission.KEYS_WRITE in request.permissions
    page = "keys:import_key" if may_import else "keys:list"
    return [
        AttentionItem(
            icon="unplug",
            tone="bad",
            title=_("Bindery cannot call Insights Hub for this tenant"),
            detail=_("No technical user or binding key of the Hub is imported, so no app can read data."),
            url=reverse(page, args=[request.tenant.name]),
            action=_("Import a key") if may_import else _("Binding keys"),
        )
    ]


def _refused_keys(request: TenantRequest) -> list[AttentionItem]:
    since = timezone.now() - timedelta(days=1)
    refused = AuditRecord.objects.filter(kind=Kind.KEY_USE, outcome=Outcome.DENIED, at__gte=since)
    counts = refused.order_by().values_list("actor_name").annotate(times=Count("pk")).order_by("-times")[:3]
    activity = reverse("audit:activity", args=[request.tenant.name])
    return [
        AttentionItem(
            icon="shield-alert",
            tone="warn",
            title=_("The key %(name)s was refused") % {"name": name},
            detail=_refusals(times),
            url=f"{activity}?outcome=denied",
            action=_("See why"),
        )
        for name, times in counts
    ]


def _refusals(times: int) -> str:
    # At least: refusals that repeat within a minute are one record.
    words = ngettext("At least once in the last 24 hours", "At least %(times)d times in the last 24 hours", times)
    return words % {"times": times}
