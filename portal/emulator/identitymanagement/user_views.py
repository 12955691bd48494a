"""Users: lists, single ones, and what a signed-in person belongs to."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import replace

from werkzeug import Response

from portal.emulator.gateway.authentication import Unauthenticated, authenticate
from portal.emulator.gateway.bodies import InvalidBody
from portal.emulator.gateway.calls import Call, platform_endpoint, unauthorized
from portal.emulator.gateway.errors import NoMatch, refusal
from portal.emulator.hub import Hub
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.groups import Meta
from portal.emulator.identitymanagement.access import READ_USERS, WRITE_USERS, refusals
from portal.emulator.identitymanagement.bodies import UserBody, user_body
from portal.emulator.identitymanagement.query import USER_ATTRIBUTES, USER_FIELDS, ListQuery
from portal.emulator.identitymanagement.wire import membership_json, user_json
from portal.emulator.web import EmulatorRequest, json_response

NAME_PARTS = re.compile(r"[^\W\d_]+")


@platform_endpoint(READ_USERS)
def users(call: Call) -> Response:
    """The users of the tenant, also those who were removed softly."""
    query = ListQuery.read(call.request, USER_ATTRIBUTES, USER_FIELDS)
    memberships = call.hub.directory.memberships(call.tenant)
    subtenant = call.request.args.get("subtenant")
    return json_response(
        query.page_of(
            [
                user_json(account, memberships)
                for account in call.hub.directory.people(call.tenant)
                if not subtenant or subtenant in account.subtenants
            ]
        )
    )


@platform_endpoint(READ_USERS)
def user(call: Call, user_id: str) -> Response:
    """One user."""
    return _answer(call, _account(call, user_id))


@platform_endpoint(WRITE_USERS)
def create_user(call: Call) -> Response:
    """Add a user, who may sign in at once and is a standard user."""
    body = user_body(call.request)
    given_name, family_name = _names_of(body.email)
    now = call.hub.clock.now()
    account = Account(
        user_id=str(uuid.uuid4()),
        given_name=body.given_name or given_name,
        family_name=body.family_name or family_name,
        email=body.email,
        tenant=call.tenant,
        active=body.active is not False,
        subtenants=body.subtenants or (),
        meta=Meta(now, now),
    )
    with call.hub.lock, refusals():
        _check_subtenants(call, account.subtenants)
        call.hub.directory.add(account, now)
        return _answer(call, account, 201)


@platform_endpoint(WRITE_USERS)
def replace_user(call: Call, user_id: str) -> Response:
    """Change a user; what is left out stays as it is. ``active: false`` ends all sign-ins from now on."""
    body = user_body(call.request)
    with call.hub.lock, refusals():
        account = _changed(_account(call, user_id), body, call.hub.clock.now())
        _check_subtenants(call, body.subtenants or ())
        call.hub.directory.replace(account)
        return _answer(call, account)


@platform_endpoint(WRITE_USERS)
def delete_user(call: Call, user_id: str) -> Response:
    """Forget a user; answers with the user as it was."""
    with call.hub.lock, refusals():
        account = _account(call, user_id)
        response = _answer(call, account)
        call.hub.directory.remove(account, call.hub.clock.now())
        return response


def my_groups(hub: Hub, request: EmulatorRequest) -> Response:
    """The groups of the bearer whose names start with ``mdsp:``; any token of a person will do, whatever its roles."""
    try:
        caller = authenticate(hub, request)
    except Unauthenticated:
        return refusal(unauthorized())
    return platform_endpoint(caller.scope)(_my_groups)(hub, request)


def _my_groups(call: Call) -> Response:
    account = call.hub.directory.get(call.caller.user_id or "")
    if account is None:
        raise NoMatch("The token is not that of a person who can sign in.")
    memberships = call.hub.directory.memberships(account.tenant).of_member(account.user_id)
    return json_response([membership_json(found) for found in memberships if found.group.name.startswith("mdsp:")])


def _account(call: Call, user_id: str) -> Account:
    account = call.hub.directory.person(call.tenant, user_id)
    if account is None:
        raise NoMatch(f"There is no user {user_id!a} in this tenant.")
    return account


def _changed(account: Account, body: UserBody, at: float) -> Account:
    return replace(
        account,
        email=body.email,
        given_name=body.given_name or account.given_name,
        family_name=body.family_name or account.family_name,
        active=account.active if body.active is None else body.active,
        subtenants=account.subtenants if body.subtenants is None else body.subtenants,
        meta=account.meta.touched(at),
    )


def _check_subtenants(call: Call, ids: Iterable[str]) -> None:
    """A user cannot belong to a subtenant that does not exist."""
    for subtenant_id in ids:
        if call.hub.tenants.subtenant(call.tenant, subtenant_id) is None:
            raise InvalidBody(f"There is no subtenant {subtenant_id!a} in this tenant.")


def _names_of(email: str) -> tuple[str, str]:
    """Given and family name for a person of whom only the address is known: ``pia.pohl@…`` is Pia Pohl.

    At the Hub the names come with the first sign-in, from the identity provider; here there is none.
    """
    local, _, domain = email.partition("@")
    parts = NAME_PARTS.findall(local) or ["User"]
    family = " ".join(parts[1:]) or domain.partition(".")[0]
    return parts[0].title(), family.title()


def _answer(call: Call, account: Account, status: int = 200) -> Response:
    return json_response(user_json(account, call.hub.directory.memberships(call.tenant)), status)
