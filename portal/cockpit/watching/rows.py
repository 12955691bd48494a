"""Health and tickets of released versions as the templates show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.cockpit.checks.catalogue import BY_ID
from portal.cockpit.checks.check import Finding, Severity
from portal.cockpit.models import AppVersion, Health, Registration, Ticket
from portal.cockpit.queries import looks
from portal.cockpit.readiness.rows import SEVERITIES
from portal.cockpit.states import AppState
from portal.cockpit.watching.watched import stale_after, worst
from portal.lib.badge import Badge

HEALTHS = {
    Health.OK: Badge("ok", "heart-pulse", _("healthy")),
    Health.WARN: Badge("warn", "triangle-alert", _("needs a look")),
    Health.BAD: Badge("bad", "circle-x", _("not well")),
    Health.UNKNOWN: Badge("muted", "circle-question-mark", _("health unknown")),
}
CLOSED_SHOWN = 20


@dataclass(frozen=True)
class TicketRow:
    """A ticket in the reader's words."""

    pk: int
    check_id: str
    title: str | Promise
    fix: str | Promise
    link: str
    badge: Badge
    text: str
    opened_at: datetime
    last_seen_at: datetime
    due_on: date
    is_overdue: bool
    closed_at: datetime | None
    closed_because: str
    closed_by: str
    reason: str


def ticket_row(ticket: Ticket) -> TicketRow:
    """The words of its check come from the catalogue; of one that is no longer there its id stands for them."""
    check = BY_ID.get(ticket.check_id)
    return TicketRow(
        ticket.pk,
        ticket.check_id,
        check.title if check else ticket.check_id,
        check.fix if check else "",
        check.link if check else "",
        SEVERITIES[Severity(ticket.severity)],
        Finding(**ticket.finding).text,
        ticket.opened_at,
        ticket.last_seen_at,
        ticket.due_on,
        ticket.is_overdue,
        ticket.closed_at,
        ticket.get_closed_because_display() if ticket.closed_because else "",
        ticket.closed_by,
        ticket.reason,
    )


def health_badge(version: AppVersion) -> Badge | None:
    """Of a version that is ready and comes from `queries.with_health`; None for all others."""
    if version.state != AppState.READY:
        return None
    told = version.__dict__
    return _badge(told["looked_health"], told["looked_at"], told["has_blocking"], told["has_warning"])


def _badge(health: str | None, at: datetime | None, has_blocking: bool, has_warning: bool) -> Badge:
    if at is None or timezone.now() - at >= stale_after():
        return HEALTHS[Health.UNKNOWN]
    return HEALTHS[Health(worst(health, has_blocking, has_warning))]


def told_health_row(row: Registration) -> dict[str, Any]:
    """What the Launchpad says of the health, since the Hub was told last, and whether it is to be told something."""
    at = row.told_health_at
    return {
        "badge": _badge(row.told_health, at, has_blocking=False, has_warning=False),
        "at": at,
        "failed": row.health_attempts > 0,
        "retry_at": row.health_due_at,
    }


def watch_row(version: AppVersion) -> dict[str, Any] | None:
    """Health now, the time of the last look, open tickets by due date, and those that closed last."""
    if version.state != AppState.READY:
        return None
    tickets = list(version.tickets.order_by("due_on", "pk"))
    still_open = [ticket for ticket in tickets if not ticket.closed_at]
    closed = sorted((one for one in tickets if one.closed_at), key=lambda one: (one.closed_at, one.pk), reverse=True)
    severities = {ticket.severity for ticket in still_open}
    newest = looks(version).defer("results").first()
    at = newest.ended_at if newest else None
    health = newest.health if newest else None
    return {
        "badge": _badge(health, at, Severity.BLOCKING in severities, Severity.WARNING in severities),
        "at": at,
        "hours": constants.WATCH_HOURS,
        "open": [ticket_row(ticket) for ticket in still_open],
        "closed": [ticket_row(ticket) for ticket in closed[:CLOSED_SHOWN]],
    }
