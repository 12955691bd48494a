"""What a refused request looks like: a page for people, a problem document (RFC 9457) for programs.

A slice raises its own subclass of `Refusal`, beside the command that refuses; this module alone turns it into an
answer. Messages may be read by users: they say what was wrong and what to do, never what a database or the Hub said.
"""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import ClassVar

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

PROGRAM_PATHS = ("/api/", "/oauth/", "/.well-known/", "/token_keys", "/leaks/")


class Refusal(Exception):
    """Something the portal does not do, with the reason.

    `code` is stable and has a heading in docs/errors.md; `status` is the HTTP status; `message` says what was wrong;
    `advice` what to do instead; `headers` are added to the answer; `detail` is what a sentence made from the code
    alone cannot know, such as the Hub's status.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    message: str | Promise = gettext_lazy("The request was refused.")
    advice: str | Promise = ""
    detail: str = ""

    def __init__(self, message: str = "", *, headers: dict[str, str] | None = None) -> None:
        self.message = message or self.message
        self.headers = headers or {}
        super().__init__(self.code)

    def show_in(self, form: Form, field: str | None = None) -> None:
        """Show at the field, or above all fields, what was refused and what to do instead."""
        form.add_error(field, " ".join(str(text) for text in (self.message, self.advice) if text))


def refusal_of(code: str) -> type[Refusal]:
    """The refusal with this code, to tell a recorded one in the reader's language; `Refusal` for an unknown code."""
    waiting = [Refusal]
    while waiting:
        kind = waiting.pop()
        if kind.code == code:
            return kind
        waiting += reversed(kind.__subclasses__())
    return Refusal


class NotFound(Refusal):
    code = "not_found"
    status = 404
    message = gettext_lazy("There is nothing here, or it is not yours to see.")
    advice = gettext_lazy("Check the address, or go back to your home page.")


class Forbidden(Refusal):
    code = "forbidden"
    status = 403
    message = gettext_lazy("Your role in this tenant does not allow this.")
    advice = gettext_lazy(
        "Ask a tenant admin for a role: under Members here, or in the Hub's Settings; then sign in again."
    )


class BadRequest(Refusal):
    code = "bad_request"
    status = 400
    message = gettext_lazy("The request could not be understood.")
    advice = gettext_lazy("Go back, reload the page and try again.")


class FormExpired(Refusal):
    """Django's CSRF check failed: the form was not ours, or the browser keeps no cookies."""

    code = "form_expired"
    status = 403
    message = gettext_lazy("This form could not be verified as yours. Nothing was changed.")
    advice = gettext_lazy("Go back, reload the page and send it again. Cookies must be allowed for this site.")


class HttpsRequired(Refusal):
    """A program that sends a secret without TLS must hear about it; a redirect would hide the leak."""

    code = "https_required"
    status = 403
    message = gettext_lazy("Use https. What was sent here without it may have been read on the way: replace it.")


class InternalError(Refusal):
    code = "internal_error"
    status = 500
    message = gettext_lazy("Something went wrong in the portal. Nothing was changed.")
    advice = gettext_lazy("Try again. If it happens again, give the operator the request id.")


class DatabaseUnavailable(Refusal):
    code = "database_unavailable"
    status = 503
    message = gettext_lazy("The portal cannot reach its database at the moment.")
    advice = gettext_lazy("Nothing was changed. Try again in a minute.")


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The answer for this refusal, in the form that the caller can read."""
    form = problem if request.path.startswith(PROGRAM_PATHS) else page
    response = form(request, refusal)
    for name, value in refusal.headers.items():
        response[name] = value
    if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.setdefault("Retry-After", "5")
    return response


def problem(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Problem document (RFC 9457) with the request id; `type` is the permalink of its explanation."""
    body = {
        "type": f"{settings.PORTAL_URL}/docs/errors/#{refusal.code}",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "code": refusal.code,
        "detail": str(refusal.message),
        "advice": str(refusal.advice),
        "request_id": request_id(request),
    }
    return JsonResponse(body, status=refusal.status, content_type="application/problem+json")


def page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Page that says what was wrong and what to do, with the request id."""
    context = {
        "status": refusal.status,
        "title": _title(refusal.status),
        "message": refusal.message,
        "advice": refusal.advice,
        "request_id": request_id(request),
        "home_url": "/",
    }
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # Without the shell, which reads the database: what is broken may be just that.
        return HttpResponse(render_to_string("errors/refusal.html", context), status=refusal.status)
    return render(request, "errors/refusal.html", context, status=refusal.status)


def request_id(request: HttpRequest) -> str:
    return getattr(request, "id", "")


def _title(status: int) -> str:
    titles = {403: _("Not allowed"), 404: _("Not found"), 503: _("Not available at the moment")}
    return titles.get(status, _("Something is wrong") if status >= 500 else _("That did not work"))


# Django's own error hooks (urls.py names them).


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, BadRequest())


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, Forbidden())


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound())


def handler500(request: HttpRequest) -> HttpResponse:
    unreachable = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    return answer(request, DatabaseUnavailable() if unreachable else InternalError())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, FormExpired())
