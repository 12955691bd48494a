"""How the token service refuses: RFC 6749 section 5.2 at the token endpoint, RFC 6750 section 3 at the APIs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.errors import Refusal

REALM = 'realm="Bindery"'


class TokenError(Exception):
    """A refused token request; `code` is one of RFC 6749 section 5.2."""

    def __init__(self, code: str, description: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        self.code, self.description, self.status, self.headers = code, description, status, headers or {}
        super().__init__(code)


def invalid_client() -> TokenError:
    """The one answer to every kind of wrong credential: which of them it was stands in the audit log."""
    challenge = {"WWW-Authenticate": f"Basic {REALM}"}
    return TokenError("invalid_client", "The client credentials are not valid.", 401, challenge)


def invalid_scope() -> TokenError:
    """The key may not get this scope; told only to who proved to have its secret."""
    return TokenError("invalid_scope", "The key may not reach all of this scope. Leave scope out to get what it may.")


def too_many(wait: int) -> TokenError:
    """Too many requests (RFC 6585 section 4). OAuth has no code for it at this endpoint; this one says: try later."""
    return TokenError("temporarily_unavailable", "Too many requests. Try again later.", 429, {"Retry-After": str(wait)})


class TokenMissing(Refusal):
    code = "token_missing"
    status = 401
    message = _("This call needs a token of a binding key.")

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": f"Bearer {REALM}"})


class TokenInvalid(Refusal):
    code = "token_invalid"
    status = 401
    message = _("The token is not valid or has expired, or its key was revoked or has expired.")

    def __init__(self) -> None:
        super().__init__(headers={"WWW-Authenticate": f'Bearer {REALM}, error="invalid_token"'})


class ScopeInsufficient(Refusal):
    code = "scope_insufficient"
    status = 403
    message = _("The token does not have the scope for this call.")

    def __init__(self, scope: str) -> None:
        challenge = f'Bearer {REALM}, error="insufficient_scope", scope="{scope}"'
        super().__init__(headers={"WWW-Authenticate": challenge})
