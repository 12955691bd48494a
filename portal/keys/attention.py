"""What needs attention about keys."""

from __future__ import annotations

from datetime import UTC, timedelta

from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.access import TenantRequest
from portal.audit.events import Kind, Outcome
from portal.audit.models import AuditRecord
from portal.keys.expiry import NOTICE_DAYS, end_of, in_days, is_near, shown
from portal.keys.links import key_url
from portal.keys.models import BindingKey
from portal.keys.queries import unused_for, with_last_use
from portal.permissions import Permission
from portal.tenants.attention import AttentionItem

# From so many days on, it is told that nobody uses a key.
UNUSED_DAYS = 90
# Keys of each kind that are named; of more, only the number is told.
MOST_NAMED = 3


def for_member(request: TenantRequest) -> list[AttentionItem]:
    """A missing way to the Hub, keys that expire or that nobody uses, and keys that were refused in the last day."""
    if Permission.KEYS_READ not in request.permissions:
        return []
    soon = Q(expires_at__lt=end_of(in_days(NOTICE_DAYS)))
    idle = with_last_use(BindingKey.objects.all()).filter(unused_for(UNUSED_DAYS)).values("pk")
    # One query for all questions: the bell asks them on every page.
    keys = BindingKey.objects.annotate(is_idle=Q(pk__in=idle))
    asked = Q(is_upstream=True) | soon | Q(is_idle=True) | Q(approval_pending=True) | Q(disabled_at__isnull=False)
    found = list(keys.filter(asked, revoked_at=None).order_by("expires_at", "name"))
    missing = [] if any(key.is_upstream for key in found) else [_missing_hub_credential(request)]
    waiting = _waiting_keys(request, [key for key in found if key.is_waiting])
    disabled = _disabled_keys(request, [key for key in found if key.disabled_at is not None])
    ending = _ending_keys(request, [key for key in found if key.expires_at and key.disabled_at is None])
    unused = _unused(request, sum(key.is_idle for key in found))
    return missing + disabled + waiting + ending + unused + _refused_keys(request)


def _disabled_keys(request: TenantRequest, keys: list[BindingKey]) -> list[AttentionItem]:
    items = [_disabled(request, key) for key in keys[:MOST_NAMED]]
    more = len(keys) - MOST_NAMED
    words = ngettext("%(count)d more key is disabled", "%(count)d more keys are disabled", more)
    return items + _others(request, "bad", more, words, "?state=disabled")


def _disabled(request: TenantRequest, key: BindingKey) -> AttentionItem:
    title = _("The key %(name)s is disabled") % {"name": key.name}
    url = key_url(request, "detail", key.pk)
    return AttentionItem("shield-alert", "bad", title, key.why_disabled, url, _("Open the key"))


def _waiting_keys(request: TenantRequest, keys: list[BindingKey]) -> list[AttentionItem]:
    """For those who can approve them."""
    if not keys or Permission.KEYS_WRITE not in request.permissions:
        return []
    title = ngettext("%(count)d key waits for approval", "%(count)d keys wait for approval", len(keys))
    one = key_url(request, "approve", keys[0].pk)
    url = one if len(keys) == 1 else key_url(request, "list") + "?state=approval_pending"
    detail = _("Until an admin who did not make it approves it, a key is refused.")
    return [AttentionItem("hourglass", "wait", title % {"count": len(keys)}, detail, url, _("Look at it"))]


def _ending_keys(request: TenantRequest, keys: list[BindingKey]) -> list[AttentionItem]:
    """Expired keys and keys that expire soon: the first MOST_NAMED of each by name, the others as a number."""
    expired, alive = [key for key in keys if key.is_expired], [key for key in keys if not key.is_expired]
    ending = [key for key in alive if key.expires_at and is_near(key.created_at, key.expires_at)]
    items = [_expired(request, key) for key in expired[:MOST_NAMED]]
    items += [_ending(request, key) for key in ending[:MOST_NAMED]]
    words = ngettext("%(count)d more key has expired", "%(count)d more keys have expired", len(expired) - MOST_NAMED)
    items += _others(request, "bad", len(expired) - MOST_NAMED, words, "?state=expired")
    words = ngettext("%(count)d more key expires soon", "%(count)d more keys expire soon", len(ending) - MOST_NAMED)
    # Of a list by the day, they are the first ones.
    query = f"?expires={NOTICE_DAYS - 1}&sort=expires"
    return items + _others(request, "warn", len(ending) - MOST_NAMED, words, query)


def _unused(request: TenantRequest, count: int) -> list[AttentionItem]:
    if not count:
        return []
    words = ngettext(
        "%(count)d key was not used for %(days)d days", "%(count)d keys were not used for %(days)d days", count
    )
    url = key_url(request, "list") + f"?unused={UNUSED_DAYS}"
    detail = _("Revoke what nobody needs: a secret that nobody uses can only be lost.")
    title = words % {"count": count, "days": UNUSED_DAYS}
    return [AttentionItem("clock-fading", "warn", title, detail, url, _("See which"))]


def _expired(request: TenantRequest, key: BindingKey) -> AttentionItem:
    detail = _("On %(day)s. Its calls are refused. Revoke it: until then it counts against the package.")
    title = _("The key %(name)s has expired") % {"name": key.name}
    return _key_item(request, key, "bad", title, detail)


def _ending(request: TenantRequest, key: BindingKey) -> AttentionItem:
    detail = _("On %(day)s. From then on its calls are refused. Create another key and replace it before.")
    title = _("The key %(name)s expires soon") % {"name": key.name}
    return _key_item(request, key, "warn", title, detail)


def _key_item(request: TenantRequest, key: BindingKey, tone: str, title: str, detail: str) -> AttentionItem:
    day = shown(key.expires_at.astimezone(UTC).date()) if key.expires_at else ""
    url = key_url(request, "detail", key.pk)
    return AttentionItem("clock-alert", tone, title, detail % {"day": day}, url, _("Open the key"))


def _others(request: TenantRequest, tone: str, count: int, words: str, query: str) -> list[AttentionItem]:
    if count <= 0:
        return []
    url = key_url(request, "list") + query
    return [AttentionItem("clock-alert", tone, words % {"count": count}, "", url, _("Binding keys"))]


def _missing_hub_credential(request: TenantRequest) -> AttentionItem:
    may_import = Permission.KEYS_WRITE in request.permissions
    page = "import_key" if may_import else "list"
    return AttentionItem(
        icon="unplug",
        tone="bad",
        title=_("Bindery cannot call Insights Hub for this tenant"),
        detail=_("No technical user or binding key of the Hub is imported, so no app can read data."),
        url=key_url(request, page),
        action=_("Import a key") if may_import else _("Binding keys"),
    )


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
