"""Who develops and who approves: Dev, a developer, and Dana, a developer admin, both of acme."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.cockpit.models import AppVersion
from portal.identity.models import User
from portal.permissions import Role
from tests.cast import Cast, make_app, make_member, signed_in


@pytest.fixture
def dev(cast: Cast) -> Client:
    """Dev's browser."""
    return signed_in(cast.dev)


@pytest.fixture
def dana_user(cast: Cast) -> User:
    return make_member(cast.acme, "dana@acme.example", Role.DEVELOPER_ADMIN, Role.DEVELOPER)


@pytest.fixture
def dana(dana_user: User) -> Client:
    """Dana's browser."""
    return signed_in(dana_user)


@pytest.fixture
def app(cast: Cast) -> AppVersion:
    """An application in development."""
    return make_app(cast.acme)
