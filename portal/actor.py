"""Who does something: a person, a binding key, another tenant, the system or nobody known.

An `Actor` is made once per request or task and handed to commands as `by=`. It carries copies, never model objects,
so that an audit record says the same after the person has left.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class ActorKind(StrEnum):
    PERSON = "person"
    KEY = "key"
    # The other side of a collaboration, whose people stay unknown here.
    TENANT = "tenant"
    SYSTEM = "system"
    ANONYMOUS = "anonymous"


class Actor(NamedTuple):
    """Kind, id and name of who acts, and from where: network address, user agent and id of the request."""

    kind: ActorKind
    id: str = ""
    name: str = ""
    address: str = ""
    agent: str = ""
    request_id: str = ""


SYSTEM = Actor(ActorKind.SYSTEM, id="system", name="Bindery")
