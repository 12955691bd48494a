"""Who may do what in Identity Management, and how a refusal of the directory is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from portal.emulator.gateway.bodies import InvalidBody
from portal.emulator.gateway.errors import GatewayError
from portal.emulator.identity.accounts import LastAdmin, NameTaken, WrongMember
from portal.emulator.identity.groups import TENANT_ADMIN, GroupNameRefused

WRITE_USERS = frozenset({"im.u.w", TENANT_ADMIN})
READ_USERS = WRITE_USERS | {"im.u.r"}
WRITE_GROUPS = frozenset({"im.g.w", TENANT_ADMIN})
READ_GROUPS = WRITE_GROUPS | {"im.g.r"}


@contextmanager
def refusals() -> Iterator[None]:
    """Answer what the directory refuses: 409 for a name that is taken and for the last admin, else 400."""
    try:
        yield
    except (NameTaken, LastAdmin) as error:
        raise GatewayError(409, "conflict", str(error)) from error
    except (WrongMember, GroupNameRefused) as error:
        raise InvalidBody(str(error)) from error
