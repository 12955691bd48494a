"""Asset Management v3: the filter of lists."""

from __future__ import annotations

from dirty_equals import Contains

from .reading_assets import ASSETS, names
from .rows import READER, Row, Send, errors

AREA = "Asset Management: lists and filter"
DELETED = (
    Send("GET", f"{ASSETS}/{{pump}}", keep={"etag": "etag"}),
    Send("DELETE", f"{ASSETS}/{{pump}}", headers={"If-Match": "{etag}"}),
)
# The contract runs at this time, in which "before" deletes the pump.
NOW, LATER, EARLIER = "2026-11-20T12:00:30.000Z", "2026-11-20T12:00:30.001Z", "2026-11-20T12:00:30.00Z"


def found(id: str, rule: str, condition: str, *expected: str, source: str = "official") -> Row:
    """A filter and the names of what it finds."""
    return Row(
        f"filter-{id}",
        AREA,
        rule,
        source,
        Send("GET", ASSETS, params={"filter": condition, "size": "50"}, as_=READER),
        200,
        body=names(*expected),
    )


def deleted(id: str, rule: str, condition: str, *expected: str) -> Row:
    """A filter about the time of deletion, after the pump was deleted."""
    return Row(
        f"filter-{id}",
        AREA,
        rule,
        "official",
        Send("GET", ASSETS, params={"filter": condition}),
        200,
        body=names(*expected),
        before=DELETED,
    )


def refused(id: str, rule: str, condition: str, message: str, source: str = "assumed") -> Row:
    """A filter that is 400."""
    return Row(
        f"filter-{id}",
        AREA,
        rule,
        source,
        Send("GET", ASSETS, params={"filter": condition}, as_=READER),
        400,
        body=errors("invalidParameter", Contains(message)),
    )


ROWS = (
    found("equals", "A value beside a field means equality.", '{"name":"Pump P-101"}', "Pump P-101"),
    found("eq", "`eq` means equality.", '{"name":{"eq":"Pump P-101"}}', "Pump P-101"),
    found(
        "in",
        "`in` takes an object with an array `value`.",
        '{"name":{"in":{"value":["Pump P-101","Pump P-203","x"]}}}',
        "Pump P-101",
        "Pump P-203",
    ),
    found(
        "starts-with",
        "`startsWith` compares the beginning.",
        '{"name":{"startsWith":"Tur"}}',
        "Turbine T-301",
        "Turbine T-302",
    ),
    found("ends-with", "`endsWith` compares the end.", '{"name":{"endsWith":"-203"}}', "Pump P-203"),
    found(
        "contains",
        "`contains` compares any part.",
        '{"name":{"contains":"House"}}',
        "Boiler House",
    ),
    found("case", "Comparisons are case-sensitive.", '{"name":{"contains":"house"}}', source="assumed"),
    found("wildcards", "There are no wildcards.", '{"name":"Pump*"}'),
    found(
        "and",
        "Members of an object are joined by and.",
        '{"typeId":"acme.CentrifugalPump","name":{"endsWith":"3"}}',
        "Pump P-103",
        "Pump P-203",
    ),
    found(
        "and-word",
        "`and` holds an object.",
        '{"and":{"typeId":"acme.CentrifugalPump","name":{"endsWith":"3"}}}',
        "Pump P-103",
        "Pump P-203",
    ),
    found(
        "or",
        "`or` holds an object.",
        '{"or":{"name":"Pump P-101","typeId":"acme.CNGTurbine"}}',
        "Pump P-101",
        "Turbine T-301",
    ),
    found(
        "or-below-field",
        "`or` below a field holds an array.",
        '{"name":{"or":[{"eq":"Pump P-101"},{"endsWith":"-302"}]}}',
        "Pump P-101",
        "Turbine T-302",
    ),
    found(
        "not",
        "`not` turns a condition round.",
        '{"not":{"hasType":"core.basicdevice"}}',
        "Augsburg Works",
        "Boiler House",
        "Pump Station",
        "acme",
    ),
    found(
        "nested",
        "Logical words can be nested.",
        '{"and":{"hasType":"core.basicdevice","not":{"or":{"name":{"startsWith":"Pump"},"typeId":"acme.CNGTurbine"}}}}',
        "Turbine T-302",
    ),
    found(
        "has-type",
        "`hasType` finds a type and its descendants.",
        '{"hasType":"acme.CNGTurbine"}',
        "Turbine T-301",
        "Turbine T-302",
    ),
    found("type-id", "`typeId` finds exactly one type.", '{"typeId":"acme.CNGTurbine"}', "Turbine T-301"),
    found("parent-id", "`parentId` finds the children.", '{"parentId":"{site}"}', "Boiler House", "Pump Station"),
    found("root", "The root is found by its empty `parentId`.", '{"parentId":""}', "acme", source="assumed"),
    found("null", "null finds what has no value.", '{"name":"acme","externalId":null}', "acme"),
    found("unknown-field", "Unknown fields are ignored.", '{"colour":"blue","name":"Pump P-101"}', "Pump P-101"),
    found(
        "unknown-field-in-or",
        "An unknown field below `or` is ignored, too: it finds nothing more.",
        '{"or":{"colour":"blue","name":"Pump P-101"}}',
        "Pump P-101",
    ),
    found("no-match", "No match is an empty list, not 404.", '{"name":"nothing"}'),
    found("other-tenant", "A filter never finds assets of another tenant.", '{"tenantId":"globex"}', source="assumed"),
    Row(
        "filter-file",
        AREA,
        "`fileId` finds the assets that a file is assigned to.",
        "official",
        Send("GET", ASSETS, params={"filter": '{"fileId":"{file}"}'}),
        200,
        body=names("Pump P-101"),
        before=(
            Send(
                "POST",
                "/api/assetmanagement/v3/files",
                headers={"Content-Type": "multipart/form-data; boundary=x"},
                data='--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\na\r\n--x--\r\n',
                keep={"file": "id"},
            ),
            Send(
                "PUT",
                f"{ASSETS}/{{pump}}/fileAssignments/photo",
                headers={"If-Match": "1"},
                json={"fileId": "{file}"},
            ),
        ),
    ),
    deleted("deleted-before", "`before` finds earlier times.", f'{{"deleted":{{"before":"{LATER}"}}}}', "Pump P-101"),
    deleted("deleted-before-itself", "`before` does not find the time itself.", f'{{"deleted":{{"before":"{NOW}"}}}}'),
    deleted(
        "deleted-after",
        "`after` finds later times.",
        '{"deleted":{"after":"2018-01-01T00:00:00.00Z"}}',
        "Pump P-101",
    ),
    deleted("deleted-after-itself", "`after` does not find the time itself.", f'{{"deleted":{{"after":"{NOW}"}}}}'),
    deleted(
        "deleted-between-start",
        "A square bracket includes the start of an interval.",
        f'{{"deleted":{{"between":"[{NOW}, {LATER})"}}}}',
        "Pump P-101",
    ),
    deleted(
        "deleted-between-open-start",
        "A round bracket excludes the start of an interval.",
        f'{{"deleted":{{"between":"({NOW}, {LATER}]"}}}}',
    ),
    deleted(
        "deleted-between-open-end",
        "A round bracket excludes the end of an interval.",
        f'{{"deleted":{{"between":"[2018-01-01T00:00:00.00Z, {NOW})"}}}}',
    ),
    deleted(
        "deleted-between-end",
        "A square bracket includes the end of an interval.",
        f'{{"deleted":{{"between":"[2018-01-01T00:00:00.00Z, {NOW}]"}}}}',
        "Pump P-101",
    ),
    deleted(
        "deleted-equals",
        "Times are compared as times, however the fraction is written.",
        f'{{"deleted":"{EARLIER}"}}',
        "Pump P-101",
    ),
    deleted("deleted-not-null", "`not` and null find what is deleted.", '{"not":{"deleted":null}}', "Pump P-101"),
    refused(
        "no-json",
        "A filter that is not JSON is 400.",
        '{"name":',
        "The filter is not valid JSON.",
    ),
    refused("no-object", "A filter is a JSON object.", '["name"]', "A filter has to be a JSON object."),
    refused("unknown-function", "An unknown function is 400.", '{"name":{"like":"x"}}', "no filter function 'like'"),
    refused("function-case", "Function names are case-sensitive.", '{"name":{"startswith":"x"}}', "'startswith'"),
    refused("in-array", "`in` with a bare array is 400.", '{"name":{"in":["x"]}}', 'in needs {"value": [...]}.'),
    refused("twice", "A name stands in an object once.", '{"name":"a","name":"b"}', "has a name twice"),
    refused(
        "depth",
        "A filter has at most 32 levels.",
        '{"not":' * 33 + '{"name":"a"}' + "}" * 33,
        "nested more than 32 levels",
    ),
    refused("length", "A filter has at most 16384 characters.", '{"name":"' + "x" * 16384 + '"}', "longer than 16384"),
    refused(
        "time",
        "A time is written like 2018-01-01T00:00:00.00Z.",
        '{"deleted":{"before":"2018-01-01"}}',
        "2018-01-01T00:00:00.00Z",
        source="official",
    ),
    refused(
        "interval",
        "An interval has two brackets and two times.",
        '{"deleted":{"between":"2018-01-01T00:00:00Z,2019-01-01T00:00:00Z"}}',
        "between needs an interval",
        source="official",
    ),
)
