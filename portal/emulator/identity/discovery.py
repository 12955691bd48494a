"""What an identity host says about itself: metadata (OpenID Connect Discovery 1.0) and keys."""

from __future__ import annotations

from werkzeug import Response

from portal.emulator.hub import Hub
from portal.emulator.identity.signing import ALGORITHM
from portal.emulator.web import EmulatorRequest, json_response


def openid_configuration(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """The metadata of the host. Paths are those of Cloud Foundry UAA (assumed for the Hub)."""
    base = request.addresses.identity(host)
    return json_response(
        {
            "issuer": hub.tokens.issuer(host, request.addresses),
            "authorization_endpoint": f"{base}/oauth/authorize",
            "token_endpoint": f"{base}/oauth/token",
            "jwks_uri": f"{base}/jwks.json",
            "userinfo_endpoint": f"{base}/userinfo",
            "end_session_endpoint": f"{base}/logout.do",
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "token_endpoint_auth_methods_supported": [
                "client_secret_basic",
                "client_secret_post",
            ],
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["openid"],
            "claims_supported": _CLAIMS,
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }
    )


def token_keys(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """The key set in the Hub's form, with the PEM as ``value``."""
    return json_response(hub.signing_key.hub_form())


def jwk_set(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """The key set in RFC 7517 form."""
    return json_response(hub.signing_key.jwk_set())


_CLAIMS = [
    "sub",
    "iss",
    "aud",
    "azp",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "name",
    "given_name",
    "family_name",
    "email",
    "email_verified",
    "ten",
    "scope",
]
