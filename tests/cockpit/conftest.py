"""Who develops and who approves: Dev, a developer, and Dana, a developer admin, both of acme."""

from __future__ import annotations

import pytest
from django.test import Client

from portal.cockpit.models import AppVersion, CheckReason
from portal.identity.models import User
from portal.permissions import Role
from tests.cast import Cast, make_app, make_member, signed_in
from tests.cockpit.running import checked
from tests.cockpit.writing import RELEASE, approve, confirm, give_screenshot


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
    """Its release is written by Dev, has a screenshot, and nothing is wrong with it."""
    dev.post(f"/t/acme/apps/{app.pk}/register/")
    assert dev.post(f"/t/acme/apps/{app.pk}/prepare/", RELEASE).status_code == 302
    give_screenshot(app)
    checked(app)
    return app


@pytest.fixture
def waiting(prepared: AppVersion, dev: Client) -> AppVersion:
    """Submitted by Dev."""
    assert dev.post(f"/t/acme/apps/{prepared.pk}/submit/").status_code == 302
    return prepared


@pytest.fixture
def unconfirmed(waiting: AppVersion, dana: Client) -> AppVersion:
    """Approved by Dana; the alternate contact has a mail and did not answer yet."""
    assert approve(dana, waiting).status_code == 302
    checked(waiting, why=CheckReason.APPROVAL)
    return waiting


@pytest.fixture
def in_check(unconfirmed: AppVersion) -> AppVersion:
    """Approved by Dana, and the alternate contact has confirmed."""
    assert confirm(unconfirmed).status_code == 302
    return unconfirmed
