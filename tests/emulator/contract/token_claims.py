"""Identity: what is inside the tokens of people and of technical users."""

from __future__ import annotations

from typing import Any

import jwt
from dirty_equals import DirtyEquals, IsStr

from .identity import JTI, TOKENS, IsToken, answer, ask, below
from .rows import ALICE, NOBODY, READER, Row, Send

IRIS = "iris@initech.example"
ROLES = ["mdsp:core:TenantAdmin", "mdsp:core:StandardUser"]
NOON = 1795176030
"""The time at which the contract runs, in epoch seconds."""


class IsTokenWithHeader(DirtyEquals[str]):
    """A JWT with exactly this header."""

    def __init__(self, **header: str) -> None:
        super().__init__(**header)
        self.header = header

    def equals(self, other: Any) -> bool:
        return jwt.get_unverified_header(other) == self.header


class IsTokenOfOnly(DirtyEquals[str]):
    """A JWT with exactly these claims, `jti` and `rev_sig` aside."""

    def __init__(self, **claims: Any) -> None:
        super().__init__(**claims)
        self.claims = {**claims, "jti": JTI, "rev_sig": IsStr(regex="[0-9a-f]{8}")}

    def equals(self, other: Any) -> bool:
        return bool(jwt.decode(other, options={"verify_signature": False}) == self.claims)


def of_person(email: str, **changes: str) -> Send:
    return Send("POST", "/_emulator/user-token", json={"email": email, **changes}, as_=NOBODY)


def person_answer(token: Any) -> dict[str, Any]:
    return answer(token, " ".join(ROLES))


ROWS = (
    Row(
        "identity-token-header",
        TOKENS,
        "The header of a token names RS256, the key `key-id-1` and the type JWT, and nothing else.",
        "official",
        ask(),
        200,
        body=answer(IsTokenWithHeader(alg="RS256", kid="key-id-1", typ="JWT")),
    ),
    Row(
        "identity-claims-technical",
        TOKENS,
        "A technical user's token has no claims of a person.",
        "official",
        ask(data={"grant_type": "client_credentials", "scope": "iot.tim.r"}),
        200,
        body=answer(
            IsTokenOfOnly(
                sub=READER,
                scope=["iot.tim.r"],
                client_id=READER,
                cid=READER,
                azp=READER,
                grant_type="client_credentials",
                iat=NOON,
                exp=NOON + 1800,
                iss=below("/acme.piam/oauth/token"),
                zid="acme",
                aud=[READER],
                ten="acme",
                schemas=["urn:siemens:mindsphere:v1"],
                cat="client-token:v1",
            ),
            "iot.tim.r",
        ),
    ),
    Row(
        "identity-claims-person",
        TOKENS,
        "A person's token names the person by `user_id`, `user_name` and `email`, and the tenant by `ten`.",
        "sdk",
        of_person(ALICE),
        200,
        headers={"Cache-Control": "no-store"},
        body=person_answer(
            IsTokenOfOnly(
                sub="{alice}",
                scope=ROLES,
                client_id="bindery",
                cid="bindery",
                azp="bindery",
                grant_type="authorization_code",
                user_id="{alice}",
                origin="acme",
                user_name=ALICE,
                email=ALICE,
                iat=NOON,
                exp=NOON + 1800,
                iss="{url}/acme.piam/oauth/token",
                zid="acme",
                aud=["bindery"],
                ten="acme",
                schemas=["urn:siemens:mindsphere:v1"],
                cat="user-token:v1",
            )
        ),
    ),
    Row(
        "identity-claims-person-xcelerator",
        TOKENS,
        "In the Xcelerator world a person's token repeats the roles in `sws.samauth.role`; it has no `ten`.",
        "reported",
        of_person(IRIS),
        200,
        body=person_answer(
            IsToken(
                **{
                    "user_name": IRIS,
                    "email": IRIS,
                    "sws.samauth.ten": "1000001703",
                    "sws.samauth.role": ROLES,
                    "sws.samauth.tiers": ["developer"],
                    "env": "prod",
                    "iss": "{url}/1000001703.sws/oauth/token",
                }
            )
            & ~IsToken(ten="initech")
            & ~IsToken(schemas=["urn:siemens:mindsphere:v1"])
        ),
    ),
    Row(
        "identity-claims-person-core-host",
        TOKENS,
        "A token that the core host issued has it as issuer and still names the person's tenant.",
        "official",
        of_person(ALICE, host="core"),
        200,
        body=person_answer(IsToken(ten="acme", zid="core", iss="{url}/core.piam/oauth/token")),
    ),
)
