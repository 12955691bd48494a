"""What happens around every request: its id and address, security headers, session limits, refusals."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import resolve
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject

from portal import constants
from portal.errors import PROGRAM_PATHS, HttpsRequired, Refusal, answer
from portal.lib.logs import current_request_id
from portal.lib.networks import plain

if TYPE_CHECKING:
    from portal.identity.models import User

GetResponse = Callable[[HttpRequest], HttpResponseBase]
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT")


def clean_thread(get_response: GetResponse) -> GetResponse:
    """Leaves no language and no time zone in the thread: the next request there is somebody else's."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            return get_response(request)
        finally:
            translation.deactivate()
            timezone.deactivate()

    return middleware


def request_identity(get_response: GetResponse) -> GetResponse:
    """Gives the request an id (header `X-Request-Id` of the answer) and its true network address.

    `X-Forwarded-*` is believed only when the peer is one of TRUSTED_PROXIES; from anybody else it is removed.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        request.id = uuid.uuid4().hex  # type: ignore[attr-defined]
        _settle_address(request)
        # Stays set until the next request of this thread: Django logs refusals after the last middleware.
        current_request_id.set(request.id)  # type: ignore[attr-defined]
        response = get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        return response

    return middleware


def _settle_address(request: HttpRequest) -> None:
    if not _take_address(request, request.META.get("REMOTE_ADDR", "")):
        for name in FORWARDED:
            request.META.pop(name, None)
        return
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    for hop in reversed(hops):
        if not _take_address(request, hop):
            return


def _take_address(request: HttpRequest, address: str) -> bool:
    """Take this address for the caller's, if it is one; whether it is a trusted proxy's, so that another is behind."""
    try:
        found = plain(address)
    except ValueError:
        return False
    request.META["REMOTE_ADDR"] = str(found)
    return any(found in network for network in settings.TRUSTED_PROXIES)


def security_headers(get_response: GetResponse) -> GetResponse:
    """Content Security Policy without `unsafe-*`, and the rest that browsers listen to; https for programs."""
    policy = "; ".join(f"{name} {value}" for name, value in settings.SECURE_CSP.items())

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.HTTPS and not request.is_secure() and request.path.startswith(PROGRAM_PATHS):
            response: HttpResponseBase = answer(request, HttpsRequired())
        else:
            response = get_response(request)
        response.setdefault("Content-Security-Policy", policy)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def programs_pass(get_response: GetResponse) -> GetResponse:
    """Lets requests of programs pass by the middleware that comes after this one, straight to their view.

    Session, language, CSRF, messages and the rest are for people and their browsers: on a program's path nobody is
    signed in, whatever cookie comes along.
    """

    def straight(request: HttpRequest) -> HttpResponseBase:
        request.get_host()  # refuses a name that is not ours
        request.resolver_match = found = resolve(request.path_info)
        try:
            response: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
        except Refusal as refused:
            return answer(request, refused)
        return response

    answered = convert_exception_to_response(straight)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PROGRAM_PATHS):  # the path by which the view is found
            return get_response(request)
        response = cast("HttpResponseBase", answered(request))
        if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
        return response

    return middleware


def session_limits(get_response: GetResponse) -> GetResponse:
    """Ends a session that was idle too long or is too old, on every method (SESSION_IDLE, SESSION_ABSOLUTE).

    Looked at when somebody asks for `request.user`: a page that asks for nobody, such as /health, reads no session.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        known = request.user
        request.user = cast("User", SimpleLazyObject(lambda: _within_limits(request, known)))
        return get_response(request)

    return middleware


def _within_limits(request: HttpRequest, known: User | AnonymousUser) -> User | AnonymousUser:
    if not known.is_authenticated:
        return known
    now, session = time.time(), request.session
    idle, age = now - session.get("seen_at", 0), now - session.get("signed_in_at", 0)
    if idle > constants.SESSION_IDLE or age > constants.SESSION_ABSOLUTE:
        session.flush()
        return AnonymousUser()
    if idle >= SEEN_EVERY and not _is_poll(request):
        session["seen_at"] = now
    return known


def _is_poll(request: HttpRequest) -> bool:
    """Whether the page asked by itself, as static/js/poll.js says: nobody needs to sit in front of it."""
    return request.method == "GET" and "X-Poll" in request.headers


# A session's last use is written at most this often (seconds): a page view must not cost a write each time.
SEEN_EVERY = 60


class Refusals:
    """Turns a `Refusal` that a view raised into the page or the problem document it deserves."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return answer(request, exception) if isinstance(exception, Refusal) else None
