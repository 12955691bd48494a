"""Tickets: what a look at a released application found, opened and closed by the look, or accepted by name.

Those who submitted and approved the release hear of new ones and, once, of those that are overdue.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.checks.check import Severity
from portal.cockpit.checks.report import Outcome, Report, Result
from portal.cockpit.models import AppVersion, CheckReason, RunState, Ticket, TicketEnd
from portal.cockpit.moves import locked
from portal.cockpit.registration import hub_health
from portal.cockpit.release.contact_commands import contact_of
from portal.cockpit.states import Verb
from portal.cockpit.watching.watched import HEADERS, WATCHED, due_on, is_drift
from portal.errors import NotFound, Refusal
from portal.lib.addresses import normal
from portal.notify import mails
from portal.notify.writing import VALUE_LIMIT
from portal.scoping import tenant_scope
from portal.tenants.contacts import Recipient, of_tenant
from portal.tenants.models import Membership
from portal.tenants.states import TenantState


class TicketClosed(Refusal):
    """A look found it gone, or somebody accepted it meanwhile."""

    code = "ticket_closed"
    status = 409
    message = _("This ticket is closed already.")


def look_at(version: AppVersion, report: Report, *, by: Actor) -> None:
    """As part of the end of a run over a released version, which is `locked`: open what is new, close what is gone.

    What a check could not look at neither opens nor closes. Tickets of the application's older versions close: a newer
    version took their place. Those who are told get one mail for all that opened.
    """
    now = timezone.now()
    known = Ticket.objects.filter(version=version).filter(Q(closed_at=None) | Q(holds=True))
    held = {ticket.check_id: ticket for ticket in known}
    looked_at = [one for one in report.results if one.check.id in WATCHED and one.outcome is not Outcome.NOT_CHECKED]
    found = [result for result in looked_at if result.outcome is Outcome.FOUND]
    gone = [held[one.check.id] for one in looked_at if one.outcome is Outcome.PASSED and one.check.id in held]
    seen = [held[result.check.id].pk for result in found if result.check.id in held]
    Ticket.objects.filter(pk__in=seen).update(last_seen_at=now)
    # Accepted ones hold as long as they are found; afterwards the next finding is a new one.
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in gone if ticket.closed_at]).update(holds=False)
    new = [result for result in _worth_a_ticket(version, found) if result.check.id not in held]
    opened = [_opened(version, result) for result in new]
    ended = [(ticket, TicketEnd.GONE) for ticket in gone if not ticket.closed_at]
    older = Ticket.objects.filter(version__application=version.application_id, version__lt=version.pk, closed_at=None)
    ended += [(ticket, TicketEnd.REPLACED) for ticket in older.select_related("version__application").order_by("pk")]
    for ticket, why in ended:
        ticket.closed_at, ticket.closed_because = now, why
        ticket.save(update_fields=["closed_at", "closed_because"])
    if opened:
        _tell_opened(version, opened)
    hub_health.tell_after(version)
    for ticket in opened:
        told = events.TicketOpened(**_told(ticket), due_on=ticket.due_on.isoformat())
        record(told, by=by, subject=version.subject)
    for ticket, why in ended:
        record(events.TicketClosed(**_told(ticket), why=why.value), by=by, subject=ticket.version.subject)


def _worth_a_ticket(version: AppVersion, found: list[Result]) -> list[Result]:
    """What blocks, and warnings that nobody accepted; of headers what was not found after the approval."""
    today = timezone.localdate()
    waived = set(version.waivers.filter(withdrawn_at=None, ends_on__gte=today).values_list("check_id", flat=True))
    approvals = version.check_runs.filter(why=CheckReason.APPROVAL, state=RunState.DONE)
    released = approvals.order_by("-pk").values_list("results", flat=True).first() or {}

    def is_worth(result: Result) -> bool:
        severity, check_id = result.check.severity, result.check.id
        if severity is Severity.HINT or (severity is Severity.WARNING and check_id in waived):
            return False
        return check_id not in HEADERS or is_drift(result, released)

    return [result for result in found if is_worth(result)]


def _opened(version: AppVersion, result: Result) -> Ticket:
    first = result.findings[0]
    now = timezone.now()
    ticket = Ticket(
        version=version,
        tenant_id=version.tenant_id,
        check_id=result.check.id,
        severity=result.check.severity.value,
        finding={"what": first.what, "evidence": dict(first.evidence)},
        opened_at=now,
        last_seen_at=now,
        due_on=due_on(result, timezone.localdate()),
    )
    ticket.save()
    return ticket


@transaction.atomic(durable=True)
def accept_ticket(ticket: Ticket, *, reason: str, by: Actor) -> Ticket:
    """Close a ticket although its finding is still there: it opens no other until a look has found it gone.

    Raises `TicketClosed`, `NotFound`.
    """
    version = locked(ticket.version)
    now = Ticket.objects.select_related("version__application").filter(version=version, pk=ticket.pk).first()
    if now is None:
        raise NotFound
    if now.closed_at:
        raise TicketClosed
    now.closed_at, now.closed_because, now.holds = timezone.now(), TicketEnd.ACCEPTED, True
    now.reason, now.closed_by_id, now.closed_by = reason, by.id, by.name
    now.save()
    hub_health.tell_after(version)
    record(events.TicketAccepted(**_told(now)), by=by, subject=version.subject)
    return now


def tell_overdue() -> None:
    """Those who are told get one mail for each version with tickets that are overdue, once for each ticket."""
    late = Ticket.all_tenants.filter(closed_at=None, overdue_told_at=None, due_on__lt=timezone.localdate())
    late = late.filter(tenant__state=TenantState.ACTIVE)
    for tenant_id, version_id in late.order_by("version").values_list("tenant_id", "version_id").distinct():
        with tenant_scope(tenant_id):
            _tell_overdue(version_id)


@transaction.atomic(durable=True)
def _tell_overdue(version_id: int) -> None:
    version = locked(AppVersion(pk=version_id))
    late = Ticket.objects.filter(
        version=version, closed_at=None, overdue_told_at=None, due_on__lt=timezone.localdate()
    ).order_by("due_on", "pk")
    tickets = list(late)
    if not tickets:
        return
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).update(overdue_told_at=timezone.now())
    for recipient in _recipients(version):
        with mails.best_effort():
            mails.tickets_overdue(
                key=f"tickets_overdue:{tickets[0].pk}:{recipient.digest}",
                to=recipient.email,
                language=recipient.language,
                app_name=version.display_name,
                version=version.version,
                display_name=version.tenant.display_name,
                checks=_checks(tickets),
                url=_url(version),
            )


def _tell_opened(version: AppVersion, opened: list[Ticket]) -> None:
    due: date = min(ticket.due_on for ticket in opened)
    for recipient in _recipients(version):
        with mails.best_effort():
            mails.tickets_opened(
                key=f"tickets_opened:{opened[0].pk}:{recipient.digest}",
                to=recipient.email,
                language=recipient.language,
                app_name=version.display_name,
                version=version.version,
                display_name=version.tenant.display_name,
                checks=_checks(opened),
                due_on=due,
                url=_url(version),
            )


def _recipients(version: AppVersion) -> list[Recipient]:
    """Who submitted and approved, if still members, and the alternate contact, if confirmed; else the tenant's own."""
    told: dict[str, str] = {}
    contact = contact_of(version)
    if contact is not None and contact.confirmed_at:
        told[contact.email] = contact.language
    steps = version.moves.filter(verb__in=[Verb.SUBMIT, Verb.APPROVE]).values("by_id")
    for membership in Membership.objects.select_related("user").filter(user__subject__in=steps).order_by("pk"):
        user = membership.user
        if user.email:
            told[normal(user.email)] = user.language or version.tenant.first_admin_language
    return [Recipient(email, language) for email, language in told.items()] or of_tenant(version.tenant)


def _checks(tickets: list[Ticket]) -> str:
    return ", ".join(ticket.check_id for ticket in tickets)[:VALUE_LIMIT]


def _url(version: AppVersion) -> str:
    return f"{settings.PORTAL_URL}{reverse('cockpit:detail', args=[version.tenant.name, version.pk])}#watched"


def _told(ticket: Ticket) -> dict[str, str]:
    version = ticket.version
    return {"app": version.application.internal_name, "version": version.version, "check": ticket.check_id}
