"""A mail server, and mails to send through it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from portal.notify import collaboration_mails, mails
from portal.notify.models import OutgoingMail
from portal.permissions import Role
from tests.notify.smtp_server import SmtpServer

EXPIRES = datetime(2026, 12, 3, 10, 30, tzinfo=UTC)
INVITATION = "http://localhost:8000/invitations/7/"


def use(settings: Any, server: SmtpServer) -> None:
    """Send through this server, as PORTAL_SMTP_URL=smtp://… does."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5


@pytest.fixture
def smtp(settings: Any) -> Iterator[SmtpServer]:
    server = SmtpServer()
    use(settings, server)
    yield server
    server.stop()


def invite(key: str = "invitation:7", to: str = "dev@acme.example", **changed: Any) -> OutgoingMail:
    """An invitation, posted as its command does."""
    told: dict[str, Any] = {
        "language": "en",
        "tenant_name": "acme",
        "display_name": "Acme Pumps GmbH",
        "invited_by": "Alice",
        "roles": [Role.DEVELOPER, Role.ADMIN],
        "url": INVITATION,
        "expires_at": EXPIRES,
    }
    with transaction.atomic():
        return mails.invitation(key=key, to=to, **told | changed)


def each_mail(language: str = "en") -> dict[str, Callable[[], OutgoingMail]]:
    """Every mail of the portal, with plain values."""
    common: dict[str, Any] = {"to": "dev@acme.example", "language": language}
    tenant = common | {"name": "acme", "display_name": "Acme Pumps GmbH"}
    collaboration = common | {
        "partner": "Globex Energy",
        "display_name": "acme Pumps GmbH",
        "url": "http://localhost:8000/t/acme/collaborations/7/",
    }
    return {
        "welcome": lambda: mails.welcome(
            key="welcome",
            tenant_name="acme",
            display_name="Acme Pumps GmbH",
            environment_label="Europe 1",
            keys_url="http://localhost:8000/t/acme/keys/create/",
            invitation_url=INVITATION,
            expires_at=EXPIRES,
            **common,
        ),
        "invitation": lambda: invite(key="invitation", language=language),
        "request_received": lambda: mails.request_received(
            key="received", requested_by="Dev", url="http://localhost:8000/operator/requests/3/", **tenant
        ),
        "request_accepted": lambda: mails.request_accepted(key="accepted", **tenant),
        "request_declined": lambda: mails.request_declined(key="declined", reason="Ask again\nin spring.", **tenant),
        "tenant_suspended": lambda: mails.tenant_suspended(key="suspended", reason="Contract ended.", **tenant),
        "release_checked": lambda: mails.release_checked(
            key="checked",
            app_name="Pump Advisor",
            version="v1.0.0",
            display_name="Acme Pumps GmbH",
            reason="Health endpoint answers 401\nsince Monday.",
            url="http://localhost:8000/t/acme/apps/7/",
            **common,
        ),
        "release_message": lambda: mails.release_message(
            key="message",
            app_name="Pump Advisor",
            version="v1.0.0",
            display_name="acme Pumps GmbH",
            author="Olga",
            asks=True,
            url="http://localhost:8000/t/acme/apps/7/#messages",
            **common,
        ),
        "tickets_opened": lambda: mails.tickets_opened(
            key="tickets_opened",
            app_name="Pump Advisor",
            version="v1.0.0",
            display_name="acme Pumps GmbH",
            checks="hsts, certificate-expires-soon",
            due_on=date(2026, 12, 3),
            url="http://localhost:8000/t/acme/apps/7/#watched",
            **common,
        ),
        "tickets_overdue": lambda: mails.tickets_overdue(
            key="tickets_overdue",
            app_name="Pump Advisor",
            version="v1.0.0",
            display_name="acme Pumps GmbH",
            checks="hsts",
            url="http://localhost:8000/t/acme/apps/7/#watched",
            **common,
        ),
        "contact_confirmation": lambda: mails.contact_confirmation(
            key="contact",
            app_name="Pump Advisor",
            version="v1.0.0",
            display_name="acme Pumps GmbH",
            named_by="Dana",
            url="http://localhost:8000/alternate-contact/x/",
            expires_at=EXPIRES,
            **common,
        ),
        "contact_declined": lambda: mails.contact_declined(
            key="declined-contact",
            app_name="Pump Advisor",
            version="v1.0.0",
            display_name="acme Pumps GmbH",
            email="sub@acme.example",
            url="http://localhost:8000/t/acme/apps/7/",
            **common,
        ),
        "collaboration_offered": lambda: collaboration_mails.collaboration_offered(
            key="offered", expires_at=EXPIRES, **collaboration
        ),
        "collaboration_answered": lambda: collaboration_mails.collaboration_answered(
            key="answered", answer="decline", **collaboration
        ),
        "collaboration_ended": lambda: collaboration_mails.collaboration_ended(
            key="ended", why="run_out", **collaboration
        ),
        "collaboration_ends_soon": lambda: collaboration_mails.collaboration_ends_soon(
            key="ends-soon", agreed_end=date(2026, 12, 3), **collaboration
        ),
        "collaboration_end_proposed": lambda: collaboration_mails.collaboration_end_proposed(
            key="proposed", proposed_end=date(2026, 12, 3), **collaboration
        ),
        "hand_over": lambda: mails.hand_over(
            key="hand-over",
            key_name="Line 4",
            display_name="Acme Pumps GmbH",
            handed_by="Alice",
            url="http://localhost:8000/hand-over/x/",
            expires_at=EXPIRES,
            **common,
        ),
        "hand_over_spoiled": lambda: mails.hand_over_spoiled(
            key="spoiled",
            key_name="Line 4",
            display_name="Acme Pumps GmbH",
            opened_by="Charlie",
            url="http://localhost:8000/t/acme/keys/3/",
            **common,
        ),
        "key_expires": lambda: mails.key_expires(
            key="expires",
            key_name="Line 4",
            tenant_name="acme",
            expires_at=EXPIRES,
            url="http://localhost:8000/t/acme/keys/3/",
            **common,
        ),
        "tenant_resumed": lambda: mails.tenant_resumed(key="resumed", **tenant),
        "key_waits": lambda: mails.key_waits(
            key="waits",
            display_name="Acme Pumps GmbH",
            key_name="Line 4",
            made_by="Dev",
            url="http://localhost:8000/t/acme/keys/3/approve/",
            **common,
        ),
        "key_leaked": lambda: mails.key_leaked(
            key="leaked",
            to=tenant["to"],
            language=tenant["language"],
            tenant_name="acme",
            key_name="Line 4 gateway",
            reporter="forge",
            where="https://forge.example/blob/1",
            disabled=True,
            url="http://localhost:8000/t/acme/keys/7/",
        ),
    }
