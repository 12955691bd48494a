"""Asset Management v3: writing aspect types."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict, IsStr

from .rows import FOREIGN, READER, Row, Send, errors

AREA = "Asset Management: aspect types"
TYPES = "/api/assetmanagement/v3/aspecttypes"
FLOW_ID = f"{TYPES}/acme.Flow"
RATE = {"name": "rate", "dataType": "DOUBLE", "unit": "l/s"}
CODE = {"name": "code", "dataType": "STRING", "length": 8}
FLOW = {"name": "Flow", "category": "dynamic", "variables": [RATE, CODE]}
SERIAL = {"name": "serial", "dataType": "STRING", "length": 32, "searchable": True}
PLATE = {"name": "Plate", "category": "static", "variables": [SERIAL]}
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


def put(body: Any, path: str = FLOW_ID) -> Send:
    """A creation."""
    return Send("PUT", path, json=body)


def create(body: Any) -> Send:
    """A creation before the request of the row, which may need its etag."""
    return Send("PUT", FLOW_ID, json=body, keep={"etag": "etag"})


def changed(body: Any) -> Send:
    """An update with the etag that `create` kept."""
    return Send("PUT", FLOW_ID, json=body, headers={"If-Match": "{etag}"})


def with_variable(**changes: Any) -> dict[str, Any]:
    """A dynamic aspect type whose only variable is changed like this."""
    return {**FLOW, "variables": [{**RATE, **changes}]}


def with_static_variable(**changes: Any) -> dict[str, Any]:
    """A static aspect type whose only variable is changed like this."""
    return {**PLATE, "variables": [{**SERIAL, **changes}]}


def refused(id_: str, rule: str, body: Any, message: str, source: str = "official") -> Row:
    """A creation that is answered with 400 and a message that has these words."""
    return Row(
        f"aspect-types-{id_}",
        AREA,
        rule,
        source,
        put(body),
        400,
        body=errors("invalidRequestBodyProperty", IsStr(regex=f".*{message}.*")),
    )


CREATING = (
    Row(
        "aspect-types-created-with-201",
        AREA,
        "PUT with an id of the client's choice creates an aspect type: 201 and the type with etag 0.",
        "official",
        Send("PUT", FLOW_ID, json=FLOW, headers={"If-None-Match": "*"}),
        201,
        headers={"Content-Type": "application/hal+json;charset=UTF-8", "ETag": IsStr(regex='"0[0-9a-f]{32}"')},
        body={
            "id": "acme.Flow",
            "tenantId": "acme",
            "name": "Flow",
            "category": "dynamic",
            "scope": "private",
            "description": "",
            "variables": [
                {
                    "name": "rate",
                    "dataType": "DOUBLE",
                    "unit": "l/s",
                    "searchable": False,
                    "length": None,
                    "qualityCode": False,
                    "defaultValue": None,
                },
                {
                    "name": "code",
                    "dataType": "STRING",
                    "unit": None,
                    "searchable": False,
                    "length": 8,
                    "qualityCode": False,
                    "defaultValue": None,
                },
            ],
            "etag": 0,
            "sharing": {"modes": []},
            "_links": {"self": {"href": "{base}/assetmanagement/v3/aspecttypes/acme.Flow"}},
        },
    ),
    Row(
        "aspect-types-read-back",
        AREA,
        "A created aspect type can be read at once.",
        "official",
        Send("GET", FLOW_ID, as_=READER),
        200,
        before=(create(FLOW),),
        body=IsPartialDict({"id": "acme.Flow", "etag": 0}),
    ),
    Row(
        "aspect-types-creation-guaranteed",
        AREA,
        "`If-None-Match: *` refuses to touch a type that exists (switch `wrong_if_match_status`).",
        "sdk",
        Send("PUT", FLOW_ID, json=FLOW, headers={"If-None-Match": "*"}),
        412,
        before=(create(FLOW),),
        body=errors("noMatch", "The resource exists already."),
    ),
    Row(
        "aspect-types-update-never-creates",
        AREA,
        "`If-Match` on a type that does not exist creates nothing (switch `wrong_if_match_status`).",
        "assumed",
        Send("PUT", FLOW_ID, json=FLOW, headers={"If-Match": "1"}),
        412,
        body=errors("noMatch"),
    ),
    Row(
        "aspect-types-prefix",
        AREA,
        "The id of a type starts with the name of the tenant.",
        "official",
        put(FLOW, f"{TYPES}/globex.Flow"),
        400,
        body=errors("invalidParameter", IsStr(regex="The id of a type is acme, a dot.*")),
    ),
    Row(
        "aspect-types-id-pattern",
        AREA,
        "The id of a type has only letters, digits and `_` after its dot.",
        "official",
        put(FLOW, f"{TYPES}/acme.Flow-1"),
        400,
        body=errors("invalidParameter"),
    ),
    Row(
        "aspect-types-id-length",
        AREA,
        "The id of a type has at most 128 characters.",
        "official",
        put(FLOW, f"{TYPES}/acme.{'F' * 124}"),
        400,
        body=errors("invalidParameter"),
    ),
    Row(
        "aspect-types-core-forbidden",
        AREA,
        "Nobody creates or changes a core type.",
        "official",
        put(PLATE, f"{TYPES}/core.assetstatus"),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "aspect-types-need-admin",
        AREA,
        "Writing types needs `mdsp:core:assetmanagement.admin` or `mdsp:core:TenantAdmin`.",
        "official",
        Send("PUT", FLOW_ID, json=FLOW, as_=READER),
        403,
        body=errors("forbidden", "Access Denied"),
    ),
    Row(
        "aspect-types-plain-json",
        AREA,
        "`Accept: application/json` alone gets 500 on writes, too, and nothing is created.",
        "reported",
        Send("PUT", FLOW_ID, json=FLOW, headers={"Accept": "application/json"}),
        500,
        body=errors("internalServerError", "No acceptable representation"),
    ),
    Row(
        "aspect-types-content-type",
        AREA,
        "The body of PUT is JSON.",
        "official",
        Send("PUT", FLOW_ID, data="<xml/>", headers={"Content-Type": "text/xml"}),
        415,
        body=errors("unsupportedMediaType"),
    ),
    Row(
        "aspect-types-not-json",
        AREA,
        "A body that is no JSON gets 400.",
        "official",
        Send("PUT", FLOW_ID, data='{"name":', headers={"Content-Type": "application/json"}),
        400,
        body=errors("invalidRequestBodyProperty", "The body is not valid JSON."),
    ),
    Row(
        "aspect-types-name-required",
        AREA,
        "`name`, `category` and `variables` are required.",
        "official",
        put({"category": "static", "variables": [SERIAL]}),
        400,
        body=errors("missingRequestBodyProperty", "The property name is required."),
    ),
    Row(
        "aspect-types-name-taken",
        AREA,
        "The name of an aspect type is unique in its tenant.",
        "official",
        put({**FLOW, "name": "Vibration"}),
        409,
        body=errors("conflict", IsStr(regex="The aspect type acme.Vibration has the name Vibration.*")),
    ),
    Row(
        "aspect-types-name-of-another-tenant",
        AREA,
        "Another tenant may use the same name.",
        "official",
        Send("PUT", f"{TYPES}/globex.Vibration", json={**FLOW, "name": "Vibration"}, as_=FOREIGN),
        201,
        body=IsPartialDict({"id": "globex.Vibration", "name": "Vibration", "tenantId": "globex"}),
    ),
    refused("name-pattern", "The name has only letters, digits and `_`.", {**FLOW, "name": "Fl ow"}, "name may have"),
    refused("name-length", "The name has at most 128 characters.", {**FLOW, "name": "F" * 129}, "1 to 128 characters"),
    refused("category", "`category` is static or dynamic.", {**FLOW, "category": "fixed"}, "static or dynamic"),
    refused("public", "Only types of scope private can be created.", {**FLOW, "scope": "public"}, "has to be private"),
    refused("variables-empty", "An aspect type has a variable at least.", {**FLOW, "variables": []}, "at least one"),
    refused("description", "A description has at most 255 characters.", {**FLOW, "description": "d" * 256}, "255"),
    Row(
        "aspect-types-core-prefix",
        AREA,
        "Nobody creates a core type.",
        "official",
        put(PLATE, f"{TYPES}/core.plate"),
        403,
        body=errors("forbidden"),
    ),
    refused("description-quote", "A description has no `'`.", {**FLOW, "description": "it's"}, "may have only"),
)


CACHING = (
    Row(
        "aspect-types-not-modified-by-number",
        AREA,
        "`If-None-Match` with the number of the body's etag is answered with 304.",
        "sdk",
        Send("GET", f"{TYPES}/acme.Vibration", headers={"If-None-Match": "1"}, as_=READER),
        304,
        text="",
    ),
    Row(
        "aspect-types-modified",
        AREA,
        "`If-None-Match` with the number of an earlier etag gets the type.",
        "sdk",
        Send("GET", FLOW_ID, headers={"If-None-Match": "0"}),
        200,
        before=(create(FLOW), changed(FLOW)),
        body=IsPartialDict({"etag": 1}),
    ),
    Row(
        "aspect-types-include-shared",
        AREA,
        "`includeShared` is true or false.",
        "official",
        Send("GET", TYPES, params={"includeShared": "maybe"}, as_=READER),
        400,
        body=errors("invalidParameter", "includeShared has to be true or false, not 'maybe'."),
    ),
)

ROWS = (*CREATING, *CACHING)
