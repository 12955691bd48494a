"""Users, groups and lists as Identity Management writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.emulator.control.clock import utc_text
from portal.emulator.identity.accounts import Account
from portal.emulator.identity.groups import Group, Member, Membership, Memberships, Meta

SCHEMAS = ["urn:scim:schemas:core:1.0"]

Json = dict[str, Any]


def user_json(account: Account, memberships: Memberships) -> Json:
    """A person with all groups, direct and indirect ones."""
    return {
        "schemas": SCHEMAS,
        "id": account.user_id,
        "userName": account.email,
        "name": {"familyName": account.family_name, "givenName": account.given_name},
        "groups": [membership_json(membership) for membership in memberships.of_member(account.user_id)],
        "emails": [{"value": account.email}],
        "active": account.active,
        "meta": _meta(account.meta),
        "subtenants": [{"id": subtenant} for subtenant in account.subtenants],
    }


def membership_json(membership: Membership) -> Json:
    """One group of a person."""
    kind = "DIRECT" if membership.direct else "INDIRECT"
    return {"display": membership.group.name, "type": kind, "value": membership.group.group_id}


def group_json(group: Group) -> Json:
    """A group with its direct members."""
    return {
        "id": group.group_id,
        "displayName": group.name,
        "description": group.description,
        "members": [member_json(member) for member in group.members],
        "meta": _meta(group.meta),
    }


def member_json(member: Member) -> Json:
    """A member of a group."""
    return {"type": member.kind.value, "value": member.id}


def list_json(resources: Sequence[Json], total: int, start_index: int, count: int) -> Json:
    """One page of a list; unlike SCIM, the Hub writes ``resources`` in lower case."""
    return {
        "schemas": SCHEMAS,
        "resources": list(resources),
        "startIndex": start_index,
        "itemsPerPage": count,
        "totalResults": total,
    }


def _meta(meta: Meta) -> Json:
    return {
        "created": utc_text(meta.created),
        "lastModified": utc_text(meta.last_modified),
        "version": meta.version,
    }
