"""Why nothing was fetched. The words are for pages in `portal.cockpit.checks`; here are the reasons."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What may be told to the person who wrote the URL.

    Whoever may ask for a fetch must not learn from it what our network looks like. So there is one reason for every
    name without a usable address, known or not, and one for every address that does not answer.
    """

    URL = "url"
    NO_PUBLIC_ADDRESS = "no_public_address"
    UNREACHABLE = "unreachable"
    NO_TLS = "no_tls"
    SELF_SIGNED = "self_signed"
    UNTRUSTED = "untrusted"
    WRONG_NAME = "wrong_name"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    NO_HTTP = "no_http"
    TOO_SLOW = "too_slow"


class FetchFailed(Exception):
    """The fetch ended early. `cause` is for the operator's log only: it may name what a user must not learn."""

    def __init__(self, reason: Reason, cause: str) -> None:
        super().__init__(cause)
        self.reason = reason
        self.cause = cause
