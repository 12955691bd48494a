"""Groups: lists and single ones. Roles change with them: at once here, in tokens from the next sign-in on."""

from __future__ import annotations

import uuid
from dataclasses import replace

from werkzeug import Response

from portal.emulator.gateway.bodies import InvalidBody
from portal.emulator.gateway.calls import Call, platform_endpoint
from portal.emulator.gateway.errors import GatewayError, NoMatch
from portal.emulator.identity.accounts import Directory
from portal.emulator.identity.groups import Group, Meta, group_name
from portal.emulator.identitymanagement.access import READ_GROUPS, WRITE_GROUPS, refusals
from portal.emulator.identitymanagement.bodies import GroupBody, group_body
from portal.emulator.identitymanagement.query import GROUP_ATTRIBUTES, GROUP_FIELDS, ListQuery
from portal.emulator.identitymanagement.wire import group_json
from portal.emulator.web import json_response


@platform_endpoint(READ_GROUPS)
def groups(call: Call) -> Response:
    """The groups of the tenant: roles and user groups."""
    query = ListQuery.read(call.request, GROUP_ATTRIBUTES, GROUP_FIELDS)
    return json_response(query.page_of([group_json(found) for found in call.hub.directory.groups(call.tenant)]))


@platform_endpoint(READ_GROUPS)
def group(call: Call, group_id: str) -> Response:
    """One group with its direct members."""
    return json_response(group_json(group_of(call, group_id)))


@platform_endpoint(WRITE_GROUPS)
def create_group(call: Call) -> Response:
    """Add a group."""
    body = group_body(call.request)
    now = call.hub.clock.now()
    with call.hub.lock, refusals():
        added = Group(
            group_id=str(uuid.uuid4()),
            tenant=call.tenant,
            name=_name(call.hub.directory, call.tenant, body),
            meta=Meta(now, now),
            description=body.description or "",
            members=body.members or (),
        )
        call.hub.directory.put_group(added)
    return json_response(group_json(added), 201)


@platform_endpoint(WRITE_GROUPS)
def replace_group(call: Call, group_id: str) -> Response:
    """Change a group. Without ``members`` they stay; an empty list removes them all, as documented."""
    body = group_body(call.request)
    with call.hub.lock, refusals():
        present = group_of(call, group_id)
        if present.is_core and body.name != present.name:
            raise InvalidBody(f"{present.name} is a role of the platform and keeps its name.")
        changed = replace(
            present,
            name=present.name if present.is_core else group_name(call.tenant, body.name),
            description=present.description if body.description is None else body.description,
            members=present.members if body.members is None else body.members,
            meta=present.meta.touched(call.hub.clock.now()),
        )
        call.hub.directory.put_group(changed)
    return json_response(group_json(changed))


@platform_endpoint(WRITE_GROUPS)
def delete_group(call: Call, group_id: str) -> Response:
    """Forget a group and its memberships in others; answers with the group as it was."""
    with call.hub.lock, refusals():
        present = group_of(call, group_id)
        if present.is_core:
            raise GatewayError(403, "forbidden", f"{present.name} is a role of the platform and cannot be deleted.")
        call.hub.directory.remove_group(present, call.hub.clock.now())
    return json_response(group_json(present))


def group_of(call: Call, group_id: str) -> Group:
    """The group of the caller's tenant with this id.

    :raises NoMatch: there is none.
    """
    found = call.hub.directory.group(call.tenant, group_id)
    if found is None:
        raise NoMatch(f"There is no group {group_id!a} in this tenant.")
    return found


def _name(directory: Directory, tenant: str, body: GroupBody) -> str:
    """The name of a new group; a platform role that exists is told as taken, not as a name that nobody may use."""
    if any(present.name == body.name for present in directory.groups(tenant)):
        return body.name
    return group_name(tenant, body.name)
