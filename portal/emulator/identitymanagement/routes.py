"""Every path of Identity Management."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.routing import Rule

from portal.emulator.identitymanagement import group_views, member_views, user_views
from portal.emulator.web import get


def identity_management_rules() -> Iterable[Rule]:
    """The site map of Identity Management v3."""
    base = "/gateway/api/identitymanagement/v3"
    user, group = f"{base}/Users/<user_id>", f"{base}/Groups/<group_id>"
    yield get(f"{base}/Users", user_views.users)
    yield Rule(f"{base}/Users", endpoint=user_views.create_user, methods=["POST"])
    yield get(f"{base}/Users/me", user_views.my_groups)
    yield get(user, user_views.user)
    yield Rule(user, endpoint=user_views.replace_user, methods=["PUT"])
    yield Rule(user, endpoint=user_views.delete_user, methods=["DELETE"])
    yield get(f"{base}/Groups", group_views.groups)
    yield Rule(f"{base}/Groups", endpoint=group_views.create_group, methods=["POST"])
    yield get(group, group_views.group)
    yield Rule(group, endpoint=group_views.replace_group, methods=["PUT"])
    yield Rule(group, endpoint=group_views.delete_group, methods=["DELETE"])
    yield get(f"{group}/members", member_views.members)
    yield Rule(f"{group}/members", endpoint=member_views.add_member, methods=["POST"])
    yield Rule(f"{group}/members/<member_id>", endpoint=member_views.remove_member, methods=["DELETE"])
