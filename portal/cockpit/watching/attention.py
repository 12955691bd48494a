"""What needs attention about released applications: tickets that are overdue, and others that are open."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.access import TenantRequest
from portal.cockpit.models import Ticket
from portal.permissions import Permission
from portal.tenants.attention import AttentionItem


def for_member(request: TenantRequest) -> list[AttentionItem]:
    """For developers and developer admins; the overdue tickets first."""
    if not {Permission.APPS_WRITE, Permission.RELEASES_WRITE} & request.permissions:
        return []
    rows = Ticket.objects.filter(closed_at=None).order_by("due_on", "pk").values_list("due_on", "version_id")
    today = timezone.localdate()
    late: list[int] = []
    open_: list[int] = []
    for due_on, version_id in rows:
        (late if due_on < today else open_).append(version_id)
    return [*_overdue(request, late), *_open(request, open_)]


def _overdue(request: TenantRequest, version_ids: list[int]) -> list[AttentionItem]:
    if not version_ids:
        return []
    count = len(version_ids)
    title = ngettext("%(count)d ticket is overdue", "%(count)d tickets are overdue", count) % {"count": count}
    detail = _("Its day has passed, and what was found of a released application is still there.")
    return [AttentionItem("clock-alert", "bad", title, detail, _url(request, version_ids), _("Look at it"))]


def _open(request: TenantRequest, version_ids: list[int]) -> list[AttentionItem]:
    if not version_ids:
        return []
    count = len(version_ids)
    title = ngettext("%(count)d ticket is open", "%(count)d tickets are open", count) % {"count": count}
    detail = _("Something was found of a released application. Its page says until when it is put right.")
    return [AttentionItem("ticket", "warn", title, detail, _url(request, version_ids), _("Look at it"))]


def _url(request: TenantRequest, version_ids: list[int]) -> str:
    if len(set(version_ids)) == 1:
        return reverse("cockpit:detail", args=[request.tenant.name, version_ids[0]]) + "#watched"
    return reverse("cockpit:list", args=[request.tenant.name]) + "?state=ready"
