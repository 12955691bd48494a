"""The mails of the portal, one function each: who calls it says what happened, the templates say the words.

Call them inside the transaction of the act. `key` names the occasion: the same key again sends nothing more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypedDict, Unpack

from django.conf import settings

from portal.notify.commands import TooManyMails, post
from portal.notify.models import OutgoingMail
from portal.notify.writing import Link, MailAddressInvalid, MailTextRefused
from portal.permissions import Role

logger = logging.getLogger(__name__)
# Why a mail is not posted.
NOT_POSTED = (TooManyMails, MailAddressInvalid, MailTextRefused)


class Mail(TypedDict):
    """What each mail has: the occasion, an address, a language."""

    key: str
    to: str
    language: str


class AboutTenant(Mail):
    name: str
    display_name: str


class AboutKey(Mail):
    key_name: str
    url: str


class AboutRelease(Mail):
    app_name: str
    version: str
    display_name: str
    url: str


@contextmanager
def best_effort() -> Iterator[None]:
    """For acts that must not fail for the sake of their mail: one that cannot be posted is left out, and logged."""
    try:
        yield
    except NOT_POSTED as refusal:
        logger.warning("A mail is not posted: %s", refusal.code)


def welcome(
    *,
    tenant_name: str,
    display_name: str,
    environment_label: str,
    keys_url: str,
    invitation_url: str,
    expires_at: datetime,
    **mail: Unpack[Mail],
) -> OutgoingMail:
    """To the first admin of a new tenant: the account's name, how to enter, and where binding keys are made."""
    return _post(
        "welcome",
        mail,
        tenant_name=tenant_name,
        display_name=display_name,
        environment_label=environment_label,
        keys_url=keys_url,
        invitation_url=invitation_url,
        expires_at=expires_at,
    )


def invitation(
    *,
    tenant_name: str,
    display_name: str,
    invited_by: str,
    roles: list[Role],
    url: str,
    expires_at: datetime,
    **mail: Unpack[Mail],
) -> OutgoingMail:
    """To somebody whom a tenant admin invites."""
    return _post(
        "invitation",
        mail,
        tenant_name=tenant_name,
        display_name=display_name,
        invited_by=invited_by,
        roles=roles,
        url=url,
        expires_at=expires_at,
    )


def request_received(*, requested_by: str, url: str, **tenant: Unpack[AboutTenant]) -> OutgoingMail:
    """To the operator: somebody asks for a tenant."""
    return _post("request_received", tenant, requested_by=requested_by, url=url)


def request_accepted(**tenant: Unpack[AboutTenant]) -> OutgoingMail:
    """To the person who asked for a tenant: it is being set up."""
    return _post("request_accepted", tenant)


def request_declined(*, reason: str, **tenant: Unpack[AboutTenant]) -> OutgoingMail:
    """To the person who asked for a tenant: there will be none, and why."""
    return _post("request_declined", tenant, reason=_one_line(reason))


def tenant_suspended(*, reason: str, **tenant: Unpack[AboutTenant]) -> OutgoingMail:
    """To an admin of a tenant that was suspended, and why."""
    return _post("tenant_suspended", tenant, reason=_one_line(reason))


def tenant_resumed(**tenant: Unpack[AboutTenant]) -> OutgoingMail:
    """To an admin of a tenant that works again."""
    return _post("tenant_resumed", tenant)


def key_waits(*, display_name: str, made_by: str, **about: Unpack[AboutKey]) -> OutgoingMail:
    """To an admin: another admin made a binding key, and it does not work before it is approved."""
    return _post("key_waits", about, display_name=display_name, made_by=made_by)


def hand_over(*, display_name: str, handed_by: str, expires_at: datetime, **about: Unpack[AboutKey]) -> OutgoingMail:
    """To the person who gets the secret of a key: the link that shows it once, never the secret."""
    return _post("hand_over", about, display_name=display_name, handed_by=handed_by, expires_at=expires_at)


def hand_over_spoiled(*, display_name: str, opened_by: str, **about: Unpack[AboutKey]) -> OutgoingMail:
    """To the security contact of a tenant: the secret of a key may be in wrong hands, and the key is disabled."""
    return _post("hand_over_spoiled", about, display_name=display_name, opened_by=opened_by)


def key_expires(*, tenant_name: str, expires_at: datetime, **about: Unpack[AboutKey]) -> OutgoingMail:
    """To whoever must act before a key expires: its contact and the tenant's admins."""
    return _post("key_expires", about, tenant_name=tenant_name, expires_at=expires_at)


def key_leaked(
    *, tenant_name: str, reporter: str, where: str, disabled: bool, **about: Unpack[AboutKey]
) -> OutgoingMail:
    """To the tenant's security contact: a secret was reported; what happened, what to do, how we know, who helps."""
    return _post(
        "key_leaked",
        about,
        tenant_name=tenant_name,
        reporter=reporter,
        where=_one_line(where),
        disabled=_yes(disabled),
        help=settings.OPERATOR_EMAIL,
    )


def release_checked(*, reason: str, **release: Unpack[AboutRelease]) -> OutgoingMail:
    """To whoever approved a release and to the alternate contact: the check has ended; a reason if not well."""
    return _post("release_checked", release, reason=_one_line(reason))


def contact_confirmation(*, named_by: str, expires_at: datetime, **release: Unpack[AboutRelease]) -> OutgoingMail:
    """To the alternate contact of a release: who named this address, and the page that confirms or declines."""
    return _post("contact_confirmation", release, named_by=named_by, expires_at=expires_at)


def contact_declined(*, email: str, **release: Unpack[AboutRelease]) -> OutgoingMail:
    """To whoever approved a release: the alternate contact says not to be it, so another one has to be named."""
    return _post("contact_declined", release, email=email)


def release_message(*, author: str, asks: bool, **release: Unpack[AboutRelease]) -> OutgoingMail:
    """To the other side: there is a message about a release. Its text stays on the page."""
    return _post("release_message", release, author=author, asks=_yes(asks))


def tickets_opened(*, checks: str, due_on: date, **release: Unpack[AboutRelease]) -> OutgoingMail:
    """To those who released an application: these checks found something afterwards. What they found is on its page."""
    return _post("tickets_opened", release, checks=checks, due_on=due_on.isoformat())


def tickets_overdue(*, checks: str, **release: Unpack[AboutRelease]) -> OutgoingMail:
    """To the same people: what these checks found should have been put right by now."""
    return _post("tickets_overdue", release, checks=checks)


def _post(template: str, mail: Mapping[str, Any], **more: Any) -> OutgoingMail:
    told = {name: Link(value) if name.endswith("url") else value for name, value in {**mail, **more}.items()}
    key, to, language = told.pop("key"), told.pop("to"), told.pop("language")
    return post(key=key, template=template, to=to, language=language, values=told)


def _yes(answer: bool) -> str:
    """Texts alone go into mails; an empty one is no."""
    return "yes" if answer else ""


def _one_line(reason: str) -> str:
    """A reason may have paragraphs where it is written; in a mail it is one."""
    return " ".join(reason.split())
