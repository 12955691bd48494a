"""Asset Management v3: writing asset types."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsPartialDict, IsStr

from .rows import READER, XCELERATOR, Row, Send, errors

AREA = "Asset Management: asset types"
TYPES = "/api/assetmanagement/v3/assettypes"
FAN_ID = f"{TYPES}/acme.Fan"
BIG_FAN_ID = f"{TYPES}/acme.BigFan"
MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}
IF_MATCH = {"If-Match": "{etag}"}
SHAKE = {"name": "Shake", "aspectTypeId": "acme.Vibration"}
DIAMETER = {"name": "diameter", "dataType": "DOUBLE", "unit": "mm"}
MAKER = {"name": "maker", "dataType": "STRING", "length": 16, "searchable": True}
FAN = {
    "name": "Fan",
    "description": "Moves air.",
    "parentTypeId": "core.basicdevice",
    "aspects": [SHAKE],
    "variables": [DIAMETER, MAKER],
}
BIG_FAN = {"name": "Big Fan", "parentTypeId": "acme.Fan"}
BASE = "{base}/assetmanagement/v3"
XCELERATOR_TYPES = "/api.app/api/assetmanagement-1000001700/v3/assettypes"


def attempt(body: Any, path: str = FAN_ID) -> Send:
    """A creation that is the request of a row."""
    return Send("PUT", path, json=body)


def create(body: Any, path: str = FAN_ID) -> Send:
    """A creation before the request of the row, which may need its etag."""
    return Send("PUT", path, json=body, keep={"etag": "etag"})


def changed(body: Any, path: str = FAN_ID) -> Send:
    """An update with the etag that `create` kept last."""
    return Send("PUT", path, json=body, headers=IF_MATCH)


def patched(body: Any, path: str = FAN_ID) -> Send:
    """A merge patch with the etag that `create` kept last."""
    return Send("PATCH", path, json=body, headers={**MERGE_PATCH, **IF_MATCH})


def refused(id_: str, rule: str, body: Any, message: str, before: tuple[Send, ...] = ()) -> Row:
    """A creation that is answered with 400 and a message that has these words."""
    return _refusal(id_, rule, attempt(body), message, before)


def unchangeable(id_: str, rule: str, send: Send, message: str, *before: Send) -> Row:
    """A change of the fan that is answered with 400."""
    return _refusal(id_, rule, send, message, before or (create(FAN),))


def _refusal(id_: str, rule: str, send: Send, message: str, before: tuple[Send, ...]) -> Row:
    body = errors("invalidRequestBodyProperty", IsStr(regex=f".*{message}.*"))
    return Row(f"asset-types-{id_}", AREA, rule, "official", send, 400, before=before, body=body)


ROWS = (
    Row(
        "asset-types-created-with-201",
        AREA,
        "PUT creates an asset type: 201. An aspect is written with `aspectTypeId` and read with its `aspectType`.",
        "official",
        Send("PUT", FAN_ID, json=FAN, headers={"If-None-Match": "*"}),
        201,
        headers={"Content-Type": "application/hal+json;charset=UTF-8"},
        body={
            "id": "acme.Fan",
            "tenantId": "acme",
            "name": "Fan",
            "description": "Moves air.",
            "parentTypeId": "core.basicdevice",
            "instantiable": True,
            "scope": "private",
            "etag": 0,
            "aspects": [
                {
                    "name": "Shake",
                    "aspectType": IsPartialDict({"id": "acme.Vibration", "category": "dynamic", "etag": 1}),
                    "_links": {"origin": {"href": f"{BASE}/assettypes/acme.Fan"}},
                }
            ],
            "variables": [
                {
                    "name": "diameter",
                    "dataType": "DOUBLE",
                    "unit": "mm",
                    "searchable": False,
                    "length": None,
                    "defaultValue": None,
                    "_links": {"origin": {"href": f"{BASE}/assettypes/acme.Fan"}},
                },
                {
                    "name": "maker",
                    "dataType": "STRING",
                    "unit": None,
                    "searchable": True,
                    "length": 16,
                    "defaultValue": None,
                    "_links": {"origin": {"href": f"{BASE}/assettypes/acme.Fan"}},
                },
            ],
            "fileAssignments": [],
            "sharing": {"modes": []},
            "_links": {
                "self": {"href": f"{BASE}/assettypes/acme.Fan"},
                "parent": {"href": f"{BASE}/assettypes/core.basicdevice"},
            },
        },
    ),
    Row(
        "asset-types-created-exploded",
        AREA,
        "`exploded=true` on a write answers with what the type inherits, too.",
        "official",
        Send("PUT", FAN_ID, json=FAN, params={"exploded": "true"}),
        201,
        body=IsPartialDict(
            {
                "aspects": [IsPartialDict({"name": "status"}), IsPartialDict({"name": "Shake"})],
                "variables": [
                    IsPartialDict({"name": "externalId"}),
                    IsPartialDict({"name": "diameter"}),
                    IsPartialDict({"name": "maker"}),
                ],
            }
        ),
    ),
    Row(
        "asset-types-created-xcelerator",
        AREA,
        "In the Xcelerator world types are written under the address of that gateway, and links have its form.",
        "official",
        Send("PUT", f"{TYPES}/initech.Fan", json={"name": "Fan"}, as_=XCELERATOR),
        201,
        body=IsPartialDict(
            {
                "tenantId": "initech",
                "_links": {
                    "self": {"href": IsStr(regex=f".*{XCELERATOR_TYPES}/initech.Fan")},
                    "parent": {"href": IsStr(regex=f".*{XCELERATOR_TYPES}/core.basicasset")},
                },
            }
        ),
    ),
    Row(
        "asset-types-only-a-name",
        AREA,
        "Only `name` is required; the parent is then `core.basicasset`, and the type can have assets.",
        "assumed",
        attempt({"name": "Fan"}),
        201,
        body=IsPartialDict({"parentTypeId": "core.basicasset", "instantiable": True, "aspects": [], "variables": []}),
    ),
    Row(
        "asset-types-unicode-name",
        AREA,
        "The name has letters of any language, digits, blanks and `_ . -`.",
        "official",
        attempt({**FAN, "name": "Lüfter_2.0-ß ветер 風"}),
        201,
        body=IsPartialDict({"name": "Lüfter_2.0-ß ветер 風"}),
    ),
    refused(
        "name-pattern",
        "The name of an asset type has no other characters than these.",
        {**FAN, "name": "Fan #1"},
        "name may have only",
    ),
    refused(
        "name-superscript",
        "A superscript or another number beyond 0-9 is no letter of a name.",
        {**FAN, "name": "m²"},
        "only letters",
    ),
    refused("name-length", "The name has at most 128 characters.", {**FAN, "name": "F" * 129}, "1 to 128 characters"),
    refused("public", "Only types of scope private can be created.", {**FAN, "scope": "public"}, "has to be private"),
    refused(
        "parent-unknown", "The parent type has to exist.", {**FAN, "parentTypeId": "acme.Nothing"}, "no such asset type"
    ),
    refused(
        "parent-foreign",
        "A type of another tenant is no parent type.",
        {**FAN, "parentTypeId": "globex.WindTurbine"},
        "there is no such asset type",
    ),
    refused(
        "aspect-type-unknown",
        "The aspect type of an aspect has to exist.",
        {**FAN, "aspects": [{"name": "Shake", "aspectTypeId": "acme.Nothing"}]},
        "there is no such aspect type",
    ),
    Row(
        "asset-types-read-shape-refused",
        AREA,
        "An aspect in the shape of a read, without `aspectTypeId`, cannot be written.",
        "official",
        attempt({**FAN, "aspects": [{"name": "Shake", "aspectType": {"id": "acme.Vibration"}}]}),
        400,
        body=errors("missingRequestBodyProperty", "The property aspects[0].aspectTypeId is required."),
    ),
    refused(
        "aspect-reserved",
        "Reserved words are no names of aspects.",
        {**FAN, "aspects": [{**SHAKE, "name": "properties"}]},
        "properties, which is a reserved word",
    ),
    refused(
        "aspect-name-length",
        "The name of an aspect has at most 64 characters.",
        {**FAN, "aspects": [{**SHAKE, "name": "a" * 65}]},
        "1 to 64 characters",
    ),
    refused(
        "aspect-name-pattern",
        "The name of an aspect has only letters, digits and `_`.",
        {**FAN, "aspects": [{**SHAKE, "name": "Sha-ke"}]},
        r"aspects\[0\].name may have only",
    ),
    refused(
        "aspect-twice",
        "The names of the aspects of a type differ.",
        {**FAN, "aspects": [SHAKE, SHAKE]},
        "two aspects with the name Shake",
    ),
    refused(
        "aspect-of-ancestor",
        "The name of an aspect is not that of an inherited one.",
        {**FAN, "aspects": [{**SHAKE, "name": "status"}]},
        "core.basicdevice, of the same family, has aspect status already",
    ),
    refused(
        "variable-of-ancestor",
        "The name of a variable is not that of an inherited one.",
        {**FAN, "variables": [{**DIAMETER, "name": "externalId"}]},
        "core.basicasset, of the same family, has variable externalId already",
    ),
    refused(
        "variable-big-string",
        "The variables of an asset type are static: no BIG_STRING.",
        {**FAN, "variables": [{"name": "story", "dataType": "BIG_STRING"}]},
        "dataType has to be BOOLEAN",
    ),
    refused(
        "file-assignments-unknown",
        "A file assignment has to name a file of the tenant.",
        {**FAN, "fileAssignments": [{"key": "photo", "fileId": "0" * 32}]},
        r"fileAssignments\[0\].fileId has to be the id of an uploaded file",
    ),
    Row(
        "asset-types-siblings",
        AREA,
        "Types beside each other may have aspects and variables of the same name.",
        "official",
        attempt({**FAN, "name": "Other"}, f"{TYPES}/acme.OtherFan"),
        201,
        before=(create(FAN),),
        body=IsPartialDict({"id": "acme.OtherFan"}),
    ),
    Row(
        "asset-types-need-admin",
        AREA,
        "Writing asset types needs `mdsp:core:assetmanagement.admin` or `mdsp:core:TenantAdmin`.",
        "official",
        Send("PUT", FAN_ID, json=FAN, as_=READER),
        403,
        body=errors("forbidden", "Access Denied"),
    ),
    Row(
        "asset-types-core-forbidden",
        AREA,
        "Nobody changes a core type.",
        "official",
        Send("PUT", f"{TYPES}/core.basicdevice", json=FAN, headers={"If-Match": "1"}),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "asset-types-prefix",
        AREA,
        "The id of a type starts with the name of the tenant, also for a type that another tenant has.",
        "official",
        attempt(FAN, f"{TYPES}/globex.WindTurbine"),
        400,
        body=errors("invalidParameter"),
    ),
)
