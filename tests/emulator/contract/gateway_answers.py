"""The gateway: what all answers have in common, rates and faults."""

from __future__ import annotations

from dirty_equals import IsPartialDict

from .gateway import AREA, ASSETS, JSON, SERIES
from .rows import NOBODY, Row, Send, errors

ROWS = (
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
            "Cache-Control": "no-cache, no-store, max-age=0, must-revalidate, no-cache, max-age=0, must-revalidate",
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
        body=IsPartialDict({"page": IsPartialDict({"totalElements": 12})}),
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
