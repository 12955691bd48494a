"""Technical users, which the Settings application creates at the Hub."""

from __future__ import annotations

from typing import Any

from dirty_equals import IsStr

from .identity import BAD_CREDENTIALS, GRANT, IsToken, answer, ask, refused
from .rows import NOBODY, READER, Row, Send

SETTINGS = "Emulator: technical users"


def create(name: str, **changes: Any) -> Send:
    return Send("POST", "/_emulator/technical-users", json={"tenant": "acme", "name": name, **changes}, as_=NOBODY)


ROWS = (
    Row(
        "identity-technical-user-create",
        SETTINGS,
        "A technical user's name starts with the tenant's; its secret of 43 characters is shown once.",
        "official",
        create("line-1", scope=["iot.tim.r"]),
        201,
        headers={"Cache-Control": "no-store"},
        body={
            "client_id": "acme-line-1",
            "client_secret": IsStr(regex="[A-Za-z0-9]{43}"),
            "tenant": "acme",
            "scope": ["iot.tim.r"],
            "token_url": "{url}/acme.piam/oauth/token",
        },
    ),
    Row(
        "identity-technical-user-works",
        SETTINGS,
        "A new technical user can get a token at once.",
        "official",
        ask(headers={}, data={**GRANT, "client_id": "{id}", "client_secret": "{secret}"}),
        200,
        body=answer(IsToken(sub="acme-line-1", ten="acme")),
        before=(
            Send(
                "POST",
                "/_emulator/technical-users",
                json={"tenant": "acme", "name": "line-1"},
                as_=NOBODY,
                keep={"id": "client_id", "secret": "client_secret"},
            ),
        ),
    ),
    Row(
        "identity-technical-users-maximum",
        SETTINGS,
        "A tenant has at most 10 technical users.",
        "official",
        create("line-9"),
        409,
        body=refused("conflict"),
        before=tuple(create(f"line-{number}") for number in range(1, 8)),
    ),
    Row(
        "identity-technical-user-deleted",
        SETTINGS,
        "A deleted technical user gets no further token.",
        "official",
        ask(),
        401,
        text=BAD_CREDENTIALS,
        before=(Send("DELETE", "/_emulator/technical-users", params={"client_id": READER}, as_=NOBODY),),
    ),
)
