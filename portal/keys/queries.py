"""Reading keys for the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db.models import CharField, Count, F, OrderBy, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.audit.events import Kind, Outcome
from portal.audit.models import AuditRecord
from portal.audit.queries import ShownRecord, matching, shown
from portal.keys.events import EXPOSURES
from portal.keys.expiry import days_left, end_of, in_days, is_near
from portal.keys.models import BindingKey, KeyCaller, SecretGeneration, Source, in_somebodys_hands
from portal.lib.badge import Badge

# The state of a key by the word that an export has for it. A key that expires soon says when, see `state_of`.
BADGES = {
    "active": Badge("ok", "check", _("Active")),
    "unused": Badge("muted", "minus", _("Never used")),
    "upstream": Badge("ok", "plug", _("In use by the portal")),
    "rolling": Badge("wait", "refresh-cw", _("Rolling: two secrets work")),
    "brown_out": Badge("warn", "zap-off", _("Brown-out")),
    "approval_pending": Badge("wait", "hourglass", _("Approval pending")),
    "disabled": Badge("bad", "circle-pause", _("Disabled")),
    "expired": Badge("bad", "clock-alert", _("Expired")),
    "revoked": Badge("bad", "ban", _("Revoked")),
    "no_secret": Badge("bad", "circle-slash", _("No secret works")),
    # It does not work, for a reason that has no word of its own here.
    "refused": Badge("bad", "ban", _("Refused")),
}
# The words of `BindingKey.standing` that have one.
STANDINGS = {
    "key_revoked": "revoked",
    "key_expired": "expired",
    "key_disabled": "disabled",
    "approval_pending": "approval_pending",
    "brown_out": "brown_out",
}


@dataclass(frozen=True)
class Exposure:
    """Somebody who saw or received a secret; which generation, where the record says it."""

    record: ShownRecord
    generation: str | int | None


def _works(now: datetime) -> Q:
    """As `BindingKey.standing` says it of a single key, whatever its brown-out refuses."""
    return Q(revoked_at=None, disabled_at=None, approval_pending=False) & (Q(expires_at=None) | Q(expires_at__gt=now))


# What the filter of the list means by each state, at a moment. Of keys with `with_state`.
STATES: dict[str, Callable[[datetime], Q]] = {
    "active": lambda now: _works(now) & Q(live_secrets__gt=0),
    "unused": lambda now: _works(now) & Q(live_secrets__gt=0, last_used_at=None, is_upstream=False),
    "rolling": lambda now: _works(now) & Q(live_secrets__gt=1),
    "brown_out": lambda now: _works(now) & Q(live_secrets__gt=0, brownout_until__gt=now),
    "approval_pending": lambda now: Q(revoked_at=None, approval_pending=True),
    "no_secret": lambda now: _works(now) & Q(live_secrets=0),
    "disabled": lambda now: Q(revoked_at=None, disabled_at__isnull=False),
    "expired": lambda now: Q(revoked_at=None, expires_at__lte=now),
    "revoked": lambda now: Q(revoked_at__isnull=False),
}
SORTS = {
    "": [OrderBy(F("created_at"), descending=True)],
    "name": [OrderBy(Lower("name"))],
    "last_used": [OrderBy(F("last_used_at"), nulls_first=True)],
    "expires": [OrderBy(F("expires_at"), nulls_last=True)],
}


def state_word(key: BindingKey, last_used_at: datetime | None, live_secrets: int = 1) -> str:
    """The one thing about a key that a person wants to know: why it is refused, else what is going on with it."""
    standing = key.standing
    if key.is_upstream and standing != "key_revoked":
        return "upstream"
    if standing:
        return STANDINGS.get(standing, "refused")
    if not live_secrets:
        return "no_secret"
    if key.is_browning_out:
        return "brown_out"
    if live_secrets > 1:
        return "rolling"
    if key.expires_at and is_near(key.created_at, key.expires_at):
        return "expiring"
    return "active" if last_used_at else "unused"


def state_of(key: BindingKey, last_used_at: datetime | None, live_secrets: int = 1) -> Badge:
    """The state as icon and word. `live_secrets` says how many of its secrets have not ended: two during a roll."""
    word = state_word(key, last_used_at, live_secrets)
    if word == "expiring" and key.expires_at:
        return Badge("warn", "clock", expires_in(days_left(key.expires_at)))
    return BADGES[word]


def secret_state(generation: SecretGeneration, of_key: Badge, *, rolling: bool, used: bool, held: bool = True) -> Badge:
    """Whether one secret of a key works; `rolling` while another of the key does, too, else it is as its key.

    One that is not `held` waits behind a link that nobody has opened.
    """
    if generation.has_ended:
        return Badge("muted", "circle-off", _("Ended"))
    if not held:
        return Badge("wait", "mail", _("Behind a link, not opened"))
    if not rolling:
        return of_key
    if generation.ends_at or generation.ends_after_next_use is not None:
        return Badge("warn", "clock-fading", _("Works, and ends"))
    return BADGES["active"] if used else Badge("ok", "check", _("Works, not used yet"))


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


def find_keys(
    *, q: str = "", state: str = "", unused: int | None = None, expires: int | None = None, sort: str = ""
) -> QuerySet[BindingKey]:
    """Keys whose name or clientID contains `q`, `unused` for so many days, that expire within so many; with state."""
    keys = with_state(BindingKey.objects.all())
    now = timezone.now()
    if q:
        keys = keys.filter(Q(name__icontains=q) | Q(client_id__icontains=q))
    if state in STATES:
        keys = keys.filter(STATES[state](now))
    if unused is not None:
        keys = keys.filter(unused_for(unused))
    if expires is not None:
        keys = keys.filter(revoked_at=None, expires_at__gt=now, expires_at__lte=end_of(in_days(expires)))
    return keys.order_by(*SORTS.get(sort, SORTS[""]), "-pk")


def unused_for(days: int) -> Q:
    """Keys that would work and that nobody used for so many days; those younger than that are left out.

    Of keys `with_last_use`. Imported keys are left out, too: who else uses them, nobody here knows.
    """
    since = timezone.now() - timedelta(days=days)
    idle = Q(last_used_at__lt=since) | Q(last_used_at=None, created_at__lt=since)
    return _works(timezone.now()) & Q(source=Source.PORTAL) & idle


def with_state(keys: QuerySet[BindingKey]) -> QuerySet[BindingKey]:
    """The keys with what `state_of` asks for: `last_used_at` and `live_secrets`."""
    lives = Q(ends_at=None) | Q(ends_at__gt=timezone.now())
    secrets = SecretGeneration.objects.filter(lives, in_somebodys_hands(), key=OuterRef("pk")).order_by().values("key")
    counted = Coalesce(Subquery(secrets.annotate(number_of=Count("pk")).values("number_of")), 0)
    return with_last_use(keys).annotate(live_secrets=counted).select_related("tenant")


def with_last_use(keys: QuerySet[BindingKey]) -> QuerySet[BindingKey]:
    """The keys with `last_used_at`: when each was last used with success."""
    callers = KeyCaller.objects.filter(key=OuterRef("pk"), succeeded=True).order_by("-last_at").values("last_at")
    # Callers of long ago are forgotten, the log forgets nothing: without it, their keys would be "never used".
    uses = AuditRecord.objects.filter(
        subject=Concat(Value("key:"), Cast(OuterRef("pk"), CharField())), kind=Kind.KEY_USE, outcome=Outcome.OK
    )
    recorded = uses.order_by("-index").values("at")
    return keys.annotate(last_used_at=Coalesce(Subquery(callers[:1]), Subquery(recorded[:1])))


def exposures_of(key: BindingKey, most: int | None = None) -> list[Exposure]:
    """Who ever saw or received a secret of this key, the last one first; of many, so many of the last."""
    records = history_of(key).filter(name__in=EXPOSURES)
    # An export without the secret showed it to nobody.
    showed = (record for record in records.iterator() if record.facts.get("secret") != "without")
    return [Exposure(shown(record), record.facts.get("generation")) for record in islice(showed, most)]


def history_of(key: BindingKey) -> QuerySet[AuditRecord]:
    """What was done to this key, the last first; uses are not among it."""
    # The kind leads the database to the few changes of the tenant, past the millions of uses of this key.
    return matching(AuditRecord.objects.all(), kind=Kind.CHANGE, subject=key.subject)
