"""Reading keys for the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.audit.events import Kind, Outcome
from portal.audit.models import AuditRecord
from portal.keys.expiry import NOTICE_DAYS, days_left
from portal.keys.models import BindingKey, Source
from portal.lib.badge import Badge

# Uses are counted up to here: a busy key has millions.
MOST_COUNTED = 1000


ACTIVE = Badge("ok", "check", _("Active"))
UNUSED = Badge("muted", "minus", _("Never used"))
EXPIRED = Badge("bad", "clock-alert", _("Expired"))
UPSTREAM = Badge("ok", "plug", _("In use by the portal"))
REVOKED = Badge("bad", "ban", _("Revoked"))


# What the filter of the list means by each state, at a moment.
STATES: dict[str, Callable[[datetime], Q]] = {
    "active": lambda now: Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now)),
    "expired": lambda now: Q(revoked_at=None, expires_at__lte=now),
    "revoked": lambda now: Q(revoked_at__isnull=False),
}


def state_of(key: BindingKey, last_used_at: datetime | None) -> Badge:
    """The state that a person wants to know, in one word."""
    if not key.is_active:
        return REVOKED
    if key.is_upstream:
        return UPSTREAM
    if key.expires_at and key.is_expired:
        return EXPIRED
    if key.expires_at and days_left(key.expires_at) < NOTICE_DAYS:
        return Badge("warn", "clock", expires_in(days_left(key.expires_at)))
    return ACTIVE if last_used_at else UNUSED


def expires_in(days: int) -> str:
    """When it expires, in words."""
    if not days:
        return gettext("Expires today")
    return ngettext("Expires in %(days)d day", "Expires in %(days)d days", days) % {"days": days}


def token_url_of(key: BindingKey) -> str:
    """Where programs get tokens for this key: at the portal, or for an imported key at the Hub."""
    return key.token_url or settings.PORTAL_URL + reverse("tokens:token")


def counted_keys() -> int:
    """How many of the tenant's keys count against its quota: those made here and not revoked, expired ones too."""
    return BindingKey.objects.filter(source=Source.PORTAL, revoked_at=None).count()


def find_keys(words: str, state: str) -> QuerySet[BindingKey]:
    """Keys whose name or clientID contains the words, newest first."""
    keys: QuerySet[BindingKey] = BindingKey.objects.order_by("-created_at", "-pk")
    if words:
        keys = keys.filter(Q(name__icontains=words) | Q(client_id__icontains=words))
    if state in STATES:
        keys = keys.filter(STATES[state](timezone.now()))
    return with_last_use(keys)


def with_last_use(keys: QuerySet[BindingKey]) -> QuerySet[BindingKey]:
    """The keys with `last_used_at`: when each was last used with success, from the audit log."""
    uses = AuditRecord.objects.filter(
        subject=Concat(Value("key:"), Cast(OuterRef("pk"), CharField())), kind=Kind.KEY_USE, outcome=Outcome.OK
    )
    return keys.annotate(last_used_at=Subquery(uses.order_by("-index").values("at")[:1]))


def uses_since(key: BindingKey, days: int) -> int:
    """How often the key was used with success in the last days; MOST_COUNTED + 1 stands for more than that."""
    since = timezone.now() - timedelta(days=days)
    uses = AuditRecord.objects.filter(subject=key.subject, kind=Kind.KEY_USE, outcome=Outcome.OK)
    # The newest by index, whatever their age: a filter by time would read the whole history of a key now idle.
    newest = uses.order_by("-index").values_list("at", flat=True)[: MOST_COUNTED + 1]
    return sum(at >= since for at in newest)
