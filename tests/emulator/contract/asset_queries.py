"""Asset Management: the fields of a filter, pages and ids, once each."""

from __future__ import annotations

from dirty_equals import IsPartialDict

from portal.emulator.config import DEFAULT_SEED
from portal.emulator.seeding import stable_hex_id

from .asset_filter import AREA
from .reading_assets import AREA as READ
from .reading_assets import ASSETS, ETAG, names
from .rows import READER, Row, Send, errors

WRITTEN = Send(
    "POST",
    ASSETS,
    json={
        "name": "Twin",
        "typeId": "acme.CentrifugalPump",
        "parentId": "{area}",
        "twinType": "simulation",
        "timezone": "Asia/Kolkata",
        "externalId": "T-1",
    },
    keep={"twin": "assetId"},
)


def field(name: str, condition: str, *expected: str, rule: str = "") -> Row:
    """A filter on a field, after an asset was written in which it is special."""
    return Row(
        f"filter-field-{name.lower()}",
        AREA,
        rule or f"`{name}` is a field of a filter.",
        "official",
        Send("GET", ASSETS, params={"filter": condition, "size": "50"}, as_=READER),
        200,
        body=names(*expected),
        before=(WRITTEN,),
    )


def refused(id_: str, rule: str, params: dict[str, str], message: str) -> Row:
    send = Send("GET", ASSETS, params=params, as_=READER)
    return Row(f"assets-{id_}", AREA, rule, "assumed", send, 400, body=errors("invalidParameter", message))


FIELDS = (
    field("assetId", '{"assetId":"{twin}"}', "Twin"),
    field("externalId", '{"externalId":"T-1"}', "Twin"),
    field("timezone", '{"timezone":"Asia/Kolkata"}', "Twin"),
    field("twinType", '{"twinType":"simulation"}', "Twin"),
    field(
        "subTenant",
        '{"subTenant":null,"name":"Twin"}',
        "Twin",
        rule="`subTenant` is a field of a filter; assets of the tenant itself have none.",
    ),
    field("t2tenant", '{"t2tenant":"globex"}', rule="`t2tenant` is a field of a filter, written in small letters."),
    field("tenantId", '{"tenantId":"acme","name":"Twin"}', "Twin"),
    field(
        "or-texts",
        '{"name":{"or":["Twin","Pump P-101"]}}',
        "Pump P-101",
        "Twin",
        rule="The array of an `or` below a field may hold plain values.",
    ),
    field(
        "not-in",
        '{"not":{"name":{"contains":"P"}},"hasType":"acme.CentrifugalPump"}',
        "Twin",
        rule="`not` and other members of an object are joined by and, too.",
    ),
    field(
        "hastype-core",
        '{"hasType":"core.basichierarchy"}',
        "Augsburg Works",
        "Boiler House",
        "Pump Station",
        "acme",
        rule="`hasType` takes abstract types of the platform.",
    ),
)

IN_CAPITALS = stable_hex_id(DEFAULT_SEED, "asset", "acme/Pump P-101").upper()
PAGES = (
    Row(
        "asset-id-in-capitals",
        READ,
        "The hex digits of an asset id may be written in capital letters.",
        "official",
        Send("GET", f"{ASSETS}/{IN_CAPITALS}", as_=READER),
        200,
        body=IsPartialDict({"assetId": "{pump}", "name": "Pump P-101"}),
    ),
    Row(
        "assets-list-etag",
        AREA,
        "A list has an `ETag` of 0 and the 32 hex digits of its content, and may not be stored.",
        "recorded",
        Send("GET", ASSETS, as_=READER),
        200,
        headers={
            "ETag": ETAG,
            "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate, no-cache, max-age=0, must-revalidate",
        },
        body=IsPartialDict({"page": {"size": 10, "totalElements": 12, "totalPages": 2, "number": 0}}),
    ),
    Row(
        "assets-page-size-largest",
        AREA,
        "A page of 200 entries is served.",
        "official",
        Send("GET", ASSETS, params={"size": "200"}, as_=READER),
        200,
        body=IsPartialDict({"page": {"size": 200, "totalElements": 12, "totalPages": 1, "number": 0}}),
    ),
    Row(
        "assets-page-last",
        AREA,
        "Pages are counted from 0; the last one has the rest.",
        "official",
        Send("GET", ASSETS, params={"page": "1", "sort": "name,asc"}, as_=READER),
        200,
        body=IsPartialDict(
            {"_embedded": {"assets": [IsPartialDict({"name": "Turbine T-302"}), IsPartialDict({"name": "acme"})]}}
        ),
    ),
    refused("page-size-zero", "A page has at least 1 entry.", {"size": "0"}, "size has to be 1 to 200, not 0."),
    refused("page-negative", "There is no page before 0.", {"page": "-1"}, "page has to be a whole number, not '-1'."),
    refused(
        "sort-form",
        "`sort` names a field.",
        {"sort": ""},
        "sort has to be a field and asc or desc, for example name,asc.",
    ),
    Row(
        "asset-id-other-form",
        READ,
        "What has not the form of an asset id is no asset: 404.",
        "assumed",
        Send("GET", f"{ASSETS}/Pump", as_=READER),
        404,
        body=errors("noMatch", "Asset with id Pump does not exist."),
    ),
)

ROWS = (*FIELDS, *PAGES)
