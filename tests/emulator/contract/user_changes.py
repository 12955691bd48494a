"""Identity Management: creating, changing and deleting users."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict

from .rows import ALICE, READER, Row, Send, errors
from .users import ANNEX, AREA, DEV, IN_ANNEX, NOW, PIA, USERS, UUID, group


def wrong(id_: str, rule: str, body: Any, code: str = "invalidRequestBodyProperty") -> Row:
    return Row(id_, AREA, rule, "assumed", Send("POST", USERS, json=body), 400, body=errors(code))


ROWS = (
    Row(
        "users-create",
        AREA,
        "A created user answers 201, is a standard user, and has names from the address until it says others.",
        "assumed",
        Send("POST", USERS, json={"userName": "pia.pohl@acme.example"}),
        201,
        body={
            "schemas": ["urn:scim:schemas:core:1.0"],
            "id": UUID,
            "userName": "pia.pohl@acme.example",
            "name": {"familyName": "Pohl", "givenName": "Pia"},
            "groups": [group("mdsp:core:StandardUser")],
            "emails": [{"value": "pia.pohl@acme.example"}],
            "active": True,
            "meta": {"created": NOW, "lastModified": NOW, "version": 0},
            "subtenants": [],
        },
    ),
    Row(
        "users-create-subtenant",
        AREA,
        "A user may belong to subtenants.",
        "sdk",
        IN_ANNEX,
        201,
        body=IsPartialDict({"subtenants": [{"id": "annex"}]}),
        before=(ANNEX,),
    ),
    wrong(
        "users-create-unknown-subtenant",
        "A subtenant of a user has to exist.",
        {"userName": "pia@acme.example", "subtenants": [{"id": "nowhere"}]},
    ),
    Row(
        "users-create-taken",
        AREA,
        "A `userName` exists once in a tenant, whatever its case.",
        "assumed",
        Send("POST", USERS, json={"userName": "Alice@acme.example"}),
        409,
        body=errors("conflict"),
    ),
    wrong("users-create-no-address", "`userName` has to be an e-mail address.", {"userName": "pia"}),
    wrong("users-create-no-name", "`userName` is required.", {"name": {}}, "missingRequestBodyProperty"),
    wrong(
        "users-create-other-address",
        "`emails` can repeat the `userName` only.",
        {"userName": "pia@acme.example", "emails": [{"value": "pp@acme.example"}]},
    ),
    wrong("users-create-active-text", "`active` is true or false.", {"userName": "pia@acme.example", "active": "no"}),
    wrong(
        "users-create-unknown-property", "Unknown properties are refused.", {"userName": "p@acme.example", "shoe": 1}
    ),
    Row(
        "users-create-content-type",
        AREA,
        "A body has to be JSON.",
        "assumed",
        Send("POST", USERS, data="userName=pia", headers={"Content-Type": "text/plain"}),
        415,
        body=errors("unsupportedMediaType"),
    ),
    Row(
        "users-replace",
        AREA,
        "PUT changes a user; what is left out stays, and `meta.version` counts up.",
        "sdk",
        Send(
            "PUT",
            f"{USERS}/{{pia}}",
            json={"userName": "pia@acme.example", "name": {"familyName": "Novak", "givenName": "Pia"}, "groups": []},
        ),
        200,
        body=IsPartialDict(
            {
                "id": UUID,
                "userName": "pia@acme.example",
                "name": {"familyName": "Novak", "givenName": "Pia"},
                "groups": [group("mdsp:core:StandardUser")],
                "active": True,
                "meta": {"created": NOW, "lastModified": NOW, "version": 1},
            }
        ),
        before=(PIA,),
    ),
    Row(
        "users-deactivate",
        AREA,
        "`active: false` removes a user softly: the user stays readable.",
        "sdk",
        Send("GET", f"{USERS}/{{pia}}"),
        200,
        body=IsPartialDict({"userName": "pia.pohl@acme.example", "active": False}),
        before=(PIA, Send("PUT", f"{USERS}/{{pia}}", json={"userName": "pia.pohl@acme.example", "active": False})),
    ),
    Row(
        "users-replace-taken",
        AREA,
        "A user cannot take the `userName` of another one.",
        "assumed",
        Send("PUT", f"{USERS}/{{pia}}", json={"userName": DEV}),
        409,
        body=errors("conflict"),
        before=(PIA,),
    ),
    Row(
        "users-delete",
        AREA,
        "DELETE answers with the user as it was.",
        "sdk",
        Send("DELETE", f"{USERS}/{{pia}}"),
        200,
        body=IsPartialDict({"id": UUID, "userName": "pia.pohl@acme.example"}),
        before=(PIA,),
    ),
    Row(
        "users-delete-gone",
        AREA,
        "A deleted user is gone.",
        "sdk",
        Send("GET", f"{USERS}/{{pia}}"),
        404,
        body=errors("noMatch"),
        before=(PIA, Send("DELETE", f"{USERS}/{{pia}}")),
    ),
    Row(
        "users-delete-last-admin",
        AREA,
        "The last active tenant admin cannot be deleted.",
        "assumed",
        Send("DELETE", f"{USERS}/{{alice}}"),
        409,
        body=errors("conflict"),
    ),
    Row(
        "users-deactivate-last-admin",
        AREA,
        "The last active tenant admin cannot be deactivated.",
        "assumed",
        Send("PUT", f"{USERS}/{{alice}}", json={"userName": ALICE, "active": False}),
        409,
        body=errors("conflict"),
    ),
    Row(
        "users-no-technical-users",
        AREA,
        "Technical users are no users: they can neither be read nor deleted here.",
        "assumed",
        Send("DELETE", f"{USERS}/{READER}"),
        404,
        body=errors("noMatch"),
    ),
)
