"""The mails of the portal, one function each: who calls it says what happened, the templates say the words.

Call them inside the transaction of the act. `key` names the occasion: the same key again sends nothing more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.conf import settings

from portal.notify.commands import TooManyMails, post
from portal.notify.models import OutgoingMail
from portal.notify.writing import Link, MailAddressInvalid, MailTextRefused
from portal.permissions import Role

logger = logging.getLogger(__name__)
# Why a mail is not posted.
NOT_POSTED = (TooManyMails, MailAddressInvalid, MailTextRefused)


@contextmanager
def best_effort() -> Iterator[None]:
    """For acts that must not fail for the sake of their mail: one that cannot be posted is left out, and logged."""
    try:
        yield
    except NOT_POSTED as refusal:
        logger.warning("A mail is not posted: %s", refusal.code)


def welcome(
    *,
    key: str,
    to: str,
    language: str,
    tenant_name: str,
    display_name: str,
    environment_label: str,
    keys_url: str,
    invitation_url: str,
    expires_at: datetime,
) -> OutgoingMail:
    """To the first admin of a new tenant: the account's name, how to enter, and where binding keys are made."""
    values = {
        "tenant_name": tenant_name,
        "display_name": display_name,
        "environment_label": environment_label,
        "keys_url": Link(keys_url),
        "invitation_url": Link(invitation_url),
        "expires_at": expires_at,
    }
    return post(key=key, template="welcome", to=to, language=language, values=values)


def invitation(
    *,
    key: str,
    to: str,
    language: str,
    tenant_name: str,
    display_name: str,
    invited_by: str,
    roles: list[Role],
    url: str,
    expires_at: datetime,
) -> OutgoingMail:
    """To somebody whom a tenant admin invites."""
    values = {
        "tenant_name": tenant_name,
        "display_name": display_name,
        "invited_by": invited_by,
        "roles": roles,
        "url": Link(url),
        "expires_at": expires_at,
    }
    return post(key=key, template="invitation", to=to, language=language, values=values)


def request_received(
    *, key: str, to: str, language: str, name: str, display_name: str, requested_by: str, url: str
) -> OutgoingMail:
    """To the operator: somebody asks for a tenant."""
    values = {"name": name, "display_name": display_name, "requested_by": requested_by, "url": Link(url)}
    return post(key=key, template="request_received", to=to, language=language, values=values)


def request_accepted(*, key: str, to: str, language: str, name: str, display_name: str) -> OutgoingMail:
    """To the person who asked for a tenant: it is being set up."""
    values = {"name": name, "display_name": display_name}
    return post(key=key, template="request_accepted", to=to, language=language, values=values)


def request_declined(*, key: str, to: str, language: str, name: str, display_name: str, reason: str) -> OutgoingMail:
    """To the person who asked for a tenant: there will be none, and why."""
    values = {"name": name, "display_name": display_name, "reason": _one_line(reason)}
    return post(key=key, template="request_declined", to=to, language=language, values=values)


def tenant_suspended(*, key: str, to: str, language: str, name: str, display_name: str, reason: str) -> OutgoingMail:
    """To an admin of a tenant that was suspended, and why."""
    values = {"name": name, "display_name": display_name, "reason": _one_line(reason)}
    return post(key=key, template="tenant_suspended", to=to, language=language, values=values)


def tenant_resumed(*, key: str, to: str, language: str, name: str, display_name: str) -> OutgoingMail:
    """To an admin of a tenant that works again."""
    values = {"name": name, "display_name": display_name}
    return post(key=key, template="tenant_resumed", to=to, language=language, values=values)


def key_waits(
    *, key: str, to: str, language: str, display_name: str, key_name: str, made_by: str, url: str
) -> OutgoingMail:
    """To an admin: another admin made a binding key, and it does not work before it is approved."""
    values = {"display_name": display_name, "key_name": key_name, "made_by": made_by, "url": Link(url)}
    return post(key=key, template="key_waits", to=to, language=language, values=values)


def hand_over(
    *,
    key: str,
    to: str,
    language: str,
    key_name: str,
    display_name: str,
    handed_by: str,
    url: str,
    expires_at: datetime,
) -> OutgoingMail:
    """To the person who gets the secret of a key: the link that shows it once, never the secret."""
    values = {
        "key_name": key_name,
        "display_name": display_name,
        "handed_by": handed_by,
        "url": Link(url),
        "expires_at": expires_at,
    }
    return post(key=key, template="hand_over", to=to, language=language, values=values)


def hand_over_spoiled(
    *, key: str, to: str, language: str, key_name: str, display_name: str, opened_by: str, url: str
) -> OutgoingMail:
    """To the security contact of a tenant: the secret of a key may be in wrong hands, and the key is disabled."""
    values = {"key_name": key_name, "display_name": display_name, "opened_by": opened_by, "url": Link(url)}
    return post(key=key, template="hand_over_spoiled", to=to, language=language, values=values)


def key_expires(
    *, key: str, to: str, language: str, key_name: str, tenant_name: str, expires_at: datetime, url: str
) -> OutgoingMail:
    """To whoever must act before a key expires: its contact and the tenant's admins."""
    values = {"key_name": key_name, "tenant_name": tenant_name, "expires_at": expires_at, "url": Link(url)}
    return post(key=key, template="key_expires", to=to, language=language, values=values)


def key_leaked(
    *,
    key: str,
    to: str,
    language: str,
    tenant_name: str,
    key_name: str,
    reporter: str,
    where: str,
    disabled: bool,
    url: str,
) -> OutgoingMail:
    """To the tenant's security contact: a secret was reported; what happened, what to do, how we know, who helps."""
    values = {
        "tenant_name": tenant_name,
        "key_name": key_name,
        "reporter": reporter,
        "where": _one_line(where),
        # Texts alone go into mails; an empty one is no.
        "disabled": "yes" if disabled else "",
        "url": Link(url),
        "help": settings.OPERATOR_EMAIL,
    }
    return post(key=key, template="key_leaked", to=to, language=language, values=values)


def release_checked(
    *, key: str, to: str, language: str, app_name: str, version: str, display_name: str, reason: str, url: str
) -> OutgoingMail:
    """To whoever approved a release and to the alternate contact: the check has ended; a reason if not well."""
    values = {
        "app_name": app_name,
        "version": version,
        "display_name": display_name,
        "reason": _one_line(reason),
        "url": Link(url),
    }
    return post(key=key, template="release_checked", to=to, language=language, values=values)


def contact_confirmation(
    *,
    key: str,
    to: str,
    language: str,
    app_name: str,
    version: str,
    display_name: str,
    named_by: str,
    url: str,
    expires_at: datetime,
) -> OutgoingMail:
    """To the alternate contact of a release: who named this address, and the page that confirms or declines."""
    values = {
        "app_name": app_name,
        "version": version,
        "display_name": display_name,
        "named_by": named_by,
        "url": Link(url),
        "expires_at": expires_at,
    }
    return post(key=key, template="contact_confirmation", to=to, language=language, values=values)


def contact_declined(
    *, key: str, to: str, language: str, app_name: str, version: str, display_name: str, email: str, url: str
) -> OutgoingMail:
    """To whoever approved a release: the alternate contact says not to be it, so another one has to be named."""
    values = {
        "app_name": app_name,
        "version": version,
        "display_name": display_name,
        "email": email,
        "url": Link(url),
    }
    return post(key=key, template="contact_declined", to=to, language=language, values=values)


def release_message(
    *,
    key: str,
    to: str,
    language: str,
    app_name: str,
    version: str,
    display_name: str,
    author: str,
    asks: bool,
    url: str,
) -> OutgoingMail:
    """To the other side: there is a message about a release. Its text stays on the page."""
    values = {
        "app_name": app_name,
        "version": version,
        "display_name": display_name,
        "author": author,
        # Texts alone go into mails; an empty one is no.
        "asks": "yes" if asks else "",
        "url": Link(url),
    }
    return post(key=key, template="release_message", to=to, language=language, values=values)


def tickets_opened(
    *,
    key: str,
    to: str,
    language: str,
    app_name: str,
    version: str,
    display_name: str,
    checks: str,
    due_on: date,
    url: str,
) -> OutgoingMail:
    """To those who released an application: these checks found something afterwards. What they found is on its page."""
    values = {
        "app_name": app_name,
        "version": version,
        "display_name": display_name,
        "checks": checks,
        "due_on": due_on.isoformat(),
        "url": Link(url),
    }
    return post(key=key, template="tickets_opened", to=to, language=language, values=values)


def tickets_overdue(
    *,
    key: str,
    to: str,
    language: str,
    app_name: str,
    version: str,
    display_name: str,
    checks: str,
    url: str,
) -> OutgoingMail:
    """To the same people: what these checks found should have been put right by now."""
    values = {
        "app_name": app_name,
        "version": version,
        "display_name": display_name,
        "checks": checks,
        "url": Link(url),
    }
    return post(key=key, template="tickets_overdue", to=to, language=language, values=values)


def _one_line(reason: str) -> str:
    """A reason may have paragraphs where it is written; in a mail it is one."""
    return " ".join(reason.split())
