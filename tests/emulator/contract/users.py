"""Identity Management v3: users."""

from __future__ import annotations

from typing import Any

from dirty_equals import HasLen, IsPartialDict, IsStr

from .rows import ADMIN, ALICE, FOREIGN, NOBODY, READER, XCELERATOR, Row, Send, errors

AREA = "Identity Management: users"
USERS = "/api/identitymanagement/v3/Users"
UUID = IsStr(regex="[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
START = "2026-01-05T08:00:00.000Z"
NOW = "2026-11-20T12:00:30.000Z"
DEV = "dev@acme.example"
PIA = Send("POST", USERS, json={"userName": "pia.pohl@acme.example"}, keep={"pia": "id"})
ANNEX = Send(
    "POST",
    "/api/tenantmanagement/v4/subtenants",
    json={"id": "annex", "displayName": "Annex", "description": ""},
)
IN_ANNEX = Send("POST", USERS, json={"userName": "pia@acme.example", "subtenants": [{"id": "annex"}]})


# A name in braces is filled in plain values only, so ids inside of a partial shape are told as UUIDs.
def group(display: str, kind: str = "DIRECT") -> dict[str, Any]:
    return {"display": display, "type": kind, "value": UUID}


def found(*emails: str) -> Any:
    """A list of exactly these users, in this order."""
    resources = [IsPartialDict({"userName": email}) for email in emails]
    return IsPartialDict({"totalResults": len(emails), "resources": resources})


def listed(id_: str, rule: str, source: str, params: dict[str, str], body: Any, *before: Send) -> Row:
    return Row(id_, AREA, rule, source, Send("GET", USERS, params=params), 200, body=body, before=before)


def refused(id_: str, rule: str, source: str, params: dict[str, str]) -> Row:
    return Row(id_, AREA, rule, source, Send("GET", USERS, params=params), 400, body=errors("invalidParameter"))


READING = (
    Row(
        "users-one",
        AREA,
        "A user has the e-mail address as `userName`, its groups, and `meta` with a `version`.",
        "sdk",
        Send("GET", f"{USERS}/{{alice}}"),
        200,
        headers={"Content-Type": "application/json"},
        body={
            "schemas": ["urn:scim:schemas:core:1.0"],
            "id": "{alice}",
            "userName": ALICE,
            "name": {"familyName": "Adler", "givenName": "Alice"},
            "groups": [group("mdsp:core:TenantAdmin"), group("mdsp:core:StandardUser")],
            "emails": [{"value": ALICE}],
            "active": True,
            "meta": {"created": START, "lastModified": START, "version": 0},
            "subtenants": [],
        },
    ),
    listed(
        "users-list",
        "A list has lower-case `resources`, unlike SCIM, and 100 entries unless `count` says otherwise.",
        "sdk",
        {},
        {
            "schemas": ["urn:scim:schemas:core:1.0"],
            "resources": HasLen(5),
            "startIndex": 1,
            "itemsPerPage": 100,
            "totalResults": 5,
        },
    ),
    listed(
        "users-start-index",
        "`startIndex` counts from 1, and `sortBy` sorts ascending.",
        "sdk",
        {"startIndex": "2", "count": "2", "sortBy": "userName"},
        IsPartialDict(
            {
                "resources": [
                    IsPartialDict({"userName": "audrey@acme.example"}),
                    IsPartialDict({"userName": "dana@acme.example"}),
                ],
                "startIndex": 2,
                "itemsPerPage": 2,
                "totalResults": 5,
            }
        ),
    ),
    refused("users-start-index-zero", "`startIndex` 0 is refused.", "assumed", {"startIndex": "0"}),
    listed(
        "users-count-maximum",
        "A page has at most 500 entries; a larger `count` is taken as 500.",
        "assumed",
        {"count": "501"},
        IsPartialDict({"itemsPerPage": 500}),
    ),
    listed(
        "users-count-zero",
        "`count` 0 gives the total alone.",
        "assumed",
        {"count": "0"},
        IsPartialDict({"resources": [], "totalResults": 5, "itemsPerPage": 0}),
    ),
    refused("users-count-negative", "A negative `count` is refused.", "assumed", {"count": "-1"}),
    listed(
        "users-sort-descending",
        "`sortOrder=descending` turns the order round.",
        "sdk",
        {"sortBy": "name.familyName", "sortOrder": "descending", "count": "1"},
        IsPartialDict({"resources": [IsPartialDict({"userName": "olga@acme.example"})]}),
    ),
    refused("users-sort-unknown", "`sortBy` has to name an attribute of a filter.", "assumed", {"sortBy": "shoeSize"}),
    refused("users-sort-groups", "Lists cannot be sorted by groups.", "assumed", {"sortBy": "groups.display"}),
    refused("users-sort-order-wrong", "`sortOrder` is ascending or descending.", "sdk", {"sortOrder": "up"}),
    listed(
        "users-attributes",
        "`attributes` chooses what is written of each user.",
        "sdk",
        {"attributes": "userName,name", "filter": f'userName eq "{DEV}"'},
        IsPartialDict({"resources": [{"userName": DEV, "name": {"familyName": "Dietrich", "givenName": "Dev"}}]}),
    ),
    refused("users-attributes-subtenants", "`attributes` cannot name subtenants.", "sdk", {"attributes": "subtenants"}),
    listed(
        "users-subtenant",
        "`subtenant` restricts a list to the users of a subtenant.",
        "sdk",
        {"subtenant": "annex"},
        found("pia@acme.example"),
        ANNEX,
        IN_ANNEX,
    ),
)

FILTERS = (
    listed(
        "users-filter-eq",
        "A filter compares with `eq`, without regard to case.",
        "sdk",
        {"filter": 'USERNAME eq "DEV@acme.example"'},
        found(DEV),
    ),
    listed(
        "users-filter-sw",
        "`sw` finds what starts with a text.",
        "sdk",
        {"filter": 'email sw "olga@"'},
        found("olga@acme.example"),
    ),
    listed(
        "users-filter-name",
        "A filter reaches into the name.",
        "sdk",
        {"filter": 'name.familyName eq "Dorn"'},
        found("dana@acme.example"),
    ),
    listed(
        "users-filter-group",
        "`groups.display` finds the members of a group.",
        "sdk",
        {"filter": 'groups.display eq "mdsp:core:Developer"'},
        found(DEV, "dana@acme.example"),
    ),
    refused(
        "users-filter-group-sw",
        "`groups.display` can be compared with `eq` only.",
        "sdk",
        {"filter": 'groups.display sw "mdsp:"'},
    ),
    refused(
        "users-filter-group-complex",
        "`groups.display` cannot be part of a longer filter.",
        "sdk",
        {"filter": 'groups.display eq "mdsp:core:Developer" and active eq true'},
    ),
    listed(
        "users-filter-or",
        "A filter may use `and`, `or` and parentheses; `and` binds stronger.",
        "sdk",
        {"filter": 'givenName eq "Dev" or givenName sw "O" and (active eq false or familyName eq "Olsen")'},
        found(DEV, "olga@acme.example"),
    ),
    listed(
        "users-filter-active",
        "Users with `active: false` stay in the list and can be found.",
        "sdk",
        {"filter": "active eq false"},
        found("pia@acme.example"),
        Send("POST", USERS, json={"userName": "pia@acme.example", "active": False}),
    ),
    refused(
        "users-filter-unknown", "A filter on an unknown attribute is refused.", "assumed", {"filter": 'shoe eq "1"'}
    ),
    refused("users-filter-operator", "Filter operators are `eq` and `sw`.", "assumed", {"filter": 'userName co "a"'}),
    refused("users-filter-quotes", "Text in a filter needs quotation marks.", "sdk", {"filter": "userName eq dev"}),
    refused("users-filter-open", "An incomplete filter is refused.", "assumed", {"filter": "userName eq"}),
)


ACCESS = (
    Row(
        "users-nobody",
        AREA,
        "Without a token: 401.",
        "official",
        Send("GET", USERS, as_=NOBODY),
        401,
        body=errors("unauthorized"),
    ),
    Row(
        "users-read-role",
        AREA,
        "Reading users needs `im.u.r`, `im.u.w` or tenant admin; a standard user may not.",
        "assumed",
        Send("GET", USERS, as_=DEV),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "users-write-role",
        AREA,
        "Writing users needs `im.u.w` or tenant admin.",
        "assumed",
        Send("POST", USERS, json={"userName": "pia@acme.example"}, as_=READER),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "users-other-tenant",
        AREA,
        "Users of other tenants do not exist for the caller.",
        "official",
        Send("GET", f"{USERS}/{{alice}}", as_=FOREIGN),
        404,
        body=errors("noMatch"),
    ),
    Row(
        "users-xcelerator",
        AREA,
        "Users are the same at the Xcelerator gateway.",
        "assumed",
        Send("GET", USERS, as_=XCELERATOR),
        200,
        body=found("iris@initech.example"),
    ),
    Row(
        "users-me",
        AREA,
        "`/Users/me` lists the own groups that start with `mdsp:`, for any token of a person.",
        "sdk",
        Send("GET", f"{USERS}/me", as_=DEV),
        200,
        body=[group("mdsp:core:Developer"), group("mdsp:core:StandardUser")],
    ),
    Row(
        "users-me-application-roles",
        AREA,
        "`/Users/me` leaves out application scopes and user groups.",
        "sdk",
        Send("GET", f"{USERS}/me", as_="audrey@acme.example"),
        200,
        body=[group("mdsp:core:StandardUser")],
    ),
    Row(
        "users-me-technical",
        AREA,
        "`/Users/me` with the token of a technical user: 404.",
        "assumed",
        Send("GET", f"{USERS}/me", as_=ADMIN),
        404,
        body=errors("noMatch"),
    ),
)

ROWS = (*READING, *FILTERS, *ACCESS)
