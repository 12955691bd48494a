"""The API reverse proxy: a call with a binding key's token becomes a call with the tenant's own Hub credential."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext_lazy as _

from portal import constants
from portal.access import KeyRequest, key_endpoint
from portal.errors import Refusal
from portal.hub.environments import Environment, environment
from portal.keys.deployment import ProxySwitchedOff
from portal.keys.reach import may_reach
from portal.keys.upstream import check_proxy, upstream_credential
from portal.proxy import commands
from portal.proxy.bulkhead import Place, take_place
from portal.proxy.commands import AdmittedCall
from portal.proxy.headers import from_the_hub, to_the_hub
from portal.proxy.routes import Target, TargetRefused, is_sent_unchanged, match
from portal.proxy.upstream import UpstreamBody, ask
from portal.tenants.daily_calls import DailyCallsReached
from portal.tokens.bearer import record_refused_call
from portal.tokens.errors import ScopeInsufficient
from portal.tokens.scopes import SCOPE_READ, covers, scope_of


class RouteNotAllowed(Refusal):
    code = "route_not_allowed"
    status = 404
    message = _("The proxy does not open this API. docs/proxy.md lists what it opens.")


class TargetNotPlain(Refusal):
    code = "target_not_plain"
    status = 400
    message = _("The path or query is not written plainly: no encoded signs in the path, no dot segments.")


class ReadOnly(Refusal):
    code = "read_only"
    status = 405
    message = _("The proxy only reads: use GET.")

    def __init__(self) -> None:
        super().__init__(headers={"Allow": "GET"})


class RouteNotGranted(Refusal):
    """The portal opens this API, but not to this key."""

    code = "route_not_granted"
    status = 403
    message = _("This key may not reach this API.")
    advice = _("A tenant admin can allow it on the page of the key.")


@key_endpoint(SCOPE_READ)
def forward(request: KeyRequest, rest: str) -> HttpResponseBase:
    """Admit and record the call, ask the Hub, record its answer, and only then let the first byte out."""
    if request.method != "GET":
        raise ReadOnly
    target = _allowed(request)
    _check_reach(request, target.route.name)
    tenant = request.caller.key.tenant
    _check_switch(request)
    hub = environment(tenant.environment)
    place = take_place(tenant.pk)
    try:
        call = _admitted(request, target)
        body, whole = _asked(call, hub, to_the_hub(request.headers), place)
    except BaseException:
        place.give_back()
        raise
    try:
        commands.record_answer(call, status=body.status)
        headers = from_the_hub(body.headers, *_services(target, hub))
    except BaseException:
        body.close()
        raise
    if whole is not None:
        return HttpResponse(whole, status=body.status, headers=headers)
    if body.length is not None:
        headers["Content-Length"] = str(body.length)
    return StreamingHttpResponse(body, status=body.status, headers=headers)


def _check_reach(request: KeyRequest, route: str) -> None:
    """The key may reach the route, whatever its token says, and the token was made for it."""
    secret = request.caller.secret
    if not may_reach(secret.key, route):
        record_refused_call(request, secret, RouteNotGranted.code, request.actor)
        raise RouteNotGranted
    if not covers(request.caller.scopes, route):
        record_refused_call(request, secret, ScopeInsufficient.code, request.actor)
        raise ScopeInsufficient(scope_of(route))


def _check_switch(request: KeyRequest) -> None:
    try:
        check_proxy(request.caller.key.tenant, request.caller.key)
    except ProxySwitchedOff as refusal:
        record_refused_call(request, request.caller.secret, refusal.code, request.actor)
        raise


def _admitted(request: KeyRequest, target: Target) -> AdmittedCall:
    try:
        return commands.admit_call(target, by=request.caller)
    except DailyCallsReached as refusal:
        # After its transaction is undone: the record of the refusal must stay.
        record_refused_call(request, request.caller.secret, refusal.code, request.actor)
        raise


def _asked(
    call: AdmittedCall, hub: Environment, headers: dict[str, str], place: Place
) -> tuple[UpstreamBody, bytes | None]:
    """The Hub's answer, and its body when that is small; the place is given back with the end of the body."""
    tenant, target = call.caller.key.tenant, call.target
    try:
        path = hub.api_path(target.route.service, target.rest) + target.question
        body = ask(hub, upstream_credential(tenant), path, headers)
        body.on_close = place.give_back
        # Read before it is recorded: a small body that breaks off is a failure, not an answer.
        return body, body.read() if body.is_small else None
    # The outer edge of a call: whatever went wrong, an admission on record gets its end.
    except Exception as fault:
        commands.record_failure(call, reason=fault.code if isinstance(fault, Refusal) else "internal_error")
        raise


def _services(target: Target, hub: Environment) -> tuple[str, str]:
    """Address of the called service at the Hub, and here."""
    service = target.route.service
    return f"{hub.api_base}{hub.api_path(service, '/')}", f"{settings.PORTAL_URL}/api/{service}/"


def _allowed(request: HttpRequest) -> Target:
    try:
        raw = _raw_target(request)
        target = match(raw, constants.PROXY_QUERY_LIMIT)
    except TargetRefused as refused:
        raise TargetNotPlain from refused
    if target is None:
        raise RouteNotAllowed
    if not is_sent_unchanged(raw):
        raise TargetNotPlain
    return target


def _raw_target(request: HttpRequest) -> str:
    """The request target as it came over the wire. gunicorn hands it over; where a server does not, the decoded path
    is encoded again: what the route allows needs no encoding, so nothing that was hidden in it gets through."""
    raw: str | None = request.META.get("RAW_URI") or request.META.get("REQUEST_URI")
    if raw is None:
        query = request.META.get("QUERY_STRING", "")
        raw = quote(request.path, safe="/!$&'()*+,=:@~") + (f"?{query}" if query else "")
    if not raw.startswith("/api/") or not raw.partition("?")[0] == request.path:
        raise TargetRefused("path")
    return raw
