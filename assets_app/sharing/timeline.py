"""The life of a collaboration as its page draws it: what the active tenant's own audit log tells of it.

Own people stand there by name, the other tenant by its account name: its people are not in this log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets_app.sharing import events
from assets_app.sharing.models import Collaboration
from assets_app.sharing.states import CollaborationState
from portal.audit.models import AuditRecord
from portal.keys.expiry import shown


@dataclass(frozen=True)
class Stage:
    """One line: what happened, when and by whom."""

    icon: str
    tone: str
    label: str | Promise
    at: datetime
    by: str
    note: str = ""
    is_current: bool = False


LABELS = {
    events.CollaborationOffered.name: CollaborationState.OFFERED.label,
    events.CollaborationAccepted.name: CollaborationState.ACCEPTED.label,
    events.CollaborationDeclined.name: CollaborationState.DECLINED.label,
    events.CollaborationRevoked.name: CollaborationState.REVOKED.label,
    events.CollaborationEnded.name: CollaborationState.ENDED.label,
    events.CollaborationExpired.name: _("Revoked: nobody answered in time"),
    events.CollaborationRunOut.name: _("Ended: the agreed end has come"),
    events.CollaborationClosed.name: _("Ended: one of both tenants is archived"),
    events.EndProposed.name: _("Another end proposed"),
    events.EndAgreed.name: _("Another end agreed"),
    events.EndRejected.name: _("Another end rejected"),
}


def timeline(collaboration: Collaboration) -> list[Stage]:
    """Everything that happened, in order; the message stands with the offer, the reason with the last step."""
    records = AuditRecord.objects.filter(subject=collaboration.subject, name__in=LABELS).order_by("index")
    stages = [_stage(collaboration, record) for record in records]
    if stages:
        stages[-1] = _as_last(collaboration, stages[-1])
    return stages


def _stage(collaboration: Collaboration, record: AuditRecord) -> Stage:
    until = str(record.facts.get("until", ""))
    note = shown(date.fromisoformat(until)) if until else ""
    if record.name == events.CollaborationOffered.name:
        note = collaboration.message
    return Stage("circle-check", "ok", LABELS[record.name], record.at, record.actor_name, note)


def _as_last(collaboration: Collaboration, stage: Stage) -> Stage:
    icon, tone = ("circle-dot", "wait") if collaboration.is_open else ("circle-stop", "muted")
    note = collaboration.reason or stage.note
    return Stage(icon, tone, stage.label, stage.at, stage.by, note, is_current=True)
