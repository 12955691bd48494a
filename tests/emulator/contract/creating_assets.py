"""Asset Management v3: creating assets."""

from __future__ import annotations

from dirty_equals import Contains, IsPartialDict

from .assets import AREA, CREATE, HEX_ID, NEW, post, refused
from .reading_assets import ASSETS, names, single
from .rows import Row, Send, errors


def missing(name: str) -> Row:
    """A creation without a required property."""
    return Row(
        f"write-without-{name.lower()}",
        AREA,
        f"A creation without `{name}` is 400.",
        "official",
        post(**{name: None}),
        400,
        body=errors("missingRequestBodyProperty", f"The property {name} is required."),
    )


ROWS = (
    Row(
        "write-create",
        AREA,
        "A created asset is answered whole with 201; its id is given by the Hub.",
        "official",
        post(
            externalId="P-104",
            description="New",
            timezone="Asia/Kolkata",
            twinType="simulation",
            location={"locality": "Augsburg", "longitude": 10.9, "latitude": 48},
            variables=[{"name": "ratedFlow", "value": "90"}],
            aspects=[{"name": "NamePlate", "variables": [{"name": "serialNumber", "value": "AP-1"}]}],
        ),
        201,
        headers={"Content-Type": "application/hal+json;charset=UTF-8"},
        body=single(
            assetId=HEX_ID,
            tenantId="acme",
            name="Pump P-104",
            etag=0,
            externalId="P-104",
            description="New",
            timezone="Asia/Kolkata",
            twinType="simulation",
            parentId="{area}",
            typeId="acme.CentrifugalPump",
            location={
                "country": None,
                "region": None,
                "locality": "Augsburg",
                "streetAddress": None,
                "postalCode": None,
                "longitude": 10.9,
                "latitude": 48.0,
            },
            variables=[{"name": "ratedFlow", "value": "90"}],
            aspects=[{"name": "NamePlate", "variables": [{"name": "serialNumber", "value": "AP-1"}]}],
            deleted=None,
            hierarchyPath=[
                {"assetId": "{root}", "name": "acme"},
                {"assetId": "{site}", "name": "Augsburg Works"},
                {"assetId": "{area}", "name": "Pump Station"},
            ],
        ),
    ),
    Row(
        "write-create-defaults",
        AREA,
        "Time zone and twin type have defaults: the tenant's zone and performance.",
        "official",
        post(),
        201,
        body=IsPartialDict({"timezone": "Europe/Berlin", "twinType": "performance", "locks": [], "aspects": []}),
    ),
    Row(
        "write-create-listed",
        AREA,
        "A created asset is found at once.",
        "official",
        Send("GET", ASSETS, params={"filter": '{"assetId":"{new}"}'}),
        200,
        body=names("Pump P-104"),
        before=(CREATE,),
    ),
    Row(
        "write-create-same-name",
        AREA,
        "Names of assets need not differ.",
        "assumed",
        post(name="Pump P-101"),
        201,
        body=IsPartialDict({"name": "Pump P-101"}),
    ),
    Row(
        "write-default-values",
        AREA,
        "Default values of the type's variables appear in its assets.",
        "official",
        Send("GET", f"{ASSETS}/{{new}}"),
        200,
        body=IsPartialDict(
            {"aspects": [{"name": "Plate", "variables": [{"name": "colour", "value": "blue"}]}]},
        ),
        before=(
            Send(
                "PUT",
                "/api/assetmanagement/v3/aspecttypes/acme.Plate",
                json={
                    "name": "Plate",
                    "category": "static",
                    "variables": [{"name": "colour", "dataType": "STRING", "defaultValue": "blue"}],
                },
            ),
            Send(
                "PUT",
                "/api/assetmanagement/v3/assettypes/acme.Painted",
                json={
                    "name": "Painted",
                    "parentTypeId": "core.basicdevice",
                    "instantiable": True,
                    "aspects": [{"name": "Plate", "aspectTypeId": "acme.Plate"}],
                },
            ),
            Send("POST", ASSETS, json={**NEW, "typeId": "acme.Painted"}, keep={"new": "assetId"}),
        ),
    ),
    missing("name"),
    missing("typeId"),
    missing("parentId"),
    refused("name-slash", "A name has no slash and no backslash.", post(name="a/b"), Contains("name may have only")),
    refused("name-long", "A name has 1 to 128 characters.", post(name="x" * 129), Contains("1 to 128")),
    refused("name-empty", "A name is not empty.", post(name=""), Contains("1 to 128")),
    refused(
        "external-id-long", "`externalId` has at most 255 characters.", post(externalId="x" * 256), Contains("255")
    ),
    refused(
        "description-long", "`description` has at most 255 characters.", post(description="x" * 256), Contains("255")
    ),
    refused(
        "type-unknown", "The type of an asset has to exist.", post(typeId="acme.Nothing"), Contains("'acme.Nothing'")
    ),
    refused(
        "type-abstract",
        "The type of an asset has to be instantiable.",
        post(typeId="core.basicasset"),
        "The type core.basicasset is not instantiable. Choose a type below it.",
    ),
    refused("type-foreign", "A type of another tenant does not exist.", post(typeId="globex.Oil"), Contains("globex")),
    refused(
        "parent-unknown",
        "The parent of an asset has to exist.",
        post(parentId="0" * 32),
        Contains("parentId has to be"),
    ),
    refused(
        "parent-foreign", "An asset of another tenant is no parent.", post(parentId="{foreign}"), Contains("tenant")
    ),
    refused("timezone-unknown", "The time zone is a Java zone id.", post(timezone="Mars/Base"), Contains("zone id")),
    refused(
        "timezone-quarter",
        "A time zone 15 or 45 minutes off a UTC hour is refused.",
        post(timezone="Asia/Kathmandu"),
        Contains("whole and half hours"),
    ),
    refused(
        "timezone-local",
        "A name for a computer's own zone is no Java zone id.",
        post(timezone="localtime"),
        Contains("zone id"),
        source="assumed",
    ),
    refused("longitude-flag", "A coordinate is a number.", post(location={"longitude": True}), Contains("longitude")),
    refused(
        "aspect-twice",
        "An aspect is named once.",
        post(aspects=[{"name": "NamePlate"}, {"name": "NamePlate"}]),
        "aspects[1].name is NamePlate for the second time.",
        source="assumed",
    ),
    refused("twin-type", "The twin type is performance or simulation.", post(twinType="digital"), Contains("twinType")),
    refused(
        "longitude",
        "Longitude is -180 to 180.",
        post(location={"longitude": 180.1}),
        "location.longitude has to be a number from -180 to 180.",
    ),
    refused("latitude", "Latitude is -90 to 90.", post(location={"latitude": -91}), Contains("latitude")),
    refused(
        "location-long",
        "A line of a location has at most 255 characters.",
        post(location={"country": "x" * 256}),
        Contains("location.country"),
    ),
    refused(
        "variable-unknown",
        "A static value belongs to a variable of the type.",
        post(variables=[{"name": "colour", "value": "x"}]),
        "variables[0].name has to be a variable of acme.CentrifugalPump, not 'colour'.",
    ),
    refused(
        "variable-twice",
        "A variable is named once.",
        post(variables=[{"name": "ratedFlow", "value": "1"}, {"name": "ratedFlow", "value": "2"}]),
        "variables[1].name is ratedFlow for the second time.",
        source="assumed",
    ),
    refused(
        "value-type",
        "A value fits the data type of its variable.",
        post(variables=[{"name": "ratedFlow", "value": "much"}]),
        "variables[0].value has to be a DOUBLE, which 'much' is not.",
    ),
    refused(
        "value-number",
        "Values are written as text; a number is refused.",
        post(variables=[{"name": "ratedFlow", "value": 1}]),
        Contains("text"),
    ),
    refused(
        "value-empty",
        "A value has 1 to 255 characters.",
        post(variables=[{"name": "ratedFlow", "value": ""}]),
        Contains("1 to 255"),
    ),
    refused(
        "value-length",
        "A text is not longer than its variable allows.",
        post(aspects=[{"name": "NamePlate", "variables": [{"name": "serialNumber", "value": "x" * 65}]}]),
        Contains("at most 64"),
    ),
    refused(
        "aspect-unknown",
        "An aspect with values belongs to the type.",
        post(aspects=[{"name": "Colour", "variables": []}]),
        Contains("aspect of acme.CentrifugalPump"),
    ),
    refused(
        "aspect-dynamic",
        "A dynamic aspect has no static values.",
        post(aspects=[{"name": "Motor", "variables": [{"name": "power", "value": "1"}]}]),
        Contains("a dynamic aspect"),
    ),
    Row(
        "write-content-type",
        AREA,
        "A body that is not declared as JSON is 415.",
        "official",
        Send("POST", ASSETS, data="{}", headers={"Content-Type": "text/plain"}),
        415,
        body=errors("unsupportedMediaType"),
    ),
)
