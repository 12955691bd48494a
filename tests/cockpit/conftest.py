"""Who develops and who approves: Dev, a developer, and Dana, a developer admin, both of acme."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.cockpit.models import AppVersion, CheckReason
from portal.identity.models import User
from portal.permissions import Role
from tests.cast import Cast, make_app, make_member, signed_in
from tests.cockpit.running import checked
from tests.cockpit.writing import RELEASE, approve


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
def dan_user(cast: Cast) -> User:
    """A second developer admin."""
    return make_member(cast.acme, "dan@acme.example", Role.DEVELOPER_ADMIN)


@pytest.fixture
def dan(dan_user: User) -> Client:
    return signed_in(dan_user)


@pytest.fixture
def app(cast: Cast) -> AppVersion:
    """An application in development."""
    return make_app(cast.acme)


@pytest.fixture
def prepared(app: AppVersion, dev: Client) -> AppVersion:
    """Its release is written by Dev, and nothing is wrong with it."""
    dev.post(f"/t/acme/apps/{app.pk}/register/")
    assert dev.post(f"/t/acme/apps/{app.pk}/prepare/", RELEASE).status_code == 302
    checked(app)
    return app


@pytest.fixture
def waiting(prepared: AppVersion, dev: Client) -> AppVersion:
    """Submitted by Dev."""
    assert dev.post(f"/t/acme/apps/{prepared.pk}/submit/").status_code == 302
    return prepared


@pytest.fixture
def in_check(waiting: AppVersion, dana: Client) -> AppVersion:
    """Approved by Dana, and the checks found nothing."""
    assert approve(dana, waiting).status_code == 302
    checked(waiting, why=CheckReason.APPROVAL)
    return waiting
