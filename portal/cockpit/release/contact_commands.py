"""The alternate contact of a release: named with the approval, asked by mail, and told nothing before having confirmed.

The link of the mail is signed and holds for CONTACT_DAYS. Opening it shows a page; only its buttons answer, because
mail scanners and previews follow links.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.models import AlternateContact, AppVersion, Move
from portal.cockpit.moves import locked
from portal.cockpit.states import AppState, StateForbids, Verb
from portal.errors import Refusal
from portal.lib.addresses import normal
from portal.notify import mails
from portal.notify.commands import discard
from portal.scoping import tenant_scope
from portal.tenants.models import Membership

SALT = "portal.cockpit.alternate_contact"


class ContactLinkClosed(Refusal):
    """Expired, or another contact was named meanwhile."""

    code = "contact_link_closed"
    status = 410
    message = _("This link asks nothing any more: it has expired, was answered, or somebody else was named.")
    advice = _("Ask whoever approved the release for a new mail.")


class ContactUnconfirmed(Refusal):
    """Ready for assignment is the last state, and the alternate contact is to be told of it."""

    code = "release_contact_unconfirmed"
    status = 409
    message = _("The alternate contact has not confirmed yet, so the release does not become ready for assignment.")
    advice = _("The approver can send the mail again or name somebody else, on the page of the application.")


class ContactNotYours(Refusal):
    """Who approved a release answers for whom it names."""

    code = "release_contact_of_approver"
    status = 403
    message = _("Only who approved this release names its alternate contact.")


class ContactConfirmedAlready(Refusal):
    code = "release_contact_confirmed"
    status = 409
    message = _("The alternate contact has confirmed, so it stays.")


class TooManyContactMails(Refusal):
    code = "too_many_contact_mails"
    status = 429
    message = _("The alternate contact was asked a short time ago, or too often today.")
    advice = _("Wait before you send another mail.")


def contact_of(version: AppVersion) -> AlternateContact | None:
    """The alternate contact that counts."""
    return version.contacts.filter(replaced_at=None).first()


def check_contact(version: AppVersion) -> None:
    """Raises `ContactUnconfirmed` unless the contact that counts has confirmed."""
    contact = contact_of(version)
    if contact is None or not contact.confirmed_at:
        raise ContactUnconfirmed


def approval_of(version: AppVersion) -> Move | None:
    """The step with which the release was approved last."""
    return version.moves.filter(verb=Verb.APPROVE).order_by("-pk").first()


def name_contact(version: AppVersion, *, email: str, language: str, by: Actor) -> AlternateContact:
    """Name the alternate contact and ask by mail; one with this address who has confirmed stays, and is not asked.

    Part of the caller's transaction, which holds the version's lock. Whether the mail could be posted does not matter:
    the page says if there was none, and offers another.
    """
    before = contact_of(version)
    if before is not None and before.email == normal(email) and before.confirmed_at:
        return before
    now = timezone.now()
    if before is not None:
        discard(_mail_key(before))
        before.replaced_at = now
        before.save(update_fields=["replaced_at"])
    contact = AlternateContact(
        version=version,
        tenant_id=version.tenant_id,
        email=normal(email),
        language=language,
        named_at=now,
        named_by=by.name,
        named_by_id=by.id,
        expires_at=_until(now),
    )
    contact.save()
    with mails.best_effort():
        _ask(version, contact, now)
    return contact


@transaction.atomic(durable=True)
def change_contact(version: AppVersion, *, email: str, language: str, by: Actor) -> AlternateContact:
    """Name somebody else while nobody has confirmed: the link that is out opens nothing, another mail is on its way.

    Raises `portal.cockpit.states.StateForbids`, `ContactNotYours`, `ContactConfirmedAlready`, `TooManyContactMails`.
    """
    version = locked(version)
    before = check_changeable(version, by)
    _check_count(version)
    contact = name_contact(version, email=email, language=language, by=by)
    changed = events.ContactChanged(
        app=version.application.internal_name,
        version=version.version,
        before=before.email if before else version.alternate_email,
        email=contact.email,
    )
    record(changed, by=by, subject=version.subject)
    return contact


def check_changeable(version: AppVersion, by: Actor) -> AlternateContact | None:
    """The contact that this actor may replace now; raises as `change_contact` does."""
    if version.state != AppState.CHECK:
        raise StateForbids
    approval = approval_of(version)
    if approval is None or approval.by_id != by.id:
        raise ContactNotYours
    contact = contact_of(version)
    if contact is not None and contact.confirmed_at:
        raise ContactConfirmedAlready
    return contact


@transaction.atomic(durable=True)
def resend_contact(version: AppVersion, *, by: Actor) -> AlternateContact:
    """Ask the alternate contact once more; the link holds for another CONTACT_DAYS, also that of the mail before.

    Raises `portal.cockpit.states.StateForbids`, `ContactLinkClosed`, `TooManyContactMails` and what keeps a mail from
    being posted (`portal.notify.mails.NOT_POSTED`).
    """
    version = locked(version)
    contact = contact_of(version)
    if version.state != AppState.CHECK or contact is None:
        raise StateForbids
    if contact.confirmed_at or contact.declined_at:
        raise ContactLinkClosed
    now = timezone.now()
    if contact.mailed_at and now < contact.mailed_at + timedelta(seconds=constants.CONTACT_MAIL_WAIT):
        raise TooManyContactMails(headers={"Retry-After": str(constants.CONTACT_MAIL_WAIT)})
    _check_count(version)
    _ask(version, contact, now)
    asked = events.ContactAsked(app=version.application.internal_name, version=version.version, email=contact.email)
    record(asked, by=by, subject=version.subject)
    return contact


def contact_url(contact: AlternateContact) -> str:
    """The link of the mail, on the portal's own address."""
    token = signing.Signer(salt=SALT).sign_object([contact.tenant_id, contact.pk])
    return settings.PORTAL_URL + reverse("alternate_contact", args=[token])


def contact_behind(token: str) -> AlternateContact | None:
    """The contact behind a link, whatever its state; None for a link that is none of ours."""
    try:
        tenant_id, pk = signing.Signer(salt=SALT).unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = AlternateContact.all_tenants.select_related("tenant", "version__application", "version__tenant")
    return found.defer("version__icon", "version__screenshot").filter(tenant_id=tenant_id, pk=pk).first()


@transaction.atomic(durable=True)
def confirm_contact(contact: AlternateContact, *, by: Actor) -> AlternateContact:
    """The person at this address stands in for the approver, and is told how the check ends.

    Raises `ContactLinkClosed`.
    """
    with tenant_scope(contact.tenant_id):
        version, contact = _open(contact)
        contact.confirmed_at = timezone.now()
        contact.save(update_fields=["confirmed_at"])
        confirmed = events.ContactConfirmed(
            app=version.application.internal_name, version=version.version, email=contact.email
        )
        record(confirmed, by=by, subject=version.subject)
    return contact


@transaction.atomic(durable=True)
def decline_contact(contact: AlternateContact, *, by: Actor) -> AlternateContact:
    """The person at this address is not the contact and gets no further mail; the approver is told.

    Raises `ContactLinkClosed`.
    """
    with tenant_scope(contact.tenant_id):
        version, contact = _open(contact)
        contact.declined_at = timezone.now()
        contact.save(update_fields=["declined_at"])
        _tell_approver(version, contact)
        declined = events.ContactDeclined(
            app=version.application.internal_name, version=version.version, email=contact.email
        )
        record(declined, by=by, subject=version.subject)
    return contact


def _open(contact: AlternateContact) -> tuple[AppVersion, AlternateContact]:
    """Both as they are now, under the version's lock: of two answers at once the second comes too late."""
    version = locked(contact.version)
    contact = AlternateContact.objects.get(pk=contact.pk)
    if not contact.is_open or contact.tenant.closed:
        raise ContactLinkClosed
    return version, contact


def _check_count(version: AppVersion) -> None:
    since = timezone.now() - timedelta(days=1)
    sent = version.contacts.filter(mailed_at__gt=since).aggregate(mails=Sum("mails"))["mails"] or 0
    if sent >= constants.CONTACT_MAILS_PER_DAY:
        raise TooManyContactMails(headers={"Retry-After": "86400"})


def _ask(version: AppVersion, contact: AlternateContact, now: datetime) -> None:
    expires_at = _until(now)
    contact.mails += 1
    mails.contact_confirmation(
        key=_mail_key(contact),
        to=contact.email,
        language=contact.language,
        app_name=version.display_name,
        version=version.version,
        display_name=version.tenant.display_name,
        named_by=contact.named_by,
        url=contact_url(contact),
        expires_at=expires_at,
    )
    contact.mailed_at, contact.expires_at = now, expires_at
    contact.save(update_fields=["mails", "mailed_at", "expires_at"])


def _mail_key(contact: AlternateContact) -> str:
    return f"contact_confirmation:{contact.pk}:{contact.mails}"


def _until(now: datetime) -> datetime:
    return now + timedelta(days=constants.CONTACT_DAYS)


def _tell_approver(version: AppVersion, contact: AlternateContact) -> None:
    approver = Membership.objects.select_related("user").filter(user__subject=contact.named_by_id).first()
    if approver is None or not approver.user.email:
        return
    with mails.best_effort():
        mails.contact_declined(
            key=f"contact_declined:{contact.pk}",
            to=approver.user.email,
            language=approver.user.language or version.tenant.first_admin_language,
            app_name=version.display_name,
            version=version.version,
            display_name=version.tenant.display_name,
            email=contact.email,
            url=settings.PORTAL_URL + reverse("cockpit:detail", args=[version.tenant.name, version.pk]),
        )
