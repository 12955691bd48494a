"""What an identity host gives to everybody: metadata (OpenID Connect Discovery 1.0), keys, its pages' stylesheet."""

from __future__ import annotations

from werkzeug import Response

from portal.emulator.control.views import static_file
from portal.emulator.hub import Hub
from portal.emulator.identity.authorization import PROMPTS
from portal.emulator.identity.signing import ALGORITHM
from portal.emulator.tenants import IDENTITY_HOSTS, World
from portal.emulator.web import EmulatorRequest, json_response

PUBLIC = "allowed: public"


def openid_configuration(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """The metadata of the host. Paths are those of Cloud Foundry UAA (assumed for the Hub)."""
    request.reason = PUBLIC
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
            "prompt_values_supported": list(PROMPTS),
            "claims_supported": [*_CLAIMS, *_TENANT_CLAIMS[IDENTITY_HOSTS[host]]],
            "authorization_response_iss_parameter_supported": True,
            "request_parameter_supported": False,
            "request_uri_parameter_supported": False,
        }
    )


def token_keys(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """The key set in the Hub's form, with the PEM as ``value``."""
    request.reason = PUBLIC
    return json_response(hub.signing_key.hub_form())


def jwk_set(hub: Hub, request: EmulatorRequest, host: str) -> Response:
    """The key set in RFC 7517 form."""
    request.reason = PUBLIC
    return json_response(hub.signing_key.jwk_set())


def resource(hub: Hub, request: EmulatorRequest, host: str, name: str) -> Response:
    """A file of the host's pages; from the host itself, because their policy allows no other."""
    request.reason = PUBLIC
    return static_file(hub, request, name)


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
    "scope",
]
_TENANT_CLAIMS = {
    World.CLASSIC: ("ten",),
    World.XCELERATOR: ("sws.samauth.ten", "sws.samauth.ten.user", "sws.samauth.role", "sws.samauth.tiers", "env"),
}
