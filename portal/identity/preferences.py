"""A person's language and time zone, in effect: for every page that they are answered, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation

from portal.identity.gateway import OPEN_PATHS
from portal.identity.models import User
from portal.lib import zones


def language_and_zone(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answers people in their own language and time zone, error pages too. `clean_thread` forgets both afterwards.

    Probes have no such settings, and their requests read no session.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(OPEN_PATHS) and request.user.is_authenticated:
            follow(request, request.user)
        return get_response(request)

    return middleware


def follow(request: HttpRequest, user: User) -> None:
    """From here on texts and times are the person's; without a setting, the browser's language and UTC.

    A language or zone that this portal does not know any more counts as no setting.
    """
    spoken = user.language in dict(settings.LANGUAGES)
    translation.activate(user.language if spoken else request.LANGUAGE_CODE)
    timezone.activate(zones.find(user.time_zone) or zones.UTC)
