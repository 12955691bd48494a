"""Asset Management v3: assets that another tenant shares."""

from __future__ import annotations

from typing import Any

from dirty_equals import Contains, IsPartialDict

from .assets import MERGE
from .reading_assets import ASSETS, BASE, href, names, single, some
from .rows import FOREIGN, NOBODY, Row, Send, errors

AREA = "Asset Management: sharing"
SHARINGS = "/_emulator/sharings"
TURBINE = f"{ASSETS}/{{turbine}}"
WITH = {"includeShared": "true"}
LIST_KEYS = ("_embedded", "_links", "page")
SEEDED = {"assetId": "{turbine}", "sharer": "acme", "receiver": "globex"}
GLOBEX = ("Transformer X-1", "Wind Park North", "Wind Turbine W-1", "Wind Turbine W-2", "globex")


def get(path: str, **params: str) -> Send:
    """A call of the receiver."""
    return Send("GET", path, params=params, as_=FOREIGN)


def control(method: str, asset: str = "{turbine}", receiver: str = "globex") -> Send:
    """A call of the emulator's own path."""
    return Send(method, SHARINGS, json={"assetId": asset, "receiver": receiver}, as_=NOBODY)


def row(id: str, rule: str, send: Send, status: int, body: Any, source: str = "official", **more: Any) -> Row:
    return Row(f"sharing-{id}", AREA, rule, source, send, status, body=body, **more)


RECEIVING = (
    row(
        "sharer",
        "The sharer sees that an asset is shared.",
        Send("GET", TURBINE),
        200,
        IsPartialDict({"sharing": {"modes": ["SHARER"]}}),
    ),
    row(
        "receiver",
        "The receiver has a copy of the static data with the same id, below its root asset.",
        get(TURBINE, **WITH),
        200,
        single(
            assetId="{turbine}",
            tenantId="globex",
            name="Turbine T-302",
            typeId="acme.LPGTurbine",
            location=IsPartialDict({"locality": "Augsburg"}),
            sharing={"modes": ["RECEIVER"]},
            hierarchyPath=[IsPartialDict({"name": "globex"})],
        ),
    ),
    row("hidden", "Without `includeShared` a received asset is 404.", get(TURBINE), 404, errors("noMatch")),
    row(
        "hidden-aspects",
        "Without `includeShared` the parts of a received asset are 404, too.",
        get(f"{TURBINE}/aspects"),
        404,
        errors("noMatch"),
    ),
    row("hidden-list", "Without `includeShared` a list has no received assets.", get(ASSETS), 200, names(*GLOBEX)),
    row(
        "hidden-deleted",
        "Without `includeShared` a filter on `deleted` finds no received assets, either.",
        get(ASSETS, filter='{"deleted":null}'),
        200,
        names(*GLOBEX),
    ),
    row(
        "list",
        "With `includeShared` a list has received assets.",
        get(ASSETS, **WITH),
        200,
        names(GLOBEX[0], "Turbine T-302", *GLOBEX[1:]),
    ),
    row(
        "links",
        "The links of a list keep `includeShared`.",
        get(ASSETS, **WITH),
        200,
        some(LIST_KEYS, _links={"self": href("/assets?includeShared=true&page=0&size=10&sort=name,asc")}),
        source="assumed",
    ),
    row(
        "aspects",
        "With `includeShared` the aspects of a received asset are shown.",
        get(f"{TURBINE}/aspects", **WITH),
        200,
        IsPartialDict({"page": IsPartialDict({"totalElements": 3})}),
    ),
    row(
        "type",
        "With `includeShared` the type of a received asset is visible.",
        get(f"{BASE}/assettypes/acme.LPGTurbine", **WITH),
        200,
        IsPartialDict({"id": "acme.LPGTurbine", "tenantId": "acme"}),
    ),
    row(
        "type-parent",
        "With `includeShared` the types above the type of a received asset are visible.",
        get(f"{BASE}/assettypes/acme.CNGTurbine", **WITH),
        200,
        IsPartialDict({"id": "acme.CNGTurbine"}),
    ),
    row(
        "aspect-type",
        "With `includeShared` the aspect types of a received asset are visible.",
        get(f"{BASE}/aspecttypes/acme.Vibration", **WITH),
        200,
        IsPartialDict({"id": "acme.Vibration"}),
    ),
    row(
        "type-hidden",
        "Without `includeShared` the type of a received asset is 404.",
        get(f"{BASE}/assettypes/acme.LPGTurbine"),
        404,
        errors("noMatch"),
    ),
    row(
        "type-other",
        "Other types of the sharer stay invisible.",
        get(f"{BASE}/assettypes/acme.CentrifugalPump", **WITH),
        404,
        errors("noMatch"),
    ),
    row(
        "write",
        "A received asset is read only: 403.",
        Send("PATCH", TURBINE, params=WITH, headers=MERGE, json={"name": "x"}, as_=FOREIGN),
        403,
        errors("forbidden", "The asset was received from acme: it is read only."),
    ),
    row(
        "delete",
        "The receiver cannot delete a received asset: 403.",
        Send("DELETE", TURBINE, params=WITH, headers={"If-Match": "0"}, as_=FOREIGN),
        403,
        errors("forbidden"),
    ),
    row(
        "write-hidden",
        "Without `includeShared` writing a received asset is 404.",
        Send("PATCH", TURBINE, headers=MERGE, json={"name": "x"}, as_=FOREIGN),
        404,
        errors("noMatch"),
    ),
    row(
        "parent",
        "A received asset is no parent.",
        Send(
            "POST",
            ASSETS,
            params=WITH,
            json={"name": "x", "typeId": "core.basicdevice", "parentId": "{turbine}"},
            as_=FOREIGN,
        ),
        400,
        errors("invalidRequestBodyProperty", Contains("parentId")),
        source="assumed",
    ),
    row(
        "type-reference",
        "Without `includeShared` the type of a received asset cannot be used.",
        Send("POST", ASSETS, json={"name": "x", "typeId": "acme.LPGTurbine", "parentId": "{foreign}"}, as_=FOREIGN),
        400,
        errors("invalidRequestBodyProperty", Contains("'acme.LPGTurbine'")),
    ),
    row(
        "type-used",
        "With `includeShared` the type of a received asset can be used.",
        Send(
            "POST",
            ASSETS,
            params=WITH,
            json={"name": "x", "typeId": "acme.LPGTurbine", "parentId": "{foreign}"},
            as_=FOREIGN,
        ),
        201,
        IsPartialDict({"typeId": "acme.LPGTurbine", "sharing": {"modes": []}}),
    ),
    row(
        "change",
        "Later changes of the original do not reach the copy.",
        get(TURBINE, **WITH),
        200,
        IsPartialDict({"name": "Turbine T-302", "description": None}),
        before=(Send("PATCH", TURBINE, headers=MERGE, json={"name": "Other", "description": "Other"}),),
    ),
)

INVENTED = (
    row(
        "offer",
        "`POST /_emulator/sharings` shares an asset (invented: the Hub has no public API for it).",
        control("POST", "{pump}"),
        201,
        {"assetId": "{pump}", "sharer": "acme", "receiver": "globex"},
        source="assumed",
    ),
    row(
        "offered",
        "A shared asset is there at once; approval is taken for granted.",
        get(f"{ASSETS}/{{pump}}", **WITH),
        200,
        IsPartialDict({"name": "Pump P-101", "sharing": {"modes": ["RECEIVER"]}}),
        source="assumed",
        before=(control("POST", "{pump}"),),
    ),
    row(
        "listed",
        "`GET /_emulator/sharings` lists all sharings.",
        Send("GET", SHARINGS, as_=NOBODY),
        200,
        {"sharings": [SEEDED]},
        source="assumed",
    ),
    row("end", "`DELETE /_emulator/sharings` ends a sharing.", control("DELETE"), 204, None, source="assumed", text=""),
    row(
        "ended",
        "After the end the copy is gone.",
        get(TURBINE, **WITH),
        404,
        errors("noMatch"),
        before=(control("DELETE"),),
    ),
    row(
        "ended-sharer",
        "After the end the original is no longer shared.",
        Send("GET", TURBINE),
        200,
        IsPartialDict({"sharing": {"modes": []}}),
        before=(control("DELETE"),),
    ),
    row(
        "end-unknown",
        "What is not shared cannot be ended.",
        control("DELETE", "{pump}"),
        404,
        errors("noMatch"),
        source="assumed",
    ),
    row("twice", "An asset is shared with a tenant once.", control("POST"), 409, errors("conflict"), source="assumed"),
    row(
        "unknown",
        "Only an existing asset can be shared.",
        control("POST", "0" * 32),
        404,
        errors("noMatch"),
        source="assumed",
    ),
    row(
        "world",
        "Sharing stays within region and world.",
        control("POST", "{pump}", "initech"),
        400,
        errors("invalidParameter", Contains("region and world")),
    ),
    row(
        "itself",
        "A tenant cannot share with itself.",
        control("POST", "{pump}", "acme"),
        400,
        errors("invalidParameter"),
        source="assumed",
    ),
    row(
        "nobody",
        "The receiver of a sharing has to be a tenant.",
        control("POST", "{pump}", "nobody"),
        400,
        errors("invalidParameter", Contains("one of acme")),
        source="assumed",
    ),
    row(
        "form",
        "A web page of another origin cannot share: the body has to be JSON.",
        Send("POST", SHARINGS, data="{}", headers={"Content-Type": "text/plain"}, as_=NOBODY),
        415,
        errors("unsupportedMediaType"),
        source="assumed",
    ),
)

ROWS = (*RECEIVING, *INVENTED)
