"""Identity Management v3: groups, which are the roles."""

from __future__ import annotations

from typing import Any

from dirty_equals import HasLen, IsPartialDict

from .rows import FOREIGN, NOBODY, READER, Row, Send, errors
from .users import DEV, NOW, PIA, START, USERS, UUID, group

AREA = "Identity Management v3: groups"
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


SINGLE = (
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

MEMBERS = (
    Row(
        "groups-members",
        AREA,
        "The members of a group are a bare array of users and groups.",
        "sdk",
        Send("GET", f"{GROUPS}/{{crew}}/members"),
        200,
        body=[member("{alice}"), member("{shift}", "GROUP")],
        before=(CREW, SHIFT, join("crew", "{alice}"), join("crew", "{shift}", "GROUP")),
    ),
    Row(
        "groups-join",
        AREA,
        "A new member answers 201 with itself.",
        "sdk",
        join("crew", "{alice}"),
        201,
        body=member("{alice}"),
        before=(CREW,),
    ),
    conflict("groups-join-twice", "Nobody is a member twice.", join("crew", "{alice}"), CREW, join("crew", "{alice}")),
    wrong("groups-join-unknown", "A member has to exist in the tenant.", join("crew", "nobody"), CREW),
    wrong("groups-join-kind", "A user is no group.", join("crew", "{alice}", "GROUP"), CREW),
    wrong("groups-join-type", "The type of a member is USER or GROUP.", join("crew", "{alice}", "ROBOT"), CREW),
    wrong("groups-join-itself", "A group is no member of itself.", join("crew", "{crew}", "GROUP"), CREW),
    wrong(
        "groups-join-circle",
        "A group is no member of its own members.",
        join("shift", "{crew}", "GROUP"),
        CREW,
        SHIFT,
        join("crew", "{shift}", "GROUP"),
    ),
    Row(
        "groups-indirect",
        AREA,
        "Who is in a group that is a member of another one belongs to that one indirectly.",
        "sdk",
        Send("GET", f"{USERS}/{{pia}}"),
        200,
        body=IsPartialDict(
            {
                "groups": [
                    group("mdsp:core:TenantAdmin", "INDIRECT"),
                    group("mdsp:core:StandardUser"),
                    group("mdsp_usergroup:Crew"),
                ]
            }
        ),
        before=(ADMINS, PIA, CREW, join("crew", "{pia}"), join("admins", "{crew}", "GROUP")),
    ),
    Row(
        "groups-leave",
        AREA,
        "A removed member is answered as it was.",
        "sdk",
        Send("DELETE", f"{GROUPS}/{{crew}}/members/{{alice}}"),
        200,
        body=member("{alice}"),
        before=(CREW, join("crew", "{alice}")),
    ),
    Row(
        "groups-leave-stranger",
        AREA,
        "Who is no member cannot be removed.",
        "assumed",
        Send("DELETE", f"{GROUPS}/{{crew}}/members/{{alice}}"),
        404,
        body=errors("noMatch"),
        before=(CREW,),
    ),
    conflict(
        "groups-last-admin-leaves",
        "The last active tenant admin cannot lose the role.",
        Send("DELETE", f"{GROUPS}/{{admins}}/members/{{alice}}"),
        ADMINS,
    ),
    conflict(
        "groups-no-admin-left",
        "The list of tenant admins cannot be emptied.",
        Send("PUT", f"{GROUPS}/{{admins}}", json={"displayName": "mdsp:core:TenantAdmin", "members": []}),
        ADMINS,
    ),
)

ACCESS = (
    Row(
        "groups-nobody",
        AREA,
        "Without a token: 401.",
        "official",
        Send("GET", GROUPS, as_=NOBODY),
        401,
        body=errors("unauthorized"),
    ),
    Row(
        "groups-read-role",
        AREA,
        "Reading groups needs `im.g.r`, `im.g.w` or tenant admin.",
        "assumed",
        Send("GET", GROUPS, as_=DEV),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "groups-write-role",
        AREA,
        "Writing groups needs `im.g.w` or tenant admin.",
        "assumed",
        Send("POST", GROUPS, json={"displayName": "Crew"}, as_=READER),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "groups-other-tenant",
        AREA,
        "Groups of other tenants do not exist for the caller.",
        "official",
        Send("DELETE", f"{GROUPS}/{{crew}}", as_=FOREIGN),
        404,
        body=errors("noMatch"),
        before=(CREW,),
    ),
    Row(
        "groups-every-tenant",
        AREA,
        "Each tenant has the same roles of the platform.",
        "official",
        Send("GET", GROUPS, params={"filter": 'displayName sw "mdsp:core:"'}, as_=FOREIGN),
        200,
        body=IsPartialDict({"resources": HasLen(22), "totalResults": 22}),
    ),
)

ROWS: tuple[Any, ...] = (*SINGLE, *MEMBERS, *ACCESS)
