"""What the bodies of Identity Management may say, read into plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from portal.emulator.gateway.bodies import InvalidBody, MissingProperty, json_object
from portal.emulator.identity.groups import Member, MemberKind
from portal.emulator.identitymanagement.wire import Json
from portal.emulator.web import EmulatorRequest

JSON_TYPES = ("application/json", "application/scim+json")
# The form that HTML takes for valid, which is stricter than RFC 5322 and looser than most firms.
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
MAX_EMAIL = 254
MAX_NAME = 255
MAX_DESCRIPTION = 1000

# What a client that sends back what it has read may send along; the Hub alone decides on it.
USER_READ_ONLY = ("schemas", "id", "groups", "meta", "externalId", "origin", "verified", "phoneNumbers", "zoneId")
USER_PROPERTIES = ("userName", "name", "emails", "active", "subtenants", *USER_READ_ONLY)
GROUP_PROPERTIES = ("displayName", "description", "members", "schemas", "id", "meta", "zoneId")


@dataclass(frozen=True)
class UserBody:
    """A user as sent; None stands for what was left out."""

    email: str
    given_name: str | None
    family_name: str | None
    active: bool | None
    subtenants: tuple[str, ...] | None


@dataclass(frozen=True)
class GroupBody:
    """A group as sent; None stands for what was left out."""

    name: str
    description: str | None
    members: tuple[Member, ...] | None


def user_body(request: EmulatorRequest) -> UserBody:
    """The user in the body of a POST or PUT.

    :raises GatewayError: it is not one.
    """
    body = _object(request, USER_PROPERTIES)
    email = _text(body, "userName", MAX_EMAIL)
    if EMAIL.fullmatch(email) is None:
        raise InvalidBody(f"userName is {email!a}. Write the e-mail address of the person.")
    if any(_text(entry, "value", MAX_EMAIL) != email for entry in _objects(body, "emails") or ()):
        raise InvalidBody("emails can have the userName only: the address is the user's name.")
    given_name, family_name = _names(body)
    active = body.get("active")
    if not isinstance(active, bool | None):
        raise InvalidBody("active has to be true or false.")
    subtenants = _objects(body, "subtenants")
    ids = None if subtenants is None else tuple(_text(entry, "id", MAX_NAME) for entry in subtenants)
    return UserBody(email, given_name, family_name, active, None if ids is None else tuple(dict.fromkeys(ids)))


def group_body(request: EmulatorRequest) -> GroupBody:
    """The group in the body of a POST or PUT.

    :raises GatewayError: it is not one.
    """
    body = _object(request, GROUP_PROPERTIES)
    members = _objects(body, "members")
    return GroupBody(
        name=_text(body, "displayName", MAX_NAME),
        description=None if body.get("description") is None else _text(body, "description", MAX_DESCRIPTION, least=0),
        members=None if members is None else tuple(dict.fromkeys(_member(entry) for entry in members)),
    )


def member_body(request: EmulatorRequest) -> Member:
    """The member in the body of a POST.

    :raises GatewayError: it is not one.
    """
    return _member(_object(request, ("type", "value")))


def _object(request: EmulatorRequest, properties: tuple[str, ...]) -> Json:
    body = json_object(request, *JSON_TYPES)
    for name in body:
        if name not in properties:
            raise InvalidBody(f"There is no property {name!a}. Write some of {', '.join(properties)}.")
    return body


def _names(body: Json) -> tuple[str | None, str | None]:
    """Given and family name; both or none, and ``{}`` is none."""
    name = body.get("name")
    if not isinstance(name, dict | None):
        raise InvalidBody("name has to be an object with familyName and givenName.")
    if not name:
        return None, None
    return _text(name, "givenName", MAX_NAME), _text(name, "familyName", MAX_NAME)


def _member(entry: Json) -> Member:
    kind = _text(entry, "type", MAX_NAME)
    if kind not in list(MemberKind):
        raise InvalidBody(f"The type of a member is {kind!a}. Write USER or GROUP.")
    return Member(MemberKind(kind), _text(entry, "value", MAX_NAME))


def _objects(body: Json, name: str) -> list[Json] | None:
    """A list of objects, or None if it was left out."""
    entries = body.get(name)
    if entries is None:
        return None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidBody(f"{name} has to be a list of objects.")
    return entries


def _text(body: Json, name: str, most: int, least: int = 1) -> str:
    value: Any = body.get(name)
    if value is None:
        raise MissingProperty(name)
    # Not printable are control characters, and surrogates that no encoding can write.
    if not isinstance(value, str) or not value.isprintable():
        raise InvalidBody(f"{name} has to be text of printable characters.")
    text = value.strip()
    if not least <= len(text) <= most:
        raise InvalidBody(f"{name} has to have {least} to {most} characters.")
    return text
