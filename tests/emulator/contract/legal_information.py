"""Tenant Management: legal information by region."""

from __future__ import annotations

from dirty_equals import IsPartialDict

from .rows import ALICE, Send, errors
from .tenants import BASE, DEV, field_errors, row

REGIONS = f"{BASE}/legalConfigRegions"
LINK = {
    "id": "imprint",
    "type": "www",
    "sorting": 1,
    "languages": {"de": {"name": "Impressum", "value": "https://acme.example/"}},
}


REGION = {"regionId": "global", "regionName": "All", "regionCountries": [], "links": [LINK]}
CONFIGURED = Send("POST", REGIONS, json={"regions": [REGION]})


ROWS = (
    row(
        "legal-none",
        "Without a legal configuration the list of regions is empty.",
        "sdk",
        Send("GET", REGIONS),
        200,
        {"regions": []},
    ),
    row(
        "legal-create",
        "A legal configuration has regions with links in several languages; the answer is 201.",
        "sdk",
        CONFIGURED,
        201,
        {"regions": [{**REGION, "ETag": 0}]},
    ),
    row(
        "legal-create-twice",
        "A second legal configuration is an INVALID_STATE.",
        "assumed",
        CONFIGURED,
        409,
        IsPartialDict({"errorType": "INVALID_STATE", "fieldErrors": []}),
        CONFIGURED,
    ),
    row(
        "legal-fields",
        "Wrong fields inside a region are told with their path.",
        "sdk",
        Send(
            "POST",
            REGIONS,
            json={
                "regions": [{"regionName": "DE", "regionCountries": ["Germany"], "links": [{**LINK, "type": "fax"}]}]
            },
        ),
        400,
        field_errors(("regions[0].regionCountries", "INVALID_INPUT"), ("regions[0].links[0].type", "INVALID_INPUT")),
    ),
    row(
        "legal-script",
        "A link of type `www` is an http or https address.",
        "assumed",
        Send(
            "POST",
            REGIONS,
            json={
                "regions": [
                    {**REGION, "links": [{**LINK, "languages": {"de": {"name": "X", "value": "javascript:alert(1)"}}}]}
                ]
            },
        ),
        400,
        field_errors(("regions[0].links[0].languages['de'].value", "INVALID_INPUT")),
    ),
    row(
        "legal-region",
        "PUT replaces one region and counts its `ETag` up.",
        "sdk",
        Send("PUT", f"{REGIONS}/global", json={"regionName": "World"}, headers={"If-Match": "0"}),
        200,
        {"ETag": 1, "links": [], "regionCountries": [], "regionId": "global", "regionName": "World"},
        CONFIGURED,
    ),
    row(
        "legal-region-etag",
        "A change of a region needs its `ETag`.",
        "assumed",
        Send("PUT", f"{REGIONS}/global", json={"regionName": "World"}, headers={"If-Match": "1"}),
        412,
        errors("noMatch"),
        CONFIGURED,
    ),
    row(
        "legal-region-unknown",
        "PUT does not create regions.",
        "assumed",
        Send("PUT", f"{REGIONS}/mars", json={"regionName": "Mars"}, headers={"If-Match": "0"}),
        404,
        errors("noMatch"),
        CONFIGURED,
    ),
    row(
        "legal-delete",
        "DELETE removes the whole configuration: 204.",
        "sdk",
        Send("DELETE", REGIONS),
        204,
        None,
        CONFIGURED,
        text="",
    ),
    row(
        "legal-info",
        "`legalInfo` has the links of the tenant's country, by language.",
        "sdk",
        Send("GET", f"{BASE}/legalInfo", as_=DEV),
        200,
        {"de": [{"id": "imprint", "type": "www", "name": "Impressum", "value": "https://acme.example/"}]},
        CONFIGURED,
    ),
    row(
        "legal-info-fallback",
        "`legalInfo` falls back to the platform's links.",
        "sdk",
        Send("GET", f"{BASE}/legalInfo/acme", as_=ALICE),
        200,
        IsPartialDict(
            {"default": [IsPartialDict({"name": "Corporate Information"}), IsPartialDict(), IsPartialDict()]}
        ),
    ),
    row(
        "legal-info-own",
        "`legalInfoForSpecificTenant` does not fall back.",
        "sdk",
        Send("GET", f"{BASE}/legalInfoForSpecificTenant/acme"),
        200,
        {},
    ),
    row(
        "legal-info-foreign",
        "A caller reads the legal information of its own tenant only.",
        "assumed",
        Send("GET", f"{BASE}/legalInfo/globex"),
        404,
        errors("noMatch"),
    ),
)
