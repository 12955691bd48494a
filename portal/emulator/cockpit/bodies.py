"""What a developer sends to register an application: every field checked, unknown ones refused."""

from __future__ import annotations

import base64
import binascii
from typing import Any
from urllib.parse import urlsplit

from portal.emulator.appgateway.applications import LARGEST_ICON, Application
from portal.emulator.appgateway.health import Colour, Health, WrongHealth
from portal.emulator.appgateway.parts import Component, Role, WrongApplication
from portal.emulator.gateway.bodies import InvalidBody, MissingProperty, json_object
from portal.emulator.timeseries.date_times import moment_of
from portal.emulator.web import EmulatorRequest

Json = dict[str, Any]

REQUIRED = ("version", "displayName", "components", "scopes", "roles")
OPTIONAL = ("icon", "contentSecurityPolicy", "cacheControl")
HEALTH = ("version", "status", "observedAt", "validUntil")


def read_registration(request: EmulatorRequest, tenant: str, name: str) -> Application:
    """The application that the body describes.

    :raises GatewayError: 400, a field is missing, unknown, of another type, or breaks a rule of the cockpit.
    """
    body = json_object(request)
    _check_fields(body, REQUIRED, OPTIONAL)
    try:
        components = tuple(_component(each) for each in _objects(body, "components"))
        roles = tuple(_role(each) for each in _objects(body, "roles"))
        if not components or not roles or not body["scopes"]:
            raise WrongApplication("components, scopes and roles: write at least one of each.")
        return Application(
            name=name,
            tenant=tenant,
            upstream=_origin(components[0].url),
            display_name=_text(body, "displayName"),
            version=_text(body, "version"),
            scopes=_texts(body, "scopes"),
            content_security_policy=_text(body, "contentSecurityPolicy"),
            components=components,
            roles=roles,
            cache_control=_text(body, "cacheControl"),
            icon=_icon(body),
        )
    except WrongApplication as error:
        raise InvalidBody(str(error)) from error


def read_health(request: EmulatorRequest) -> tuple[str, Health]:
    """Of which version the body tells something, and what.

    :raises GatewayError: 400, a field is missing, unknown, or cannot be.
    """
    body = json_object(request)
    _check_fields(body, HEALTH)
    if body["status"] not in list(Colour):
        raise InvalidBody(f"status has to be one of {', '.join(Colour)}.")
    try:
        told = Health(Colour(body["status"]), _moment(body, "observedAt"), _moment(body, "validUntil"))
    except WrongHealth as error:
        raise InvalidBody(str(error)) from error
    return _text(body, "version"), told


def _moment(body: Json, name: str) -> int:
    try:
        return moment_of(_text(body, name))
    except ValueError as error:
        raise InvalidBody(f"{name} has to be a time such as 2026-11-20T10:00:00Z.") from error


def _component(written: Json) -> Component:
    _check_fields(written, ("name", "url", "endpoints"))
    return Component(_text(written, "name"), _text(written, "url"), _texts(written, "endpoints"))


def _role(written: Json) -> Role:
    _check_fields(written, ("name", "scopes"), ("coreRoles",))
    return Role(_text(written, "name"), _texts(written, "scopes"), _texts(written, "coreRoles"))


def _icon(body: Json) -> bytes:
    written = body.get("icon")
    if written is None:
        return b""
    # Four letters for three bytes.
    if not isinstance(written, str) or len(written) > LARGEST_ICON * 4 // 3 + 4:
        raise WrongApplication(f"icon: send a PNG of at most {LARGEST_ICON} bytes in base64.")
    try:
        return base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError) as error:
        raise WrongApplication("icon: send a PNG in base64.") from error


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _check_fields(written: Json, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
    for name in required:
        if name not in written:
            raise MissingProperty(name)
    for name in written:
        if name not in (*required, *optional):
            raise InvalidBody(f"There is no property {name[:100]!a}. Write {', '.join((*required, *optional))}.")


def _text(written: Json, name: str) -> str:
    value = written.get(name, "")
    if not isinstance(value, str):
        raise InvalidBody(f"{name} has to be a text.")
    return value


def _texts(written: Json, name: str) -> tuple[str, ...]:
    values = written.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise InvalidBody(f"{name} has to be a list of texts.")
    if len(values) > len(set(values)):
        raise InvalidBody(f"{name} has an entry twice.")
    return tuple(values)


def _objects(written: Json, name: str) -> list[Json]:
    values = written[name]
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise InvalidBody(f"{name} has to be a list of objects.")
    return values
