"""Identity Management v3: groups, which are the roles."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict

from .rows import Row, Send, errors
from .users import NOW, START, UUID

AREA = "Identity Management: groups"
GROUPS = "/api/identitymanagement/v3/Groups"
ADMINS = Send(
    "GET", GROUPS, params={"filter": 'displayName eq "mdsp:core:TenantAdmin"'}, keep={"admins": "resources.0.id"}
)
CREW = Send("POST", GROUPS, json={"displayName": "Crew"}, keep={"crew": "id"})
SHIFT = Send("POST", GROUPS, json={"displayName": "Shift"}, keep={"shift": "id"})


def member(id_: Any, kind: str = "USER") -> dict[str, Any]:
    return {"type": kind, "value": id_}


def join(group: str, id_: str, kind: str = "USER") -> Send:
    return Send("POST", f"{GROUPS}/{{{group}}}/members", json=member(id_, kind))


def created(id_: str, rule: str, source: str, sent: str, kept: str) -> Row:
    send = Send("POST", GROUPS, json={"displayName": sent})
    return Row(id_, AREA, rule, source, send, 201, body=IsPartialDict({"displayName": kept}))


def wrong(id_: str, rule: str, send: Send, *before: Send, code: str = "invalidRequestBodyProperty") -> Row:
    return Row(id_, AREA, rule, "assumed", send, 400, body=errors(code), before=before)


def conflict(id_: str, rule: str, send: Send, *before: Send) -> Row:
    return Row(id_, AREA, rule, "assumed", send, 409, body=errors("conflict"), before=before)


ROWS = (
    Row(
        "groups-one",
        AREA,
        "A group has its direct members and `meta` with a `version`.",
        "sdk",
        Send("GET", f"{GROUPS}/{{admins}}"),
        200,
        body={
            "id": "{admins}",
            "displayName": "mdsp:core:TenantAdmin",
            "description": "Administers the tenant",
            "members": [member("{alice}")],
            "meta": {"created": START, "lastModified": START, "version": 0},
        },
        before=(ADMINS,),
    ),
    Row(
        "groups-list",
        AREA,
        "A list of groups has the same form as one of users; the roles of the platform are groups.",
        "sdk",
        Send("GET", GROUPS, params={"filter": '(displayName sw "mdsp:core:Dev" or displayName sw "mdsp_customrole:")'}),
        200,
        body={
            "schemas": ["urn:scim:schemas:core:1.0"],
            "resources": [
                IsPartialDict({"displayName": "mdsp:core:DeveloperAdmin"}),
                IsPartialDict({"displayName": "mdsp:core:Developer"}),
            ],
            "startIndex": 1,
            "itemsPerPage": 100,
            "totalResults": 2,
        },
    ),
    Row(
        "groups-filter-users",
        AREA,
        "A filter on an attribute of users is refused.",
        "assumed",
        Send("GET", GROUPS, params={"filter": 'userName eq "x"'}),
        400,
        body=errors("invalidParameter"),
    ),
    Row(
        "groups-create",
        AREA,
        "A created group answers 201; the name of a user group is shown with the prefix `mdsp_usergroup:`.",
        "official",
        Send("POST", GROUPS, json={"displayName": "Crew", "description": "Line 4", "members": [member("{alice}")]}),
        201,
        body={
            "id": UUID,
            "displayName": "mdsp_usergroup:Crew",
            "description": "Line 4",
            "members": [member("{alice}")],
            "meta": {"created": NOW, "lastModified": NOW, "version": 0},
        },
    ),
    created(
        "groups-create-prefixed",
        "A name that has the prefix already keeps it once.",
        "sdk",
        "mdsp_usergroup:Crew",
        "mdsp_usergroup:Crew",
    ),
    created(
        "groups-create-custom",
        "`mdsp_customrole:` is a role of one's own.",
        "sdk",
        "mdsp_customrole:Chief",
        "mdsp_customrole:Chief",
    ),
    created(
        "groups-create-application-role",
        "Roles of applications are named `mdsp:<tenant>:<application>.<role>`.",
        "official",
        "mdsp:acme:monitor.viewer",
        "mdsp:acme:monitor.viewer",
    ),
    created(
        "groups-create-application-scope",
        "Scopes of applications are named `<application>.<scope>`.",
        "official",
        "monitor.viewer",
        "monitor.viewer",
    ),
    wrong(
        "groups-create-platform-role",
        "Nobody invents roles of the platform.",
        Send("POST", GROUPS, json={"displayName": "mdsp:core:Emperor"}),
    ),
    wrong(
        "groups-create-foreign-role",
        "Nobody makes roles of another tenant.",
        Send("POST", GROUPS, json={"displayName": "mdsp:globex:monitor.viewer"}),
    ),
    wrong(
        "groups-create-unnamed",
        "`displayName` is required.",
        Send("POST", GROUPS, json={"description": "x"}),
        code="missingRequestBodyProperty",
    ),
    conflict(
        "groups-create-taken",
        "A group's name exists once in a tenant.",
        Send("POST", GROUPS, json={"displayName": "CREW"}),
        CREW,
    ),
    Row(
        "groups-replace",
        AREA,
        "PUT without `members` keeps them, and `meta.version` counts up.",
        "sdk",
        Send("PUT", f"{GROUPS}/{{crew}}", json={"displayName": "Staff", "description": "All"}),
        200,
        body=IsPartialDict(
            {
                "displayName": "mdsp_usergroup:Staff",
                "description": "All",
                "members": [member(UUID)],
                "meta": {"created": NOW, "lastModified": NOW, "version": 2},
            }
        ),
        before=(CREW, join("crew", "{alice}")),
    ),
    Row(
        "groups-replace-empties",
        AREA,
        "PUT with an empty list of `members` removes them all.",
        "sdk",
        Send("PUT", f"{GROUPS}/{{crew}}", json={"displayName": "Crew", "members": []}),
        200,
        body=IsPartialDict({"members": []}),
        before=(CREW, join("crew", "{alice}")),
    ),
    wrong(
        "groups-rename-platform-role",
        "A role of the platform keeps its name.",
        Send("PUT", f"{GROUPS}/{{admins}}", json={"displayName": "Bosses"}),
        ADMINS,
    ),
    Row(
        "groups-delete-platform-role",
        AREA,
        "A role of the platform cannot be deleted.",
        "assumed",
        Send("DELETE", f"{GROUPS}/{{admins}}"),
        403,
        body=errors("forbidden"),
        before=(ADMINS,),
    ),
    Row(
        "groups-delete",
        AREA,
        "DELETE answers with the group as it was.",
        "sdk",
        Send("DELETE", f"{GROUPS}/{{crew}}"),
        200,
        body=IsPartialDict({"id": UUID, "displayName": "mdsp_usergroup:Crew"}),
        before=(CREW,),
    ),
    Row(
        "groups-delete-memberships",
        AREA,
        "A deleted group is no member of other groups any more.",
        "sdk",
        Send("GET", f"{GROUPS}/{{shift}}/members"),
        200,
        body=[],
        before=(CREW, SHIFT, join("shift", "{crew}", "GROUP"), Send("DELETE", f"{GROUPS}/{{crew}}")),
    ),
)
