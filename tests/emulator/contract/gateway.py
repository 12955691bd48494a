"""The API gateway: URLs, sizes, tokens and roles."""

from __future__ import annotations

from collections.abc import Iterator

from dirty_equals import IsPartialDict, IsStr

from .rows import ADMIN, NOBODY, READER, XCELERATOR, Row, Send, errors

AREA = "Gateway"
ASSETS = "/api/assetmanagement/v3/assets"
SERIES = "/api/iottimeseries/v3/timeseries/{pump}/Vibration"
CLASSIC = "/gateway/api/assetmanagement/v3/assets"
NEW = "/api.app/api/assetmanagement-1000001700/v3/assets"
JSON = {"Content-Type": "application/json;charset=UTF-8"}
MISSING = "The access token is missing or not valid."


class Chunks:
    """A body without a known length, which is therefore sent in chunks."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)


URLS = (
    Row(
        "gateway-url-encoded",
        AREA,
        "Brackets, braces and quotes are let through percent-encoded.",
        "official",
        Send("GET", f"{CLASSIC}?filter=%7B%22name%22:%22%5B%5D%22%7D"),
        200,
        body=IsPartialDict({"page": IsPartialDict({"totalElements": 0})}),
    ),
)

SIZES = (
    Row(
        "gateway-body-limit",
        AREA,
        "A body beyond 10 MB is refused (switch `body_limit`).",
        "official",
        Send("POST", ASSETS, data=b"x" * (10 * 1024 * 1024 + 1), headers={"Content-Type": "application/json"}),
        413,
        headers=JSON,
        body=errors("payloadTooLarge", "The body is larger than 10485760 bytes."),
    ),
    Row(
        "gateway-body-limit-chunked",
        AREA,
        "A body in chunks has the same limit; it is neither cut nor half written.",
        "official",
        Send(
            "PUT", SERIES, data=Chunks(b"[]", *[b" " * 65536] * 160, b"x"), headers={"Content-Type": "application/json"}
        ),
        413,
        body=errors("payloadTooLarge", "The body is larger than 10485760 bytes."),
    ),
    Row(
        "gateway-body-limit-switch",
        AREA,
        "The largest body can be set while the emulator runs.",
        "assumed",
        Send("POST", ASSETS, data=b"x" * 101, headers={"Content-Type": "application/json"}),
        413,
        body=errors("payloadTooLarge", "The body is larger than 100 bytes."),
        before=(Send("POST", "/_emulator/switches", json={"body_limit": 100}, as_=NOBODY),),
    ),
    Row(
        "gateway-header-limit",
        AREA,
        "Headers beyond 10 KB together are refused (switch `header_limit`).",
        "official",
        Send("GET", ASSETS, headers={"X-Long": "x" * 10 * 1024}),
        431,
        headers=JSON,
        body=errors("exception", "The headers are larger than 10240 bytes."),
    ),
    Row(
        "gateway-header-within-limit",
        AREA,
        "Headers below 10 KB together are let through.",
        "official",
        Send("GET", ASSETS, headers={"X-Long": "x" * 6 * 1024}),
        200,
        headers={"Content-Type": "application/hal+json;charset=UTF-8"},
        body=IsPartialDict({"page": IsPartialDict({"totalElements": 12})}),
    ),
)

TOKENS = (
    Row(
        "gateway-no-token",
        AREA,
        "Without a token: 401.",
        "official",
        Send("GET", ASSETS, as_=NOBODY),
        401,
        headers=JSON,
        body=errors("unauthorized", MISSING),
    ),
    Row(
        "gateway-wrong-token",
        AREA,
        "A token that this Hub did not issue: 401.",
        "official",
        Send("GET", ASSETS, as_=NOBODY, headers={"Authorization": "Bearer abc.def.ghi"}),
        401,
        body=errors("unauthorized", MISSING),
    ),
    Row(
        "gateway-basic-is-no-token",
        AREA,
        "Client id and secret open no API; they are exchanged for a token first.",
        "sdk",
        Send("GET", ASSETS, as_=NOBODY, headers={"Authorization": "Basic YWNtZS1odWItYWRtaW46c2VjcmV0"}),
        401,
        body=errors("unauthorized", MISSING),
    ),
    Row(
        "gateway-expired-token",
        AREA,
        "A token that the emulator was told to expire is refused at once.",
        "assumed",
        Send("GET", ASSETS, as_=NOBODY, headers={"Authorization": "Bearer {kept}"}),
        401,
        body=errors("unauthorized", MISSING),
        before=(
            Send(
                "POST",
                "/_emulator/user-token",
                json={"email": "alice@acme.example"},
                as_=NOBODY,
                keep={"kept": "access_token"},
            ),
            Send("POST", "/_emulator/tokens/expire", as_=NOBODY),
        ),
    ),
    Row(
        "gateway-token-after-30-minutes",
        AREA,
        "A token lives 30 minutes.",
        "reported",
        Send("GET", ASSETS, as_=NOBODY, headers={"Authorization": "Bearer {kept}"}),
        401,
        body=errors("unauthorized", MISSING),
        before=(
            Send(
                "POST",
                "/_emulator/user-token",
                json={"email": "alice@acme.example"},
                as_=NOBODY,
                keep={"kept": "access_token"},
            ),
            Send("POST", "/_emulator/clock", json={"shift": 1800}, as_=NOBODY),
        ),
    ),
    Row(
        "gateway-series-no-token",
        AREA,
        "IoT services word a missing token in their own way.",
        "recorded",
        Send("GET", SERIES, as_=NOBODY),
        401,
        body={
            "id": IsStr(regex="[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
            "message": "Not authorized to access this resource.",
        },
    ),
    Row(
        "gateway-forbidden",
        AREA,
        "A token without a role of the service is refused with 403.",
        "official",
        Send("POST", ASSETS, json={}, as_=READER),
        403,
        headers=JSON,
        body=errors("forbidden", "Access Denied"),
    ),
    Row(
        "gateway-classic-token-at-new-gateway",
        AREA,
        "The Xcelerator gateway takes no token of the classic world.",
        "official",
        Send("GET", NEW, as_=ADMIN),
        401,
        body=errors("unauthorized", MISSING),
    ),
    Row(
        "gateway-new-token-at-classic-gateway",
        AREA,
        "The classic gateway takes no token of the Xcelerator world.",
        "official",
        Send("GET", CLASSIC, as_=XCELERATOR),
        401,
        body=errors("unauthorized", MISSING),
    ),
)

PATHS = (
    Row(
        "gateway-new-gateway",
        AREA,
        "At the Xcelerator gateway a service has the provider's id behind its name, in links too.",
        "official",
        Send("GET", NEW, as_=XCELERATOR),
        200,
        body=IsPartialDict(
            {"_links": IsPartialDict({"self": {"href": IsStr(regex=rf"http://localhost:\d+{NEW}\?page=0&size=10.*")}})}
        ),
    ),
    Row(
        "gateway-new-gateway-without-suffix",
        AREA,
        "Without the provider's id the Xcelerator gateway knows no service.",
        "official",
        Send("GET", "/api.app/api/assetmanagement/v3/assets", as_=XCELERATOR),
        404,
        headers=JSON,
        body=errors("noMatch"),
    ),
    Row(
        "gateway-suffix-at-classic-gateway",
        AREA,
        "The classic gateway knows no service with the provider's id.",
        "assumed",
        Send("GET", "/gateway/api/assetmanagement-1000001700/v3/assets"),
        404,
        body=errors("noMatch"),
    ),
    Row(
        "gateway-unknown-service",
        AREA,
        "An unknown path is answered with the common error body.",
        "assumed",
        Send("GET", "/gateway/api/coffeemachine/v1/cups"),
        404,
        headers=JSON,
        body=errors("noMatch"),
    ),
    Row(
        "gateway-trailing-slash",
        AREA,
        "A slash at the end makes another path.",
        "assumed",
        Send("GET", f"{CLASSIC}/"),
        404,
        body=errors("noMatch"),
    ),
    Row(
        "gateway-method-not-allowed",
        AREA,
        "A method that a path does not have is refused; `Allow` names those that it has.",
        "assumed",
        Send("DELETE", ASSETS),
        405,
        headers={**JSON, "Allow": IsStr(regex="(?=.*GET)(?=.*POST)[A-Z, ]+")},
        body=errors("exception"),
    ),
)


ROWS = (*URLS, *SIZES, *TOKENS, *PATHS)
