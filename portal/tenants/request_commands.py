"""Asking the operator for a tenant, and the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record_for_instance
from portal.errors import Refusal
from portal.identity.models import User
from portal.notify import mails
from portal.tenants import events
from portal.tenants.models import RequestState, Tenant, TenantRequest


class RequestedAlready(Refusal):
    code = "requested_already"
    status = 409
    message = _("You have a request that waits for an answer. Withdraw it to send another.")


class RequestedTooOften(Refusal):
    """Each request sends the operator a mail."""

    code = "requested_too_often"
    status = 429
    message = _("You have asked for several tenants today.")
    advice = _("Wait until tomorrow, or write to the operator.")


class RequestClosed(Refusal):
    code = "request_closed"
    status = 409
    message = _("This request has an answer already, or was withdrawn.")
    advice = _("Load the page again: it says what became of it.")


@transaction.atomic(durable=True)
def ask_for_tenant(*, user: User, by: Actor, **told: Any) -> TenantRequest:
    """Ask the operator for a tenant; the operator gets a mail. Raises `RequestedAlready`, `RequestedTooOften`.

    Whether the name is taken, the operator sees: who is not a member learns of no tenant here.
    """
    # Of two requests at once the second waits here, and finds the first.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    asked = TenantRequest.objects.filter(requested_by=user)
    if asked.filter(state=RequestState.OPEN).exists():
        raise RequestedAlready
    if asked.filter(created_at__gt=timezone.now() - timedelta(days=1)).count() >= constants.REQUESTS_PER_DAY:
        raise RequestedTooOften
    request = TenantRequest.objects.create(requested_by=user, language=get_language() or "en", **told)
    with mails.best_effort():
        _tell_operator(request, user)
    requested = events.TenantRequested(tenant=request.name, display_name=request.display_name)
    record_for_instance(requested, by=by, subject=request.subject)
    return request


@transaction.atomic(durable=True)
def withdraw_request(asked: TenantRequest, *, by: Actor) -> None:
    """Take one's own request back. Raises `RequestClosed` when it has an answer meanwhile."""
    asked = _decided(asked, RequestState.WITHDRAWN, by)
    record_for_instance(events.RequestWithdrawn(tenant=asked.name), by=by, subject=asked.subject)


@transaction.atomic(durable=True)
def decline_request(asked: TenantRequest, *, reason: str, by: Actor) -> None:
    """Say no, with the reason: the person reads it on the page and in a mail. Raises `RequestClosed`."""
    asked = _decided(asked, RequestState.DECLINED, by, reason=reason)
    with mails.best_effort():
        mails.request_declined(
            key=f"request-declined:{asked.pk}",
            to=asked.requested_by.email,
            language=asked.language,
            name=asked.name,
            display_name=asked.display_name,
            reason=reason,
        )
    record_for_instance(events.RequestDeclined(tenant=asked.name, why=reason), by=by, subject=asked.subject)


def accept_request(asked: TenantRequest, tenant: Tenant, *, by: Actor) -> None:
    """Say yes: this tenant was ordered for it. Part of the order's transaction. Raises `RequestClosed`."""
    asked = _decided(asked, RequestState.ACCEPTED, by, tenant=tenant)
    with mails.best_effort():
        mails.request_accepted(
            key=f"request-accepted:{asked.pk}",
            to=asked.requested_by.email,
            language=asked.language,
            name=tenant.name,
            display_name=tenant.display_name,
        )
    record_for_instance(events.RequestAccepted(tenant=tenant.name), by=by, subject=asked.subject)


def _tell_operator(asked: TenantRequest, user: User) -> None:
    if settings.OPERATOR_EMAIL:
        mails.request_received(
            key=f"request:{asked.pk}",
            to=settings.OPERATOR_EMAIL,
            language=settings.LANGUAGE_CODE,
            name=asked.name,
            display_name=asked.display_name,
            requested_by=f"{user.name}, {user.email}",
            url=settings.PORTAL_URL + reverse("ops:request", args=[asked.pk]),
        )


def _decided(asked: TenantRequest, state: RequestState, by: Actor, **told: Any) -> TenantRequest:
    asked = TenantRequest.objects.select_for_update().get(pk=asked.pk)
    if asked.state != RequestState.OPEN:
        raise RequestClosed
    asked.state, asked.decided_at, asked.decided_by = state, timezone.now(), by.name
    for name, value in told.items():
        setattr(asked, name, value)
    asked.save()
    return asked
