"""What developers and the operator write to each other about a release: it stays with it, only ever added to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import constants
from portal.actor import Actor
from portal.audit.commands import record
from portal.cockpit import events
from portal.cockpit.models import AppVersion, MessageSide, ReleaseMessage
from portal.cockpit.moves import locked
from portal.cockpit.states import StateForbids, Verb
from portal.errors import Refusal
from portal.lib.addresses import normal
from portal.notify import mails
from portal.tenants.models import Membership


class MessagesFull(Refusal):
    """What was written stays for good, on one page and in the dossier: it cannot grow without end."""

    code = "release_messages_full"
    status = 409
    advice = gettext_lazy("What is there stays. Write about a newer version, or by e-mail.")

    def __init__(self) -> None:
        most = constants.MESSAGES_PER_RELEASE
        super().__init__(
            _("About this release %(most)d messages were written, which is as many as it can have.") % {"most": most}
        )


class TooManyMessages(Refusal):
    """Somebody, or somebody's script, writes faster than anybody reads."""

    code = "too_many_messages"
    status = 429
    advice = gettext_lazy("Wait a while, then send it again.")

    def __init__(self) -> None:
        most = constants.MESSAGES_PER_HOUR
        super().__init__(_("You wrote %(most)d messages within the last hour.") % {"most": most})


@transaction.atomic(durable=True)
def write_message(
    version: AppVersion, *, side: MessageSide, text: str, asks: bool = False, by: Actor
) -> ReleaseMessage:
    """Add a message that the other side reads on the page of the release; `asks` wants an answer. No state changes.

    The other side gets a mail without the text, at most one within MESSAGE_MAIL_WAIT for each release and direction.
    Raises `portal.cockpit.states.StateForbids` unless the version is approved, `MessagesFull`, `TooManyMessages`.
    """
    version = locked(version)
    if not version.is_approved:
        raise StateForbids
    if version.messages.count() >= constants.MESSAGES_PER_RELEASE:
        raise MessagesFull
    # Of all releases of the tenant: the lock of this one lets a few more through than the limit says.
    hour = timezone.now() - timedelta(hours=1)
    if ReleaseMessage.objects.filter(by_id=by.id, at__gt=hour).count() >= constants.MESSAGES_PER_HOUR:
        raise TooManyMessages
    since = timezone.now() - timedelta(seconds=constants.MESSAGE_MAIL_WAIT)
    was_told = version.messages.filter(side=side, is_mailed=True, at__gt=since).exists()
    message = ReleaseMessage(
        version=version,
        tenant_id=version.tenant_id,
        side=side,
        asks=asks,
        text=text,
        by_id=by.id,
        by_name=by.name,
        is_mailed=not was_told,
    )
    message.save()
    if not was_told:
        _tell(version, message)
    kind = events.QuestionAsked if asks else events.MessageWritten
    record(
        kind(app=version.application.internal_name, version=version.version, side=side.value),
        by=by,
        subject=version.subject,
    )
    return message


def _tell(version: AppVersion, message: ReleaseMessage) -> None:
    page, arguments = "cockpit:detail", [version.tenant.name, version.pk]
    if message.side == MessageSide.TENANT:
        page = "ops:release"
    for number, (to, language) in enumerate(_others(version, message.side)):
        with mails.best_effort():
            mails.release_message(
                key=f"release_message:{message.pk}:{number}",
                to=to,
                language=language,
                app_name=version.display_name,
                version=version.version,
                display_name=version.tenant.display_name,
                author=message.by_name,
                asks=message.asks,
                url=f"{settings.PORTAL_URL}{reverse(page, args=arguments)}#messages",
            )


def _others(version: AppVersion, side: str) -> Iterator[tuple[str, str]]:
    """The operator, or those who submitted and approved the release, if still members."""
    if side == MessageSide.TENANT:
        if settings.OPERATOR_EMAIL:
            yield settings.OPERATOR_EMAIL, settings.LANGUAGE_CODE
        return
    steps = version.moves.filter(verb__in=[Verb.SUBMIT, Verb.APPROVE]).values("by_id")
    told = Membership.objects.select_related("user").filter(user__subject__in=steps)
    users = [membership.user for membership in told if membership.user.email]
    language = version.tenant.first_admin_language
    yield from {normal(user.email): user.language or language for user in users}.items()
