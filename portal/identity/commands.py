"""Signing in and out, as far as it is recorded. The session itself is the view's business."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit import repeats
from portal.audit.commands import record_for_instance
from portal.audit.events import Outcome
from portal.errors import Refusal
from portal.identity import events
from portal.identity.backend import HubIdentity
from portal.identity.models import User
from portal.permissions import HUB_OPERATOR_SCOPE


class SignInFailed(Refusal):
    """A sign-in that did not prove who the person is. Never says more than that to the person."""

    code = "sign_in_failed"
    status = 403
    message = _("You are not signed in: the answer of Insights Hub could not be verified.")
    advice = _("Start again from the sign-in page. If it happens again, give the operator the request id.")


class SignInCancelled(SignInFailed):
    """The person, or the Hub, ended the sign-in before it was done."""

    code = "sign_in_cancelled"
    message = _("You are not signed in: the sign-in was ended at Insights Hub.")
    advice = _("Start again from the sign-in page when you want to.")


class SignInInterrupted(SignInFailed):
    """The browser came back with an answer to a sign-in that it did not start here, or not any more."""

    code = "sign_in_interrupted"
    message = _("This sign-in was not started in this browser, was used already, or waited too long.")
    advice = _("Start again from the sign-in page, and allow cookies for this site.")


class SignInSuspended(SignInFailed):
    """The Hub vouched for the person, but the operator suspended the tenant that the token speaks for."""

    code = "sign_in_suspended"
    message = _("You are not signed in: your tenant is suspended by the operator of this portal.")
    advice = _("Ask the operator, then start again from the sign-in page.")


# What the person is told, where it is more than that the answer could not be verified.
FAILURES = {"state": SignInInterrupted, "hub_refused": SignInCancelled, "tenant_suspended": SignInSuspended}


def failure(reason: str) -> SignInFailed:
    """The refusal of a sign-in as the person sees it; the reason itself goes into the log."""
    return FAILURES.get(reason, SignInFailed)()


@transaction.atomic(durable=True)
def admit(user: User, identity: HubIdentity, *, by: Actor) -> None:
    """Let a verified person in: name and rights follow the Hub's token at once, and the sign-in is recorded."""
    _follow_hub(user, identity, by)
    import_string(settings.MEMBERSHIP_SYNC)(user, identity, by=by)


def _follow_hub(user: User, identity: HubIdentity, by: Actor) -> None:
    # A tenant of the same name in another environment is somebody else.
    of_operators = identity.environment == settings.OIDC_ENVIRONMENT and identity.tenant in settings.OPERATOR_TENANTS
    is_operator = of_operators and HUB_OPERATOR_SCOPE in identity.scopes
    changed = is_operator != user.is_operator
    user.is_operator, user.email_verified = is_operator, identity.email_verified
    user.save(update_fields=["name", "email", "email_verified", "is_operator"])
    if changed:
        record_for_instance(events.OperatorAppointed() if is_operator else events.OperatorDismissed(), by=by)


def record_refusal(reason: str, *, by: Actor) -> None:
    """Record a refused sign-in in the portal's own log: nobody knows yet which tenant it was for."""
    with repeats.counted("sign-in", reason, repeats.network_of(by.address)) as repeated:
        if repeated is not None:
            refused = events.SignInRefused(reason=reason, repeated=repeated)
            with transaction.atomic(durable=True):
                record_for_instance(refused, by=by, outcome=Outcome.DENIED)


@transaction.atomic(durable=True)
def change_settings(user: User, *, language: str, time_zone: str, scheme: str, by: Actor) -> User:
    """Show the portal to this person in this way, in all their browsers, from the next page on."""
    person = User.objects.select_for_update().get(pk=user.pk)
    return _set(person, language, time_zone, scheme, by)


@transaction.atomic(durable=True)
def adopt_time_zone(user: User, time_zone: str, *, by: Actor) -> None:
    """Show times in the zone of the browser to a person who has set none; a zone that was set stays."""
    person = User.objects.select_for_update().get(pk=user.pk)
    if not person.time_zone:
        _set(person, person.language, time_zone, person.scheme, by)


def _set(person: User, language: str, time_zone: str, scheme: str, by: Actor) -> User:
    chosen = events.SettingsChanged(language=language, time_zone=time_zone, scheme=scheme)
    if chosen != events.SettingsChanged(language=person.language, time_zone=person.time_zone, scheme=person.scheme):
        person.language, person.time_zone, person.scheme = language, time_zone, scheme
        person.save(update_fields=["language", "time_zone", "scheme"])
        record_for_instance(chosen, by=by)
    return person


@transaction.atomic(durable=True)
def record_sign_out(*, by: Actor) -> None:
    """Record that a person ended their session."""
    record_for_instance(events.SignedOut(), by=by)
