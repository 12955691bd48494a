"""The Hub bar: its script, and what it asks for on an application's host."""

from __future__ import annotations

from dirty_equals import IsStr

from .application_gateway import BAR, SIGNED_IN, at_app
from .rows import NOBODY, Row, Send

ROWS = (
    Row(
        "osbar-script",
        BAR,
        "The bar's script is at the Hub's path.",
        "official",
        Send("GET", "/static.hub/osbar/v4/js/main.min.js", as_=NOBODY),
        200,
        headers={"Content-Type": "text/javascript; charset=utf-8", "X-Content-Type-Options": "nosniff"},
        text=IsStr(regex=r"(?s).*_mdsp.*appInfoPath.*"),
    ),
    Row(
        "osbar-person",
        BAR,
        "The bar learns on the application's host who is signed in.",
        "sdk",
        at_app("GET", "/api/im/v3/Users/me"),
        200,
        body={
            "schemas": ["urn:scim:schemas:core:1.0"],
            "id": "{alice}",
            "userName": "alice@acme.example",
            "name": {"givenName": "Alice", "familyName": "Adler"},
            "emails": [{"value": "alice@acme.example"}],
            "active": True,
        },
        before=SIGNED_IN,
    ),
    Row(
        "osbar-profile",
        BAR,
        "The bar asks for the person's profile.",
        "sdk",
        at_app("GET", "/api/userprofilemanagement/v3/profiles/me"),
        200,
        body={"userId": "{alice}", "displayName": "Alice Adler", "timezone": "Europe/Berlin"},
        before=SIGNED_IN,
    ),
    Row(
        "osbar-notifications",
        BAR,
        "The bell of a fresh session counts nothing.",
        "sdk",
        at_app("GET", "/api/pushnotification/v3/notifications"),
        200,
        body={"notifications": [], "unread": 0},
        before=SIGNED_IN,
    ),
    Row(
        "osbar-customer",
        BAR,
        "The bar learns the tenant, the provider and where the Launchpad is.",
        "sdk",
        at_app("GET", "/api/customers/v3/customers/me"),
        200,
        body={
            "tenant": "acme",
            "displayName": "Acme Pumps GmbH",
            "companyName": "Acme Pumps GmbH",
            "country": "DE",
            "region": "eu1",
            "provider": "acme",
            "launchpad": IsStr(regex=r"http://acme\.eu1\.localhost:\d+/"),
        },
        before=SIGNED_IN,
    ),
)
