"""The direct members of a group: people and other groups."""

from __future__ import annotations

from dataclasses import replace

from werkzeug import Response

from portal.emulator.gateway.calls import Call, platform_endpoint
from portal.emulator.gateway.errors import GatewayError, NoMatch
from portal.emulator.identitymanagement.access import READ_GROUPS, WRITE_GROUPS, refusals
from portal.emulator.identitymanagement.bodies import member_body
from portal.emulator.identitymanagement.group_views import group_of
from portal.emulator.identitymanagement.wire import member_json
from portal.emulator.web import json_response


@platform_endpoint(READ_GROUPS)
def members(call: Call, group_id: str) -> Response:
    """All direct members as a bare array, without pages."""
    return json_response([member_json(member) for member in group_of(call, group_id).members])


@platform_endpoint(WRITE_GROUPS)
def add_member(call: Call, group_id: str) -> Response:
    """Add a person or a group; they have the role from their next token on."""
    member = member_body(call.request)
    with call.hub.lock, refusals():
        group = group_of(call, group_id)
        if member in group.members:
            raise GatewayError(409, "conflict", f"{member.id} is a member of {group.name} already.")
        meta = group.meta.touched(call.hub.clock.now())
        call.hub.directory.put_group(replace(group, members=(*group.members, member), meta=meta))
    return json_response(member_json(member), 201)


@platform_endpoint(WRITE_GROUPS)
def remove_member(call: Call, group_id: str, member_id: str) -> Response:
    """Remove a person or a group; answers with the member as it was."""
    with call.hub.lock, refusals():
        group = group_of(call, group_id)
        member = next((member for member in group.members if member.id == member_id), None)
        if member is None:
            raise NoMatch(f"{group.name} has no member {member_id!a}.")
        meta = group.meta.touched(call.hub.clock.now())
        call.hub.directory.put_group(replace(group.without(member_id), meta=meta))
    return json_response(member_json(member))
