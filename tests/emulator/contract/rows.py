"""What a row of the contract table is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# Who sends a request, by default with a token of the world's right gateway.
READER = "acme-hub-reader"
ADMIN = "acme-hub-admin"
FOREIGN = "globex-hub-admin"
XCELERATOR = "initech-hub-admin"
ALICE = "alice@acme.example"
NOBODY = ""


@dataclass(frozen=True)
class Send:
    """A request. Names in braces stand for what the emulator has: `{pump}`, `{root}`, … (`test_contract.py`).

    `path` starts with a slash: below `/gateway` (`/api/…`), or anywhere else for `/_emulator/…`, `/acme.piam/…`.
    `as_` is a client id, a person's e-mail, or nobody. `keep` saves values of the JSON answer for later requests of
    the row: name -> path of keys, for example `{"etag": "etag", "id": "_embedded.assets.0.assetId"}`.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    data: Any = None
    as_: str = ADMIN
    keep: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One rule: after `before`, `send` is answered with exactly `status`, these headers and a body of this shape.

    `area` and `rule` are what the support matrix prints, `source` where the rule comes from: one of SOURCES. `body` is
    compared with `==`: literal JSON, and dirty-equals (`IsStr`, `IsPartialDict`, …) where a value varies. `text` is
    compared with the body as text. A header of None must be absent.
    """

    id: str
    area: str
    rule: str
    source: str
    send: Send
    status: int
    headers: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    text: Any = None
    before: tuple[Send, ...] = ()


SOURCES = {
    "official": "documentation or API definitions of the vendor",
    "sdk": "code or comments of the vendor's open-source SDK",
    "recorded": "a recorded answer in a public repository",
    "reported": "a third party's report",
    "assumed": "no public text; our choice, often a switch",
}


def errors(code: str, message: Any = None) -> Any:
    """The common error body with one entry."""
    from dirty_equals import IsStr

    entry = {"code": f"mdsp.core.generic.{code}", "logref": IsStr(regex="[0-9a-f]{32}"), "message": message or IsStr()}
    return {"errors": [entry]}
