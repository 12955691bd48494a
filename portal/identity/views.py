"""Signing in at the Hub and signing out, here and there."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal.access import SignedInRequest, anonymous, person, public_page, signed_in_page
from portal.errors import answer
from portal.hub.errors import HubError
from portal.identity import attempts, commands
from portal.identity.attempts import Attempt, own_path
from portal.identity.providers import first, named, of_issuer
from portal.identity.sessions import begin
from portal.identity.tokens import TokenRefused

SIGNED_OUT_COOKIE = "signed-out"


@require_safe
@public_page
def sign_in(request: HttpRequest) -> HttpResponse:
    """The page that a signed-out person sees first."""
    next_path = own_path(request.GET.get("next", "/"))
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_path)
    context = {
        "next_url": next_path,
        "start_url": _start_url(next=next_path),
        "other_providers": [
            {"label": provider.label, "start_url": _start_url(provider=provider.name, next=next_path)}
            for provider in settings.OIDC_PROVIDERS
        ],
        "signed_out": SIGNED_OUT_COOKIE in request.COOKIES,
    }
    response = render(request, "identity/sign_in.html", context)
    response.delete_cookie(SIGNED_OUT_COOKIE)
    return response


def _start_url(**query: str) -> str:
    return f"{reverse('identity:start')}?{urlencode(query)}"


@require_safe
@public_page
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the Hub's sign-in: authorization code flow with PKCE (RFC 7636) and nonce."""
    provider = named(request.GET["provider"]) if "provider" in request.GET else first()
    if provider is None:
        raise Http404
    attempt = Attempt.start(provider.name, request.GET.get("next", "/"), request.GET.get("zone", ""))
    query = urlencode(
        {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": settings.PORTAL_URL + reverse("identity:callback"),
            "scope": settings.OIDC_RP_SCOPES,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.code_challenge,
            "code_challenge_method": "S256",
        }
    )
    response = HttpResponseRedirect(f"{provider.authorization_url}?{query}")
    attempts.remember(response, [*attempts.pending(request), attempt])
    return response


@require_safe
@public_page
def callback(request: HttpRequest) -> HttpResponse:
    """The Hub's answer: verified, recorded, and only then a session. Each attempt can be answered once."""
    pending = attempts.pending(request)
    attempt = next((one for one in pending if one.state == request.GET.get("state")), None)
    try:
        response = _complete(request, attempt)
    except commands.SignInFailed as refusal:
        response = answer(request, refusal)
    attempts.remember(response, [one for one in pending if one is not attempt])
    return response


def _complete(request: HttpRequest, attempt: Attempt | None) -> HttpResponse:
    try:
        provider = named(attempt.provider) if attempt else None
        if attempt is None or provider is None:
            raise TokenRefused("state")
        if request.GET.get("iss", provider.issuer) != provider.issuer:
            raise TokenRefused("mixed_up_issuer")  # RFC 9207 section 2.4
        if "error" in request.GET:
            raise TokenRefused("hub_refused")
        user = auth.authenticate(
            request,
            provider=provider,
            code=request.GET.get("code", ""),
            nonce=attempt.nonce,
            code_verifier=attempt.code_verifier,
        )
        if user is None or not user.is_active:
            raise TokenRefused("no_code" if user is None else "person_disabled")
        begin(request, user)
    except TokenRefused as refused:
        request.user = AnonymousUser()
        commands.record_refusal(refused.reason, by=anonymous(request))
        raise commands.failure(refused.reason) from refused
    except HubError as fault:
        commands.record_refusal(fault.code, by=anonymous(request))
        return answer(request, fault)
    if attempt.time_zone and not user.time_zone:
        commands.adopt_time_zone(user, attempt.time_zone, by=person(request))  # type: ignore[arg-type]  # it is one now
    return HttpResponseRedirect(attempt.next_path)


@require_POST
@signed_in_page
def sign_out(request: SignedInRequest) -> HttpResponse:
    """End the session here, then where the person signed in: otherwise the next click would sign them in again.

    The session ends before that is recorded: a log that fails must not keep anybody signed in.
    """
    provider = of_issuer(request.user.issuer) or first()
    auth.logout(request)
    commands.record_sign_out(by=request.actor)
    back = settings.PORTAL_URL + reverse("identity:sign_in")
    query = urlencode({"client_id": provider.client_id, "redirect": back, "post_logout_redirect_uri": back})
    response = redirect(f"{provider.logout_url}?{query}")
    response.set_cookie(SIGNED_OUT_COOKIE, "1", max_age=300, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return response
