"""Asset Management v3: the lock of a tenant's types."""

from __future__ import annotations

from dirty_equals import IsPartialDict

from .reading_assets import ASSETS, BASE
from .rows import FOREIGN, READER, Row, Send, errors

AREA = "Asset Management: model lock"
LOCK = f"{BASE}/model/lock"
ON = Send("PUT", LOCK, params={"enabled": "true"})
OFF = Send("PUT", LOCK, params={"enabled": "false"})
CHANGE = Send(
    "PATCH",
    f"{BASE}/assettypes/acme.CNGTurbine",
    headers={"If-Match": "1", "Content-Type": "application/merge-patch+json"},
    json={"description": "x"},
)
LOCKED = errors("conflict", 'The asset model is locked. Unlock it with PUT /model/lock and {"enabled": false}.')

ROWS = (
    Row(
        "lock-initial",
        AREA,
        "The model is not locked at first.",
        "sdk",
        Send("GET", LOCK, as_=READER),
        200,
        body={"enabled": False},
    ),
    Row("lock-query", AREA, "The lock is set with `?enabled=true`.", "sdk", ON, 200, body={"enabled": True}),
    Row(
        "lock-body",
        AREA,
        "The lock is also set with a body.",
        "official",
        Send("PUT", LOCK, json={"enabled": True}),
        200,
        body={"enabled": True},
    ),
    Row("lock-set", AREA, "A set lock is shown.", "sdk", Send("GET", LOCK), 200, body={"enabled": True}, before=(ON,)),
    Row(
        "lock-tenant",
        AREA,
        "A lock holds for one tenant.",
        "sdk",
        Send("GET", LOCK, as_=FOREIGN),
        200,
        body={"enabled": False},
        before=(ON,),
    ),
    Row(
        "lock-type-change",
        AREA,
        "A locked type cannot be changed: 409.",
        "assumed",
        CHANGE,
        409,
        body=LOCKED,
        before=(ON,),
    ),
    Row(
        "lock-type-delete",
        AREA,
        "A locked type cannot be deleted: 409.",
        "assumed",
        Send("DELETE", f"{BASE}/assettypes/acme.LPGTurbine", headers={"If-Match": "1"}),
        409,
        body=LOCKED,
        before=(ON,),
    ),
    Row(
        "lock-aspect-type-change",
        AREA,
        "A locked aspect type cannot be changed: 409.",
        "assumed",
        Send("DELETE", f"{BASE}/aspecttypes/acme.Vibration", headers={"If-Match": "1"}),
        409,
        body=LOCKED,
        before=(ON,),
    ),
    Row(
        "lock-released",
        AREA,
        "Without the lock types can be changed again.",
        "sdk",
        CHANGE,
        200,
        body=IsPartialDict({"description": "x"}),
        before=(ON, OFF),
    ),
    Row(
        "lock-assets",
        AREA,
        "Assets can be written while the model is locked.",
        "sdk",
        Send("PUT", f"{ASSETS}/{{pump}}", headers={"If-Match": "1"}, json={"name": "Pump"}),
        200,
        body=IsPartialDict({"name": "Pump"}),
        before=(ON,),
    ),
    Row(
        "lock-role",
        AREA,
        "Setting the lock needs the role of an administrator.",
        "official",
        Send("PUT", LOCK, params={"enabled": "true"}, as_=READER),
        403,
        body=errors("forbidden"),
    ),
    Row(
        "lock-value",
        AREA,
        "`enabled` is true or false.",
        "sdk",
        Send("PUT", LOCK, params={"enabled": "yes"}),
        400,
        body=errors("invalidParameter"),
    ),
    Row(
        "lock-text",
        AREA,
        "`enabled` in the body is a boolean.",
        "official",
        Send("PUT", LOCK, json={"enabled": "true"}),
        400,
        body=errors("invalidRequestBodyProperty"),
    ),
    Row(
        "lock-missing",
        AREA,
        "`enabled` is required.",
        "official",
        Send("PUT", LOCK, json={}),
        400,
        body=errors("missingRequestBodyProperty"),
    ),
)
