"""Charlie of globex beside Alice of acme; Hannah of hooli, who has nothing to do with either."""

from __future__ import annotations

import pytest
from django.test import Client

from assets_app.sharing.models import Collaboration
from portal.identity.models import User
from portal.permissions import Role
from portal.tenants.models import Tenant
from tests.cast import Cast, make_member, make_tenant, signed_in
from tests.sharing.making import accept, make_offer, person


@pytest.fixture
def charlie(cast: Cast) -> Client:
    """Charlie's browser."""
    return signed_in(cast.charlie)


@pytest.fixture
def hooli(cast: Cast) -> Tenant:
    return make_tenant("hooli", "Hooli Wind")


@pytest.fixture
def hannah_user(hooli: Tenant) -> User:
    return make_member(hooli, "hannah@hooli.example", Role.ADMIN)


@pytest.fixture
def hannah(hannah_user: User) -> Client:
    """Hannah's browser."""
    return signed_in(hannah_user)


@pytest.fixture
def offered(cast: Cast) -> Collaboration:
    """Alice of acme has offered it to globex."""
    return make_offer(cast.acme, cast.globex, by=person(cast.alice))


@pytest.fixture
def accepted(offered: Collaboration, cast: Cast) -> Collaboration:
    """Charlie of globex has accepted it."""
    return accept(offered, by=person(cast.charlie))
