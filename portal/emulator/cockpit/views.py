"""The developers of a tenant register its applications and take them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from werkzeug import Response

from portal.emulator.appgateway.applications import Application
from portal.emulator.appgateway.parts import WrongApplication
from portal.emulator.appgateway.registry import ApplicationExists, QuotaReached
from portal.emulator.cockpit.bodies import read_health, read_registration
from portal.emulator.gateway.bodies import InvalidBody
from portal.emulator.gateway.calls import Call, platform_endpoint
from portal.emulator.gateway.errors import GatewayError, NoMatch
from portal.emulator.hub import Hub
from portal.emulator.identity.groups import CORE_PREFIX, Group, Meta
from portal.emulator.seeding import stable_uuid
from portal.emulator.web import json_response

DEVELOPERS = frozenset({f"{CORE_PREFIX}Developer", f"{CORE_PREFIX}DeveloperAdmin"})


@platform_endpoint(DEVELOPERS)
def list_applications(call: Call) -> Response:
    """The applications that the tenant's developers registered."""
    own = [one for one in call.hub.applications if one.tenant == call.tenant and not one.is_for_all]
    return json_response({"applications": [described(call.hub, one) for one in own]})


@platform_endpoint(DEVELOPERS)
def application(call: Call, name: str) -> Response:
    """One of them."""
    return json_response(described(call.hub, _own(call, name)))


@platform_endpoint(DEVELOPERS)
def put_application(call: Call, name: str) -> Response:
    """Register an application, or replace its registration; the same content twice changes nothing.

    Its roles are groups of Identity Management from now on, and its people sign in anew when something changed.
    """
    wanted = read_registration(call.request, call.tenant, name)
    with call.hub.lock:
        before = call.hub.applications.get(wanted.label)
        if before is not None and before.version == wanted.version:
            wanted = replace(wanted, health=before.health)
        try:
            is_new = call.hub.applications.put(wanted)
        except (ApplicationExists, QuotaReached) as error:
            raise GatewayError(409, "conflict", str(error)) from error
        except WrongApplication as error:
            raise InvalidBody(str(error)) from error
        _add_roles(call.hub, wanted)
    if before != wanted:
        call.hub.application_sessions.end_all(wanted.label)
    return json_response(described(call.hub, wanted), 201 if is_new else 200)


@platform_endpoint(DEVELOPERS)
def put_health(call: Call, name: str) -> Response:
    """Say how the registered version is; its tile shows it. What was observed before what is known changes nothing."""
    version, told = read_health(call.request)
    with call.hub.lock:
        present = _own(call, name)
        _require_version(present, version)
        if present.health is None or told.observed_at >= present.health.observed_at:
            present = replace(present, health=told)
            call.hub.applications.put(present)
    return json_response(_health_of(present))


@platform_endpoint(DEVELOPERS)
def remove_application(call: Call, name: str) -> Response:
    """Take a registration back, with ``?version=`` only that of this version; sessions end, assignments are kept."""
    with call.hub.lock:
        present = _own(call, name)
        _require_version(present, call.request.args.get("version", present.version))
        call.hub.applications.remove(present.label)
    call.hub.application_sessions.end_all(present.label)
    return Response(status=204)


def described(hub: Hub, found: Application) -> dict[str, Any]:
    """A registration as it was sent, with the full names of its roles and its addresses; the icon by its size."""
    return {
        "name": found.name,
        "version": found.version,
        "displayName": found.display_name,
        "iconBytes": len(found.icon),
        "components": [
            {"name": part.name, "url": part.url, "endpoints": list(part.endpoints)} for part in found.components
        ],
        "contentSecurityPolicy": found.content_security_policy,
        "cacheControl": found.cache_control,
        "scopes": list(found.scopes),
        "roles": [
            {
                "name": role.name,
                "fullName": found.full_role(role),
                "scopes": list(role.scopes),
                "coreRoles": list(role.core_roles),
            }
            for role in found.roles
        ],
        "urls": [f"{base}/" for base in hub.applications.bases(found)],
        "health": _health_of(found),
    }


def _health_of(found: Application) -> dict[str, str] | None:
    return found.health.described if found.health else None


def _require_version(present: Application, version: str) -> None:
    if version != present.version:
        raise NoMatch(f"Version {version!a} of {present.name} is not registered.")


def _own(call: Call, name: str) -> Application:
    found = call.hub.applications.get(f"{call.tenant}-{name}-{call.tenant}")
    if found is None or found.is_for_all:
        raise NoMatch(f"No developer of this tenant registered an application {name!a}.")
    return found


def _add_roles(hub: Hub, wanted: Application) -> None:
    """The groups of its roles, each unless it is there from an earlier registration, with who was assigned then."""
    now = hub.clock.now()
    present = {group.name.casefold() for group in hub.directory.groups(wanted.tenant)}
    for role in wanted.roles:
        name = wanted.full_role(role)
        if name.casefold() in present:
            continue
        number = str(stable_uuid(hub.config.seed, "group", f"{wanted.tenant}:{name}"))
        if hub.directory.group(wanted.tenant, number) is not None:  # renamed meanwhile
            number = str(stable_uuid(hub.config.seed, "group", f"{wanted.tenant}:{name}:{now}"))
        hub.directory.put_group(
            Group(number, wanted.tenant, name, Meta(now, now), f"Role of the application {wanted.display_name}")
        )
