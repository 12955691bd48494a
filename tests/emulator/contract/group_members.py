"""Identity Management: the members of groups, and who may see groups."""

from __future__ import annotations

from dirty_equals import HasLen, IsPartialDict

from .groups import ADMINS, AREA, CREW, GROUPS, SHIFT, conflict, join, member, wrong
from .rows import FOREIGN, NOBODY, READER, Row, Send, errors
from .users import DEV, PIA, USERS, group

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

ROWS = (*MEMBERS, *ACCESS)
