"""The right on top of every view: `@tenant_page`, `@operator_page`, `@signed_in_page`, `@key_endpoint`, `@public_page`.

A view without one of them does not pass `tests/fences/`. The two that read a tenant's data also open its scope, for
just as long as the view runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, Protocol

from django.apps import apps
from django.conf import settings
from django.contrib import auth
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.module_loading import import_string

from portal.actor import Actor, ActorKind
from portal.errors import Forbidden, NotFound, Refusal, answer, request_id
from portal.permissions import Permission, permissions_of
from portal.scoping import tenant_scope

if TYPE_CHECKING:
    from portal.identity.models import User
    from portal.keys.models import BindingKey, SecretGeneration
    from portal.tenants.attention import AttentionItem
    from portal.tenants.models import Membership, Tenant

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Access:
    """What a view asks of its caller; the fences read it from `view.access`."""

    kind: str
    permission: Permission | None = None
    scope: str = ""


class SignedInRequest(HttpRequest):
    """A request of a person who is signed in."""

    user: User
    actor: Actor


class TenantRequest(SignedInRequest):
    """A request inside `/t/<tenant>/`, after the membership was checked."""

    tenant: Tenant
    membership: Membership
    permissions: frozenset[Permission]
    attention: list[AttentionItem]


class KeyCaller(Protocol):
    """The binding key behind a request, as the token service returns it."""

    @property
    def tenant_id(self) -> int: ...
    @property
    def key(self) -> BindingKey: ...
    @property
    def generation(self) -> int: ...
    @property
    def secret(self) -> SecretGeneration: ...
    @property
    def actor(self) -> Actor: ...
    @property
    def scopes(self) -> frozenset[str]: ...


class KeyRequest(HttpRequest):
    """A request made with a token of a binding key."""

    caller: KeyCaller
    actor: Actor


def tenant_page(permission: Permission) -> Callable[[View], View]:
    """For members of the tenant in the URL whose roles give `permission`.

    Signed out, or signed in before the tenant ended all sessions: sign-in page. No member, or no such tenant: 404.
    Member without the permission, or of a tenant that is suspended or not ready: 403.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: TenantRequest, tenant: str, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_sign_in(request)
            membership = _membership(request.user, tenant)
            if membership is None:
                raise NotFound
            if membership.tenant.closed:
                return answer(request, membership.tenant.closed)
            if began_before(request, membership.tenant.sessions_ended_at):
                auth.logout(request)
                return redirect_to_sign_in(request)
            request.tenant, request.membership = membership.tenant, membership
            request.permissions = permissions_of(membership.role_list)
            request.actor = person(request)
            with tenant_scope(membership.tenant_id):
                if permission not in request.permissions:
                    return answer(request, Forbidden())
                return _answered(view, request, kwargs)

        return _declare(guarded, Access("tenant", permission))

    return decorate


def operator_page(view: View) -> View:
    """For operators of this portal. Everybody else gets 404: the page's existence is none of their business."""

    @wraps(view)
    def guarded(request: SignedInRequest, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_sign_in(request)
        if not request.user.is_operator:
            raise NotFound
        request.actor = person(request)
        return view(request, **kwargs)

    return _declare(guarded, Access("operator"))


def signed_in_page(view: View) -> View:
    """For every person who is signed in, whatever their tenants; reads no tenant's data."""

    @wraps(view)
    def guarded(request: SignedInRequest, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_sign_in(request)
        request.actor = person(request)
        return view(request, **kwargs)

    return _declare(guarded, Access("signed_in"))


def key_endpoint(scope: str) -> Callable[[View], View]:
    """For programs with a token of a binding key that carries `scope` or a part of it; opens the key's tenant's scope.

    Errors as RFC 6750 section 3.1 says: 401 `invalid_token`, 403 `insufficient_scope`.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: KeyRequest, **kwargs: Any) -> HttpResponseBase:
            authenticate: Callable[[HttpRequest, str], KeyCaller] = _imported(settings.KEY_AUTHENTICATOR)
            request.caller = authenticate(request, scope)
            request.actor = request.caller.actor
            with tenant_scope(request.caller.tenant_id):
                return _answered(view, request, kwargs)

        return _declare(guarded, Access("key", scope=scope))

    return decorate


_imported = cache(import_string)


def public_page(view: View) -> View:
    """For everybody, signed in or not. Reads no tenant's data."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return view(request, **kwargs)

    return _declare(guarded, Access("public"))


def redirect_to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back here afterwards; from a form, back to the page above it.

    A fragment asked for by htmx sends the whole page there.
    """
    above = request.path.rstrip("/").rpartition("/")[0] + "/"
    came_from = request.get_full_path() if request.method in {"GET", "HEAD"} else above
    target = f"{reverse('identity:sign_in')}?{urlencode({'next': came_from})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return HttpResponseRedirect(target)


def person(request: SignedInRequest) -> Actor:
    """The signed-in person as an actor."""
    user = request.user
    return _actor(request, ActorKind.PERSON, user.subject, user.name)


def anonymous(request: HttpRequest) -> Actor:
    """Whoever is behind a request that proved nothing."""
    return _actor(request, ActorKind.ANONYMOUS)


def key_actor(request: HttpRequest, client_id: str, name: str) -> Actor:
    """A binding key as an actor."""
    return _actor(request, ActorKind.KEY, client_id, name)


def _actor(request: HttpRequest, kind: ActorKind, identifier: str = "", name: str = "") -> Actor:
    return Actor(
        kind,
        identifier,
        name,
        address=request.META.get("REMOTE_ADDR", ""),
        agent=request.META.get("HTTP_USER_AGENT", "")[:200],
        request_id=request_id(request),
    )


def _membership(user: User, tenant: str) -> Membership | None:
    found: Membership | None = apps.get_model("tenants", "Membership").of(user).filter(tenant__name=tenant).first()
    return found


def began_before(request: HttpRequest, moment: datetime | None) -> bool:
    """Whether the session is older than the moment at which a tenant ended all sessions."""
    return moment is not None and request.session.get("signed_in_at", 0) <= moment.timestamp()


def _answered(view: View, request: HttpRequest, kwargs: dict[str, Any]) -> HttpResponseBase:
    """The view's answer, finished while the scope is open, so that the page of a refusal can show the areas."""
    try:
        response = view(request, **kwargs)
    except Http404:
        return answer(request, NotFound())
    except Refusal as refusal:
        return answer(request, refusal)
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        raise RuntimeError("Use render(): a TemplateResponse renders after the tenant scope has closed.")
    return response


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view
