"""The API gateway: URLs, sizes, tokens, roles, rates, and what is not there."""

from __future__ import annotations

from dirty_equals import IsPartialDict, IsStr

from .rows import ADMIN, NOBODY, READER, XCELERATOR, Row, Send, errors

AREA = "API gateway"
ASSETS = "/api/assetmanagement/v3/assets"
SERIES = "/api/iottimeseries/v3/timeseries/{pump}/Vibration"
CLASSIC = "/gateway/api/assetmanagement/v3/assets"
NEW = "/api.app/api/assetmanagement-1000001700/v3/assets"
JSON = {"Content-Type": "application/json;charset=UTF-8"}
MISSING = "The access token is missing or not valid."


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
        "Headers of 8 KB together are let through.",
        "official",
        Send("GET", ASSETS, headers={"X-Long": "x" * 6 * 1024}),
        200,
        headers={"Content-Type": "application/hal+json;charset=UTF-8"},
    ),
)

TOKENS = (
    Row(
        "gateway-no-token",
        AREA,
        "A call without a token is not answered.",
        "official",
        Send("GET", ASSETS, as_=NOBODY),
        401,
        headers=JSON,
        body=errors("unauthorized", MISSING),
    ),
    Row(
        "gateway-wrong-token",
        AREA,
        "What is no token of this Hub is none.",
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
        "Another method is refused; `Allow` names those that exist.",
        "assumed",
        Send("DELETE", ASSETS),
        405,
        headers={**JSON, "Allow": IsStr(regex="(?=.*GET)(?=.*POST)[A-Z, ]+")},
        body=errors("exception"),
    ),
)

ANSWERS = (
    Row(
        "gateway-doubled-headers",
        AREA,
        "Service and gateway each set the security headers, so most arrive twice.",
        "recorded",
        Send("GET", ASSETS),
        200,
        headers={
            "X-Content-Type-Options": "nosniff, nosniff",
            "X-Frame-Options": "DENY, DENY",
            "X-XSS-Protection": "1; mode=block, 1; mode=block",
            "Pragma": "no-cache, no-cache",
            "Strict-Transport-Security": "max-age=31536000 ; includeSubDomains",
            "X-Application-Context": "mindgate:prod:9090",
        },
    ),
    Row(
        "gateway-doubled-headers-on-refusal",
        AREA,
        "A refusal has the same headers.",
        "assumed",
        Send("GET", ASSETS, as_=NOBODY),
        401,
        headers={"X-Frame-Options": "DENY, DENY", "X-Content-Type-Options": "nosniff, nosniff"},
    ),
    Row(
        "gateway-no-correlation-id",
        AREA,
        "There is no `x-correlation-id`; `logref` in the error body is the handle.",
        "assumed",
        Send("GET", ASSETS, as_=NOBODY),
        401,
        headers={"X-Correlation-Id": None},
        body=errors("unauthorized"),
    ),
    Row(
        "gateway-rate-limit",
        AREA,
        "Beyond the rate limit a call is refused with 429 and `Retry-After` (switch `requests_per_30_seconds`).",
        "official",
        Send("GET", ASSETS),
        429,
        headers={**JSON, "Retry-After": "30"},
        body=errors("tooManyRequests", "API rate limit exceeded"),
        before=(
            Send("POST", "/_emulator/switches", json={"requests_per_30_seconds": 1}, as_=NOBODY),
            Send("GET", ASSETS),
        ),
    ),
    Row(
        "gateway-rate-limit-window",
        AREA,
        "After 30 seconds of the emulator's clock there is room again.",
        "assumed",
        Send("GET", ASSETS),
        200,
        headers={"Retry-After": None, "Content-Type": "application/hal+json;charset=UTF-8"},
        before=(
            Send("POST", "/_emulator/switches", json={"requests_per_30_seconds": 1}, as_=NOBODY),
            Send("GET", ASSETS),
            Send("POST", "/_emulator/clock", json={"shift": 30}, as_=NOBODY),
        ),
    ),
    Row(
        "gateway-fault-429",
        AREA,
        "A fault with a status answers as the gateway would.",
        "assumed",
        Send("GET", SERIES),
        429,
        headers={"Retry-After": "5"},
        body=errors("tooManyRequests", "API rate limit exceeded"),
        before=(
            Send(
                "POST",
                "/_emulator/faults",
                json={"pattern": "/gateway/api/iottimeseries/*", "status": 429, "retry_after": 5},
                as_=NOBODY,
            ),
        ),
    ),
)

ROWS = (*URLS, *SIZES, *TOKENS, *PATHS, *ANSWERS)
