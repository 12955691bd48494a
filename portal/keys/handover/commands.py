"""Handing a secret over: by a link for one person, for a time, once. Whoever makes the link never sees the secret."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.actor import Actor
from portal.audit.commands import record
from portal.audit.events import Outcome
from portal.errors import Refusal
from portal.identity.models import User
from portal.keys import events
from portal.keys.commands import add_minted_secret, mark_disabled
from portal.keys.links import key_link
from portal.keys.models import BindingKey, HandOver, Incident, SecretGeneration, Source
from portal.keys.upstream import opened_generation
from portal.lib.addresses import normal
from portal.lib.secret import Secret
from portal.notify import mails
from portal.scoping import tenant_scope
from portal.tenants import contacts
from portal.tenants.invitation_commands import EmailNotVerified

SALT = "portal.keys.hand_over"
# Why a key does not work now, and a hand-over of it can be started and opened all the same: it will work again.
PASSING = {"", "approval_pending", "brown_out"}


class HandOverNotNow(Refusal):
    code = "hand_over_not_now"
    status = 409
    message = _("This key cannot be handed over now.")


class HandOverClosed(Refusal):
    """Withdrawn, expired or spoiled, or the key does not work any more."""

    code = "hand_over_closed"
    status = 410
    message = _("This link opens nothing any more: it has expired or was withdrawn, or its key does not work.")
    advice = _("Ask whoever sent it to hand the key over again.")


class HandOverSpoiled(Refusal):
    """Somebody else opened it, or it was opened twice: the secret may be in wrong hands."""

    code = "hand_over_spoiled"
    status = 403
    message = _("This link is for one person and opens once. The key is disabled now, and its admins are told.")
    advice = _("If the secret was meant for you, ask whoever sent the link to hand the key over again.")


class HandOverEmailNotVerified(EmailNotVerified):
    message = _("Insights Hub does not vouch for your e-mail address, so the secret is not shown.")


@transaction.atomic(durable=True)
def hand_over(
    key: BindingKey, *, email: str, language: str, hours: int, old_ends_after: int | None, by: Actor
) -> HandOver:
    """Make another secret of the key, which nobody sees before the person with this address opens the mailed link.

    The link holds for `hours`. The secret in use ends at once (None), or so many seconds after the new one was first
    used. Raises `HandOverNotNow`, or what keeps the mail from being posted (`mails.NOT_POSTED`).
    """
    key = BindingKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    _check_may_start(key)
    end_unopened(key)
    _end_those_in_use(key, old_ends_after)
    newest: int = key.generations.aggregate(newest=Max("number"))["newest"] or 0
    generation, _secret = add_minted_secret(key, newest + 1, by)
    made = HandOver.objects.create(
        key=key,
        generation=generation.number,
        email=normal(email),
        language=language,
        created_by=by.name,
        expires_at=timezone.now() + timedelta(hours=hours),
    )
    _post_link(key, made)
    started = events.HandOverStarted(
        key_name=key.name, client_id=key.client_id, generation=generation.number, email=made.email
    )
    record(started, by=by, subject=key.subject)
    return made


def may_hand_over(key: BindingKey) -> bool:
    """Whether it was made here, and works or will work again by itself."""
    return key.source == Source.PORTAL and key.standing in PASSING


def _check_may_start(key: BindingKey) -> None:
    if not may_hand_over(key):
        raise HandOverNotNow(gettext("This key was not made here, or it does not work now."))
    if open_hand_over(key) is not None:
        raise HandOverNotNow(gettext("This key waits to be opened by somebody. Withdraw that link first."))
    if _living(key).count() - len(_unopened_numbers(key)) > 1:
        raise HandOverNotNow(gettext("Two secrets of this key work already. End the older one first."))


def _living(key: BindingKey) -> QuerySet[SecretGeneration]:
    """The secrets of the key that work, oldest first."""
    return key.generations.exclude(ends_at__lte=timezone.now()).order_by("number")


def _unopened_numbers(key: BindingKey) -> list[int]:
    """Secrets that work although nobody has them: their link expired unopened."""
    gone = HandOver.objects.filter(key=key, opened_at=None, expires_at__lte=timezone.now())
    return list(_living(key).filter(number__in=gone.values("generation")).values_list("number", flat=True))


def end_unopened(key: BindingKey) -> None:
    """End the secrets that nobody has, because their link expired unopened; in the caller's transaction."""
    key.generations.filter(number__in=_unopened_numbers(key)).update(ends_at=timezone.now())


def _end_those_in_use(key: BindingKey, after: int | None) -> None:
    if after is None:
        _living(key).update(ends_at=timezone.now())
    else:
        _living(key).update(ends_after_next_use=after, ends_at=None)


def _post_link(key: BindingKey, made: HandOver) -> None:
    mails.hand_over(
        key=f"hand-over:{made.tenant_id}:{made.pk}",
        to=made.email,
        language=made.language,
        key_name=key.name,
        display_name=key.tenant.display_name,
        handed_by=made.created_by,
        url=hand_over_url(made),
        expires_at=made.expires_at,
    )


def open_hand_over(key: BindingKey) -> HandOver | None:
    """The hand-over of this key that waits to be opened."""
    waiting = HandOver.objects.filter(key=key, opened_at=None, spoiled_at=None, expires_at__gt=timezone.now())
    return waiting.order_by("-pk").first()


def hand_over_url(made: HandOver) -> str:
    """The link. It is worth nothing without a sign-in that the Hub vouches the address for."""
    return settings.PORTAL_URL + reverse("hand_over", args=[signing.dumps([made.tenant_id, made.pk], salt=SALT)])


def hand_over_of(token: str) -> HandOver | None:
    """The hand-over behind a link, whatever its state; None for a link that is none of ours."""
    try:
        tenant_id, pk = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = HandOver.all_tenants.select_related("key", "tenant", "key__tenant")
    return found.filter(tenant_id=tenant_id, pk=pk).first()


@transaction.atomic(durable=True)
def withdraw_hand_over(key: BindingKey, *, by: Actor) -> None:
    """Take the link back: it opens nothing any more, and its secret, which nobody has seen, never works.

    Raises `HandOverClosed` when it was opened meanwhile.
    """
    key = BindingKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    waiting = open_hand_over(key)
    if waiting is None:
        raise HandOverClosed
    waiting.expires_at = timezone.now()
    waiting.save(update_fields=["expires_at"])
    end_unopened(key)
    _living(key).update(ends_after_next_use=None)  # no next secret is coming
    withdrawn = events.HandOverWithdrawn(
        key_name=key.name, client_id=key.client_id, generation=waiting.generation, email=waiting.email
    )
    record(withdrawn, by=by, subject=key.subject)


def is_for(made: HandOver, user: User) -> bool:
    """Whether this person is meant. Raises `HandOverEmailNotVerified` where nobody vouches that it is so."""
    if normal(user.email) != made.email:
        return False
    if not user.email_verified:
        raise HandOverEmailNotVerified
    return True


def check_hand_over(made: HandOver) -> SecretGeneration:
    """The secret that waits; raises `HandOverClosed` when there is nothing to open, by nobody."""
    generation = made.key.generations.filter(number=made.generation).first()
    if made.spoiled_at or made.expires_at <= timezone.now() or made.key.standing not in PASSING:
        raise HandOverClosed
    if generation is None or generation.has_ended:
        raise HandOverClosed
    return generation


def reveal_hand_over(made: HandOver, user: User, *, by: Actor) -> Secret:
    """The secret, this one time. Raises `HandOverClosed`, `HandOverEmailNotVerified`.

    For anybody else, and the second time, the key is disabled, its secret ends for good, the security contact gets a
    mail, and `HandOverSpoiled` is raised.
    """
    with tenant_scope(made.tenant_id):
        secret = _revealed_or_spoiled(made, user, by)
    if secret is None:
        raise HandOverSpoiled
    return secret


@transaction.atomic(durable=True)
def _revealed_or_spoiled(made: HandOver, user: User, by: Actor) -> Secret | None:
    # The key's row is the lock: of two openings at once, the second sees what the first one did.
    key = BindingKey.objects.select_for_update(no_key=True).get(pk=made.key_id)
    made = HandOver.objects.select_related("key", "key__tenant").get(pk=made.pk)
    generation = check_hand_over(made)
    if not is_for(made, User.objects.get(pk=user.pk)):
        _spoil(key, made, Incident.WRONG_PERSON, by)
        return None
    if made.opened_at is not None:
        _spoil(key, made, Incident.SECOND_OPENING, by)
        return None
    secret = opened_generation(generation)  # first: what does not open stays unopened
    made.opened_at, made.opened_by = timezone.now(), by.name
    made.save(update_fields=["opened_at", "opened_by"])
    opened = events.HandOverOpened(
        key_name=key.name, client_id=key.client_id, generation=made.generation, handed_by=made.created_by
    )
    record(opened, by=by, subject=key.subject)
    return secret


def _spoil(key: BindingKey, made: HandOver, incident: Incident, by: Actor) -> None:
    """Disable the key, which an admin can undo; end the secret, which nobody can."""
    now = timezone.now()
    made.spoiled_at, made.spoiled_by = now, by.name
    made.save(update_fields=["spoiled_at", "spoiled_by"])
    key.generations.filter(number=made.generation).update(ends_at=now)
    _living(key).update(ends_at=None, ends_after_next_use=None)  # what was to take their place is gone
    mark_disabled(key, incident=incident)
    _tell_security(key, made, by)
    spoiled = events.HandOverSpoiled(
        key_name=key.name, client_id=key.client_id, generation=made.generation, email=made.email, reason=incident
    )
    record(spoiled, by=by, outcome=Outcome.DENIED, subject=key.subject)


def _tell_security(key: BindingKey, made: HandOver, by: Actor) -> None:
    tenant = key.tenant
    for recipient in contacts.for_incidents(tenant):
        with suppress(*mails.NOT_POSTED):  # the key is disabled in any case
            mails.hand_over_spoiled(
                key=f"hand-over-spoiled:{made.tenant_id}:{made.pk}:{recipient.digest}",
                to=recipient.email,
                language=recipient.language,
                key_name=key.name,
                display_name=tenant.display_name,
                opened_by=by.name,
                url=key_link(key),
            )
