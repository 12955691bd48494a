"""The mails about collaborations, one function each, as in `portal.notify.mails`.

`partner` is the other tenant as the recipient's may know it.
"""

from __future__ import annotations

from datetime import date, datetime

from portal.notify.commands import post
from portal.notify.models import OutgoingMail
from portal.notify.writing import Link


def collaboration_offered(
    *, key: str, to: str, language: str, partner: str, display_name: str, expires_at: datetime, url: str
) -> OutgoingMail:
    """To an admin of the tenant that can accept: who offers, until when. The message stays on the page."""
    values = {"partner": partner, "display_name": display_name, "expires_at": expires_at, "url": Link(url)}
    return post(key=key, template="collaboration_offered", to=to, language=language, values=values)


def collaboration_answered(
    *, key: str, to: str, language: str, partner: str, display_name: str, answer: str, url: str
) -> OutgoingMail:
    """To an admin of the tenant that offered: `answer` is accept, decline or, of the portal, expire."""
    values = {"partner": partner, "display_name": display_name, "answer": answer, "url": Link(url)}
    return post(key=key, template="collaboration_answered", to=to, language=language, values=values)


def collaboration_ended(
    *, key: str, to: str, language: str, partner: str, display_name: str, why: str, url: str
) -> OutgoingMail:
    """To an admin of a side that did not end it: `why` is end (by the partner), run_out or close."""
    values = {"partner": partner, "display_name": display_name, "why": why, "url": Link(url)}
    return post(key=key, template="collaboration_ended", to=to, language=language, values=values)


def collaboration_ends_soon(
    *, key: str, to: str, language: str, partner: str, display_name: str, agreed_end: date, url: str
) -> OutgoingMail:
    """To an admin of either side: the agreed end comes near."""
    values = {
        "partner": partner,
        "display_name": display_name,
        "agreed_end": agreed_end.isoformat(),
        "url": Link(url),
    }
    return post(key=key, template="collaboration_ends_soon", to=to, language=language, values=values)


def collaboration_end_proposed(
    *, key: str, to: str, language: str, partner: str, display_name: str, proposed_end: date, url: str
) -> OutgoingMail:
    """To an admin of the side that answers: the other one proposes another end."""
    values = {
        "partner": partner,
        "display_name": display_name,
        "proposed_end": proposed_end.isoformat(),
        "url": Link(url),
    }
    return post(key=key, template="collaboration_end_proposed", to=to, language=language, values=values)
